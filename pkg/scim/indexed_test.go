package scim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestIndexed: indexes of an operator are of attributes that have one order, and each refusal has a reason.
func TestIndexed(t *testing.T) {
	t.Parallel()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	many := make([]string, scim.MaxExtraIndexes+1)
	for i := range many {
		many[i] = fmt.Sprint("title", i)
	}
	for names, want := range map[string]string{
		"title,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,meta.lastModified,name.familyName": "",
		"shoe":                  `has the attribute "shoe"`,
		"title,title":           "twice",
		"emails.value":          "several values",
		"emails":                "several values",
		"name":                  "name a sub-attribute",
		"password":              "never returned",
		"active":                "no string",
		"id":                    "meta.lastModified alone",
		"meta.created":          "meta.lastModified alone",
		"groups.value":          "several values",
		"":                      "has the attribute",
		strings.Join(many, ","): "too many",
	} {
		tn, err := scim.NewTenant(scim.TenantConfig{ID: id, Indexed: strings.Split(names, ",")})
		if want == "" && err == nil {
			if users, groups := tn.ExtraIndexes(tn.Types.List[0]), tn.ExtraIndexes(tn.Types.List[1]); len(users) != 4 || len(groups) != 0 {
				t.Errorf("%s: %v of users, %v of groups", names, users, groups)
			}
		} else if err == nil || want == "" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", names, err)
		}
	}
}
