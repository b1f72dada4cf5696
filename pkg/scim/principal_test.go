package scim_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestMay: a verb and the scope of the type are both needed (Z-03).
func TestMay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scopes, verb scim.Scope
		typeName     string
		want         bool
	}{
		{scim.All, scim.Write, "User", true},
		{scim.Read | scim.Users, scim.Read, "User", true},
		{scim.Read | scim.Users, scim.Write, "User", false},
		{scim.Read | scim.Users, scim.Read, "Group", false},
		{scim.Read | scim.Groups, scim.Read, "Group", true},
		{scim.Read | scim.Users | scim.Groups, scim.Read, "Robot", false},
		{scim.Read | scim.Resources, scim.Read, "Robot", true},
		{scim.Users, scim.Read, "User", false},
		{scim.Read, scim.Read, "", true},
		{scim.Write, scim.Read, "", false},
		{scim.All, scim.Read | scim.Write, "Robot", true},
		{scim.Read | scim.Resources, scim.Read | scim.Write, "Robot", false},
	} {
		if got := (&scim.Principal{Scopes: c.scopes}).May(c.verb, c.typeName); got != c.want {
			t.Errorf("%b may %b %q: %v", c.scopes, c.verb, c.typeName, got)
		}
	}
}
