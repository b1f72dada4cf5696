package transfer

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// differing are the names of the attributes that two states of a resource have different values of, without the values.
func differing(a, b *scim.Resource) []string {
	list := append(names(a.Document, b.Document), names(a.Hidden, b.Hidden)...)
	if len(list) == 0 {
		return []string{"meta.lastModified"}
	}
	return list
}

// names are the members that two JSON objects have different values of, ascending.
func names(a, b []byte) (list []string) {
	var before, after map[string]json.RawMessage
	if a != nil && json.Unmarshal(a, &before) != nil || b != nil && json.Unmarshal(b, &after) != nil {
		return nil
	}
	for name, v := range before {
		if w, ok := after[name]; ok && string(w) == string(v) {
			delete(after, name)
			continue
		}
		list = append(list, name)
		delete(after, name)
	}
	list = slices.AppendSeq(list, maps.Keys(after))
	slices.Sort(list)
	return list
}
