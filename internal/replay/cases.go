package replay

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Set is a file of scenarios and the settings of the tenants that they are played in.
type Set struct {
	File    string // path of the file
	Strict  bool
	Schemas string // folder of the tenant's own schemas, or ""
}

// Cases returns the files of testdata/cases, given the path of that folder.
func Cases(folder string) []Set {
	return []Set{
		{File: filepath.Join(folder, "servers.json")},
		{File: filepath.Join(folder, "idps.json")},
		{File: filepath.Join(folder, "servers-custom.json"), Schemas: filepath.Join(folder, "schemas")},
		{File: filepath.Join(folder, "profiles.json")},
		{File: filepath.Join(folder, "profiles-strict.json"), Strict: true},
	}
}

// Settings returns a function that applies the settings of the set to the tenant of a scenario. It
// reads the schemas, and fails if they cannot be read.
func (set Set) Settings() (func(s Scenario, settings *tenant.Settings), error) {
	var types []*schema.ResourceType
	if set.Schemas != "" {
		var err error
		if types, err = schema.LoadDir(os.DirFS(set.Schemas), "."); err != nil {
			return nil, fmt.Errorf("%s: %w", set.Schemas, err)
		}
	}
	return func(s Scenario, settings *tenant.Settings) {
		settings.Strict = set.Strict
		settings.Types = types
		if settings.IdP = s.Profile; s.Profile == "default" {
			settings.IdP = ""
		}
	}, nil
}
