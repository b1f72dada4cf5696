package oracle

import (
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }
