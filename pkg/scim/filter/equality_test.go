package filter_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestEquality: what is compiled without a tree is what the tree compiles to, and anything unusual is left to it.
func TestEquality(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	rt := schema.UserType()
	direct := []string{
		`userName eq "Ada@Example.com"`, `USERNAME EQ "a b"`, `userName eq ""`, `externalId eq "X"`, `id eq "1"`, `displayName eq "A"`, `emails.value eq "a@x"`,
		`name.familyName eq " x "`, `meta.version eq "1"`, `department eq "d"`, schema.URNEnterpriseUser + `:manager.value eq "m"`, schema.URNUser + `:title eq "null"`, `groups.value eq "g"`,
	}
	for _, text := range direct {
		if filter.Equality(text, rt) == nil {
			t.Errorf("%s is not compiled", text)
		}
		same(t, text)
	}
	for _, text := range []string{
		``, `userName`, `userName eq`, `userName eq "`, `userName eq x`, `userName  eq "x"`, ` userName eq "x"`, `userName eq "x" `, `userName eq "x" or title eq "y"`,
		`userName eq "a\"b"`, `userName eq "\u0061"`, `userName eq "é"`, "userName eq \"\x00\"", `userName ne "x"`, `userName eq 'x'`, `(userName eq "x")`, `not eq "x"`,
		`password eq "x"`, `active eq "true"`, `emails eq "a@x"`, `emails[value eq "a@x"]`, `name eq "x"`, `nothing eq "x"`, `meta.created eq "2026-01-01T00:00:00Z"`, `photos.value eq "x"`,
		schema.URNEnterpriseUser + ` eq "x"`, `userName.x eq "y"`, `5 eq "x"`,
	} {
		if filter.Equality(text, rt) != nil {
			t.Errorf("%s is compiled", text)
		}
	}
	if n := testing.AllocsPerRun(100, func() { filter.Equality(`displayName eq "ada"`, rt) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

// same compares an equality with the way over the tree.
func same(t *testing.T, text string) {
	t.Helper()
	rt := schema.UserType()
	got := filter.Equality(text, rt)
	if got == nil {
		return
	}
	for _, parse := range []func(string) (filter.Expr, error){filter.Parse, filter.ParseStrict} {
		e, err := parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want, err := filter.Compile(e, rt)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: %s instead of %s, %v", text, fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want), err)
		}
	}
}
