package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestRememberedPaths: a path that is remembered is the one that is parsed, in its own mode, and faults come every time.
func TestRememberedPaths(t *testing.T) {
	t.Parallel()
	rt := schema.UserType()
	var paths, none = &filter.Paths{}, (*filter.Paths)(nil)
	for range 2 {
		for _, strict := range []bool{false, true} {
			for _, s := range []string{
				"active", " active", `emails[type eq "work"].value`, `emails[type eq work].value`, "nickName", "none", "a.b.c", "",
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", `emails[value eq "` + strings.Repeat("x", 60) + `"]`,
			} {
				want, wantErr := filter.ParsePathIn(s, rt, rt.Mode(strict))
				for name, p := range map[string]*filter.Paths{"paths": paths, "none": none} {
					got, err := p.Parse(s, rt, rt.Mode(strict))
					if fmt.Sprint(err) != fmt.Sprint(wantErr) || (got == nil) != (want == nil) || got != nil && got.Ref != want.Ref {
						t.Errorf("%s: %q, strict %t: %v %v, want %v %v", name, s, strict, got, err, want, wantErr)
					}
				}
			}
		}
	}
	first, _ := paths.Parse("active", rt, rt.Mode(false))
	if again, _ := paths.Parse("active", rt, rt.Mode(false)); again != first {
		t.Error("a path was parsed twice")
	}
	for i := range 1000 { // more than are kept
		if p, err := paths.Parse(fmt.Sprintf(`emails[type eq "t%d"].value`, i), rt, rt.Mode(false)); err != nil || p.Ref.Attr.Name != "emails" {
			t.Fatal(p, err)
		}
	}
}

func TestRememberedPathsAllocateNothing(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	rt, paths := schema.UserType(), &filter.Paths{}
	if n := testing.AllocsPerRun(100, func() { _, _ = paths.Parse(`emails[type eq "work"].value`, rt, rt.Mode(false)) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
