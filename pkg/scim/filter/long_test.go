package filter_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func compiled(t *testing.T, text string) *filter.Filter {
	t.Helper()
	e, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	f, err := filter.Compile(e, schema.UserType())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// F-13: co finds a part at each place of a long string, in any case.
func TestLongContains(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "aaaAAb"[r.IntN(6)]
		}
		return string(b)
	}
	found := 0
	for range 2000 {
		value, part := random(200+r.IntN(400)), random(1+r.IntN(12))
		want := strings.Contains(strings.ToLower(value), strings.ToLower(part))
		if got := compiled(t, `title co "`+part+`"`).Match(map[string]any{"title": value}); got != want {
			t.Fatalf("%q co %q: %t", value, part, got)
		}
		if want {
			found++
		}
	}
	if found < 100 || found > 1900 {
		t.Errorf("%d of 2000 were found", found)
	}
}

// The comparison form of a long value is made once, however many comparisons there are.
func TestLongValueIsFoldedOnce(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts what the process allocates
	doc := map[string]any{"title": strings.Repeat("ß", 1000)}
	count := func(terms int) float64 {
		f := compiled(t, strings.Repeat(`title co "x" or `, terms-1)+`title co "y"`)
		return testing.AllocsPerRun(10, func() { f.Match(doc) })
	}
	if one, many := count(1), count(100); many > one+2 {
		t.Errorf("%v allocations for one comparison, %v for 100", one, many)
	}
}
