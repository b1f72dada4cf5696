package admin

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// building names the indexes that are not complete, ascending.
func building(s *tenant.Settings) (names []string) {
	t, err := s.Tenant()
	if err != nil || s.Indexes == nil {
		return nil
	}
	for _, ix := range engine.Indexes(t) {
		if !s.Indexes.Complete(ix.Type, ix.Attr) || ix.Unique && !s.Indexes.Unique(ix.Type, ix.Attr) {
			names = append(names, buildingName(ix.IndexName))
		}
	}
	slices.Sort(names)
	return names
}

// buildingName is an index in Tenant.Building.
func buildingName(ix scim.IndexName) string { return ix.Type + " " + ix.Attr }

// duplicates counts the resources that keep an index from being unique, by the names in Tenant.Building.
func duplicates(s *tenant.Settings) (counts map[string]int) {
	for _, p := range s.Pending {
		if p.Duplicates > 0 {
			if counts == nil {
				counts = map[string]int{}
			}
			counts[buildingName(p.Name())] = p.Duplicates
		}
	}
	return counts
}

// unbuiltNote says what to do about the indexes of a tenant that are not complete.
func unbuiltNote(t *Tenant) string {
	var notes []string
	left := slices.DeleteFunc(slices.Clone(t.Building), func(name string) bool { return t.Duplicates[name] > 0 })
	if len(left) > 0 {
		notes = append(notes, "indexes are being built: "+strings.Join(left, ", ")+"; until they are complete, look-ups read without them and uniqueness holds among new values only. scimstack tenant show "+
			t.Name+" shows when they are, and scimstack tenant reindex "+t.Name+" waits for them")
	}
	for _, name := range slices.Sorted(maps.Keys(t.Duplicates)) {
		notes = append(notes, fmt.Sprintf("%s: %d resources have the value of another one, and new values alone are unique. scimstack tenant reindex %s lists them: change or remove one of each pair, and run it again", name, t.Duplicates[name], t.Name))
	}
	return strings.Join(notes, "\n")
}
