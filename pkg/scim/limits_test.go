package scim_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestLimitsPage: docs/reference/limits.md lists every limit with its default.
func TestLimitsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/reference/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.ValueOf(scim.DefaultLimits())
	for i := range v.NumField() {
		if row := fmt.Sprintf("| `%s` | %d |", v.Type().Field(i).Name, v.Field(i).Int()); !strings.Contains(string(page), row) {
			t.Errorf("the page has no row %s", row)
		}
	}
	if n := strings.Count(string(page), "| `"); n != v.NumField() {
		t.Errorf("the page has %d rows, for %d limits", n, v.NumField())
	}
}
