package dynamo

import (
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// readSettings reads the settings of a tenant, with the states of its indexes.
func readSettings(id scim.TenantID, it item) (tenant.Settings, error) {
	s, err := settingsOf(id, it)
	if err != nil {
		return s, err
	}
	d, ok, err := readIndexes(id, it)
	if err != nil || !ok {
		return s, err
	}
	wanted, err := wantedIndexes(s)
	s.Indexes = d.indexes(wanted)
	return s, err
}

func settingsOf(id scim.TenantID, it item) (tenant.Settings, error) {
	if err := checkNeeds("the settings of tenant "+id.String(), it); err != nil {
		return tenant.Settings{}, err
	}
	s, err := tenant.ParseDocument(id, bytesOf(it, "doc"))
	if err != nil {
		return s, fmt.Errorf("dynamo: %w", err)
	}
	copy(s.CursorKey[:], bytesOf(it, "ck"))
	s.Version = max(1, numberOf(it, attrSettingsVersion)) // older builds wrote none
	return s, nil
}
