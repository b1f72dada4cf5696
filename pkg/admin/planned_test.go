package admin_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// TestServed: a search is planned with what the API says of a tenant; an index that is being built answers nothing, and
// the others go on, one with duplicates too.
func TestServed(t *testing.T) {
	t.Parallel()
	settings := admin.DefaultSettings()
	settings.Indexes, settings.Limits.MaxScan = []string{"title"}, 30
	for _, c := range []struct {
		building, more []string
		filter, reads  string
	}{
		{nil, nil, `title eq "a"`, `look up title "a"`},
		{[]string{"User title"}, nil, `title eq "a"`, "all resources"},
		{[]string{"User title"}, nil, `userName eq "a"`, `look up userName "a" (unique)`},
		{[]string{"User title"}, []string{"nickName"}, `nickName eq "a"`, `look up nickName "a"`},
		{[]string{"User nickName"}, []string{"nickName"}, `nickName eq "a"`, `look up nickName "a"`},
		{[]string{"User userName"}, []string{"title"}, `title eq "a"`, `look up title "a"`},
	} {
		duplicates := map[string]int{"User nickName": 2}
		tn, err := admin.Served(&admin.Tenant{Name: "acme", Settings: settings, Building: c.building, Duplicates: duplicates}, &admin.Schemas{}, c.more)
		if err != nil {
			t.Fatal(err)
		}
		plans, err := engine.Explain(tn, scim.Query{Types: tn.Types.List[:1], Filter: c.filter, HasFilter: true})
		if err != nil || plans[0].Reads != c.reads || tn.Limits.MaxScan != 30 {
			t.Errorf("%+v: %+v %v", c, plans, err)
		}
	}
	_, err := admin.Served(&admin.Tenant{Name: "acme", Settings: settings}, &admin.Schemas{}, []string{"password"})
	refused(t, err, admin.Invalid, "password")
}
