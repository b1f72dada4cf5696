package filter_test

import (
	"fmt"
	"reflect"
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

// TestPathsWithAnotherLiteral: a path that is remembered with one literal and comes with another is the one that is
// parsed, and costs one allocation.
func TestPathsWithAnotherLiteral(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	users, groups := schema.UserType(), schema.GroupType()
	elem := func(value string) map[string]any {
		return map[string]any{"value": value, "type": "work", "$ref": value}
	}
	ids := []string{"0123456789abcdefg", "ADA@corp.example and so on", "2019-01-01T00:00:00Z", "12]; a long literal"}
	for _, c := range []struct {
		rt   *schema.ResourceType
		form string
	}{
		{groups, `members[value eq "%s"]`}, {groups, ` members[$ref EQ "%s"].display`}, {groups, `members[value ne "%s"]`},
		{users, `emails[value eq "%s"].type`}, {users, `emails[value sw "%s"]`}, {users, `emails[primary eq "%s"]`},
		{users, `emails[type eq work and value eq "%s"].value`}, {users, `x509Certificates[value eq "%s"]`}, {users, `emails[value eq "%s`},
	} {
		for _, strict := range []bool{false, true} {
			var paths filter.Paths
			mode := c.rt.Mode(strict)
			for range 2 {
				for _, id := range ids {
					s := strings.ReplaceAll(c.form, "%s", id)
					want, wantErr := filter.ParsePathIn(s, c.rt, mode)
					got, err := paths.Parse(s, c.rt, mode)
					if fmt.Sprint(err) != fmt.Sprint(wantErr) || (got == nil) != (want == nil) {
						t.Fatalf("%q, strict %t: %v, want %v", s, strict, err, wantErr)
					}
					if got == nil {
						continue
					}
					for _, other := range ids {
						for _, e := range []any{elem(other), elem(strings.ToLower(other))} {
							if got.MatchElement(e) != want.MatchElement(e) {
								t.Errorf("%q, strict %t: %v", s, strict, e)
							}
						}
					}
					_, form, ok := got.Required()
					if _, wantForm, wantOK := want.Required(); form != wantForm || ok != wantOK {
						t.Errorf("%q, strict %t: %q %t", s, strict, form, ok)
					}
					if got.Ref != want.Ref || !reflect.DeepEqual(got.Equalities(), want.Equalities()) {
						t.Errorf("%q, strict %t: %v %v", s, strict, got.Ref, got.Equalities())
					}
				}
			}
		}
	}
	var paths filter.Paths
	n := 0
	if allocs := testing.AllocsPerRun(100, func() {
		n++
		_, _ = paths.Parse([2]string{`members[value eq "0123456789abcdefg"]`, `members[value eq "gfedcba9876543210"]`}[n%2], groups, groups.Mode(false))
	}); allocs > 1 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestRememberedPathsAllocateNothing(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	rt, paths := schema.UserType(), &filter.Paths{}
	if n := testing.AllocsPerRun(100, func() { _, _ = paths.Parse(`emails[type eq "work"].value`, rt, rt.Mode(false)) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// remembered compares a path with what Paths returns for it after the same path with another literal.
func remembered(t *testing.T, s string, want *filter.Path, wantErr error) {
	t.Helper()
	parts := strings.Split(s, `"`)
	if len(parts) != 3 {
		return
	}
	rt, paths, literal := schema.UserType(), &filter.Paths{}, parts[1]
	_, _ = paths.Parse(parts[0]+`"`+strings.Repeat("x", len(literal))+`"`+parts[2], rt, rt.Mode(false))
	got, err := paths.Parse(s, rt, rt.Mode(false))
	if fmt.Sprint(err) != fmt.Sprint(wantErr) || (got == nil) != (want == nil) {
		t.Fatalf("%q: %v, want %v", s, err, wantErr)
	}
	if got == nil {
		return
	}
	if got.Ref != want.Ref || !reflect.DeepEqual(got.Equalities(), want.Equalities()) {
		t.Fatalf("%q: %v %v, want %v %v", s, got.Ref, got.Equalities(), want.Ref, want.Equalities())
	}
	for _, v := range []string{literal, strings.ToUpper(literal), "x"} {
		for _, e := range []any{v, map[string]any{"value": v}, map[string]any{"type": v}, map[string]any{"display": v}} {
			if got.MatchElement(e) != want.MatchElement(e) {
				t.Fatalf("%q: %v is selected %t", s, e, got.MatchElement(e))
			}
		}
	}
}
