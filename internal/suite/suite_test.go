package suite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/suite"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			t.Parallel()
			suite.Play(t, f, func(*testing.T) scim.Store { return memory.New() })
		})
	}
}
