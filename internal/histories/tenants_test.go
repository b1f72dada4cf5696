package histories

import (
	"os"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// kinds are the settings of tenants, as different as customers are. Some have the extension of package suite.
var kinds = []struct {
	name   string
	custom bool
	change func(*tenant.Settings)
}{
	{"tolerant", true, func(s *tenant.Settings) { s.IdP, s.KeepValues = "okta", true }},
	{"entra", false, func(s *tenant.Settings) { s.IdP, s.SensitiveFilters = "entra", true }},
	{"strict", true, func(s *tenant.Settings) { s.Strict, s.NoPassword = true, true }},
	{"unique", true, func(s *tenant.Settings) {
		s.UniqueExternalID, s.KeepValues = true, true
		s.Indexed = []string{"title", "nickName", "meta.lastModified"}
	}},
	{"limited", false, func(s *tenant.Settings) {
		s.SharedGroupNames = true
		s.Limits.MaxValues, s.Limits.MaxResults, s.Limits.MaxMembers = 3, 5, 3
	}},
	{"ruled", false, func(s *tenant.Settings) {
		s.Rules = map[string]schema.Rule{"emails.value": schema.RuleRefuse, "phoneNumbers.value": schema.RuleRefuse, "locale": schema.RuleNote}
	}},
}

// settings are those of a tenant of a kind. Requests are sent as fast as they are answered, and the log hashes names with
// the same key on all sides.
func settings(t *testing.T, id scim.TenantID, kind int) tenant.Settings {
	t.Helper()
	s := tenant.Settings{ID: id, CursorKey: [32]byte{1}}
	kinds[kind].change(&s)
	s.Limits.Rate = scim.NoLimit
	if kinds[kind].custom {
		types, err := schema.LoadDir(os.DirFS("../suite/testdata/custom"), ".")
		if err != nil {
			t.Fatal(err)
		}
		s.Types = types
	}
	return s
}
