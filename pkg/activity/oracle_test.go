package activity

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// This is how records were made before it had to be fast: each question decodes the documents anew, and every text is
// measured. It is slow and simple, and what describer makes is compared with it.

func (r *Record) plainDescribe(commits []commit, isID func(string) bool, names *nameKeys) {
	for i := range commits {
		c := commits[i]
		if c.id != r.Resource {
			r.Also = capped(r.Also, c.id)
			continue
		}
		r.membership(&c, isID)
		r.Verbs = append(r.Verbs, plainVerbsOf(&c)...)
		r.Known = append(r.Known, c.plainKnown(names)...)
		if c.tenant.KeepValues {
			r.plainKeepNames(c)
		}
		if c.put == nil {
			continue
		}
		var before, hidden []byte
		if c.prior != nil {
			before, hidden = c.prior.Document, c.prior.Hidden
		}
		changed := plainChangedNames(before, c.put.Document)
		r.Changed = append(append(r.Changed, changed...), plainChangedNames(hidden, c.put.Hidden)...)
		if c.tenant.KeepValues {
			r.plainKeepValues(c, changed)
		}
	}
	slices.Sort(r.Changed)
	r.Changed = slices.Compact(r.Changed)
}

func (r *Record) plainKeepNames(c commit) {
	if r.Name = plainNameOf(c.put); c.put == nil {
		r.Name = plainNameOf(c.prior)
	}
	for _, list := range [][]scim.Member{c.added, c.leaving.Members} {
		for _, m := range list[:min(len(list), MaxMembers)] {
			if m.Display == "" {
				continue
			}
			if r.Names == nil {
				r.Names = map[string]string{}
			}
			r.Names[m.ID] = m.Display
		}
	}
}

func plainChangedNames(before, after []byte) []string {
	if bytes.Equal(before, after) {
		return nil
	}
	var names []string
	plainEachDifference(before, after, func(name, a, b []byte) {
		if string(name) == "schemas" {
			return
		}
		if !isObject(a) && !isObject(b) {
			names = append(names, string(name))
			return
		}
		join := "."
		if bytes.IndexByte(name, ':') >= 0 {
			join = ":"
		}
		plainEachDifference(a, b, func(part, _, _ []byte) {
			names = append(names, string(name)+join+string(part))
		})
	})
	return names
}

func plainEachDifference(before, after []byte, visit func(name, was, is []byte)) {
	var a, b [24]member
	was, is := plainObjectOf(a[:], before), plainObjectOf(b[:], after)
	gone := 0 // how many members less there are until here
	for i, m := range is {
		had := was.at(i+gone, m.name)
		if had == nil {
			gone--
		}
		if !bytes.Equal(had, m.value) {
			visit(m.name, had, m.value)
		}
	}
	for i, m := range was {
		if is.at(i, m.name) == nil {
			visit(m.name, m.value, nil)
		}
	}
}

func (r *Record) plainKeepValues(c commit, changed []string) {
	rt := c.tenant.Types.ByName(c.typ)
	if rt == nil {
		return
	}
	is := plainFields(c.put.Document)
	for _, name := range changed {
		ref, ok := rt.ResolveName(name)
		if !ok || ref.Attr == nil || secret(ref.Attr) || ref.Sub != nil && secret(ref.Sub) {
			continue
		}
		raw := is[ref.Attr.Name]
		if ref.Container != "" {
			raw = plainFields(is[ref.Container])[ref.Attr.Name]
		}
		if ref.Sub != nil {
			raw = plainFields(raw)[ref.Sub.Name]
		}
		var v any
		if json.Unmarshal(raw, &v) != nil {
			v = nil // the attribute was removed
		}
		if r.Values == nil {
			r.Values = map[string]any{}
		}
		r.Values[name] = withoutSecrets(ref.Attr, ref.Sub, v)
	}
}

// plainFrom is the oracle of describer.record.
func plainFrom(e *entry, isID func(string) bool, names *nameKeys) Record {
	r := frameOf(e.rec, e.count)
	r.plainDescribe(e.commits, isID, names)
	r.plainBound()
	return r
}

func plainVerbsOf(c *commit) []string {
	switch {
	case c.removed:
		return []string{Deleted}
	case c.prior == nil:
		return []string{Created}
	}
	var verbs []string
	if c.put != nil {
		var a, b [24]member
		was, is := plainObjectOf(a[:], c.prior.Document), plainObjectOf(b[:], c.put.Document)
		if isUser := c.tenant.Types.ByName(c.typ); isUser != nil && isUser.IsUser() {
			switch before, after := plainActive(was), plainActive(is); {
			case before && !after:
				verbs = append(verbs, Deactivated)
			case after && !before:
				verbs = append(verbs, Reactivated)
			}
		}
		if plainRenamed(was, is) {
			verbs = append(verbs, Renamed)
		}
	}
	if len(c.added) > 0 {
		verbs = append(verbs, Joined)
	}
	if len(c.gone) > 0 || c.cleared {
		verbs = append(verbs, Left)
	}
	if len(verbs) == 0 {
		verbs = append(verbs, Changed)
	}
	return verbs
}

func plainRenamed(was, is object) bool {
	for _, name := range nameAttributes {
		if had := was.get(name); len(had) > 0 && !bytes.Equal(had, is.get(name)) {
			return true
		}
	}
	return false
}

func plainActive(doc object) bool { return string(doc.get("active")) != "false" }

func (k *nameKey) plainNames(t *scim.Tenant, res *scim.Resource) (out []string) {
	if k == nil || res == nil {
		return nil
	}
	rt := t.Types.ByName(res.Type)
	if rt == nil {
		return nil
	}
	var space [24]member
	doc := plainObjectOf(space[:], res.Document)
	for _, name := range nameAttributes {
		if v := textOf(doc.get(name)); v != "" {
			if a := rt.Schema.Attribute(name); a != nil {
				out = append(out, k.hash(name, a.Fold(v)))
				break // people have a userName, which is theirs alone
			}
		}
	}
	if res.ExternalID != "" {
		out = append(out, k.hash(attrExternalID, res.ExternalID))
	}
	return out
}

func plainNameOf(res *scim.Resource) string {
	if res == nil {
		return ""
	}
	return textOf(plainRawName(res.Document))
}

func plainRawName(document []byte) []byte {
	var space [24]member
	doc := plainObjectOf(space[:], document)
	for _, name := range nameAttributes {
		if raw := doc.get(name); textOf(raw) != "" {
			return raw
		}
	}
	return nil
}

func (c *commit) plainKnown(names *nameKeys) []string {
	switch {
	case c.prior == nil, c.removed:
	case c.put == nil, c.prior.ExternalID == c.put.ExternalID && bytes.Equal(plainRawName(c.prior.Document), plainRawName(c.put.Document)):
		return nil
	}
	k := names.of(c.tenant)
	all := slices.Concat(k.plainNames(c.tenant, c.prior), k.plainNames(c.tenant, c.put))
	slices.Sort(all)
	return slices.Compact(all)
}
