package histories

import (
	"maps"
	"slices"
	"strings"
)

// userBody is a user as in a POST or a PUT.
func (r *random) userBody() string {
	var members []string
	if !r.odd() {
		members = append(members, `"userName":`+r.userName())
	}
	extensions := map[string][]string{}
	seen := map[string]bool{"userName": true}
	for range 1 + r.IntN(9) {
		a := r.attribute()
		if seen[a.schema+a.name] && !r.chance(0.01) {
			continue
		}
		seen[a.schema+a.name] = true
		m := `"` + r.cased(a.name) + `":` + r.value(a)
		if a.schema == "" {
			members = append(members, m)
			continue
		}
		extensions[a.schema] = append(extensions[a.schema], m)
	}
	urns := []string{`"` + core + `"`}
	for _, urn := range slices.Sorted(maps.Keys(extensions)) {
		urns = append(urns, `"`+urn+`"`)
		members = append(members, `"`+r.cased(urn)+`":`+r.object(extensions[urn]))
	}
	if r.odd() {
		members = append(members, pick(r, `"foo":1`, `"id":"x"`, `"meta":{"resourceType":"User"}`, `"groups":[{"value":"x"}]`, `"urn:x:y":{"a":1}`, `"`+enterprise+`":null`, `"name.givenName":"D"`))
	}
	switch {
	case r.odd():
		members = append([]string{`"schemas":` + pick(r, "[]", `["`+enterprise+`"]`, `["`+core+`","urn:x"]`, `["`+strings.ToUpper(core)+`"]`, `"`+core+`"`)}, members...)
	case r.chance(0.8):
		members = append([]string{`"schemas":[` + strings.Join(urns, ",") + `]`}, members...)
	}
	return r.object(members)
}
