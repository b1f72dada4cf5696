package admin

import (
	"encoding/json"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Served returns what the service knows of a tenant when it plans a search: its settings, schemas and indexes, and more
// indexes that are taken to be complete. Those that are being built are taken to have no keys yet. It is for what
// the API returned, so that nothing else is read.
func Served(t *Tenant, own *Schemas, more []string) (*scim.Tenant, error) {
	id, err := tenantID(t.Name)
	if err != nil {
		return nil, err
	}
	s := tenant.Settings{ID: id}
	t.Settings.into(&s)
	for _, name := range more {
		if !slices.Contains(s.Indexed, name) {
			s.Indexed = append(slices.Clone(s.Indexed), name)
		}
	}
	var docs []json.RawMessage
	for _, d := range own.Documents {
		docs = append(docs, d.Document)
	}
	if len(docs) > 0 {
		if s.Types, err = Load(docs); err != nil {
			return nil, err
		}
	}
	if err := valid(&s); err != nil {
		return nil, err
	}
	whole, err := s.Tenant()
	if err != nil || len(t.Building) == 0 {
		return whole, err
	}
	s.Indexes = scim.Indexes{}
	for _, ix := range engine.Indexes(whole) {
		switch name := buildingName(ix.IndexName); {
		case !slices.Contains(t.Building, name):
			s.Indexes[ix.IndexName] = scim.IndexUnique
		case t.Duplicates[name] > 0:
			s.Indexes[ix.IndexName] = scim.IndexShared
		}
	}
	return s.Tenant()
}
