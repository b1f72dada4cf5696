package memory

import (
	"cmp"
	"context"
	"strings"

	"github.com/tidwall/btree"

	"github.com/scimstack/scimstack/pkg/scim"
)

// keyed is one entry of an index in the order of values.
type keyed struct {
	value string
	e     *entry
}

func before(a, b keyed) bool {
	return cmp.Or(strings.Compare(a.value, b.value), strings.Compare(a.e.id, b.e.id)) < 0
}

// sorted are the indexes of a type in the order of values, by attribute. An index is made by the first
// Range that asks for it, and kept from then on: a tenant without such questions pays nothing for it.
type sorted map[string]*btree.BTreeG[keyed]

// move follows a change of the keys of a resource.
func (s sorted) move(e *entry, had, has []scim.IndexKey) {
	if len(s) == 0 {
		return
	}
	for _, k := range had {
		if tree := s[k.Attr]; tree != nil {
			tree.Delete(keyed{k.Value, e})
		}
	}
	for _, k := range has {
		if tree := s[k.Attr]; tree != nil {
			tree.Set(keyed{k.Value, e})
		}
	}
}

// sort makes the index of an attribute.
func (k *kind) sort(attr string) *btree.BTreeG[keyed] {
	if tree := k.sorted[attr]; tree != nil {
		return tree
	}
	tree := btree.NewBTreeGOptions(before, btree.Options{NoLocks: true}) // the tenant has a lock
	var room [few]scim.IndexKey
	for _, e := range k.entries {
		for _, key := range k.attributes.unpack(room[:0], e.keys) {
			if key.Attr == attr {
				tree.Set(keyed{key.Value, e})
			}
		}
	}
	if k.sorted == nil {
		k.sorted = sorted{}
	}
	k.sorted[attr] = tree
	return tree
}

// Range implements scim.Ranger. The first one for an attribute reads all resources of the type, while
// other calls for the tenant wait.
func (s *Store) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (scim.RangeList, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return scim.RangeList{}, err
	}
	if kind := tn.kinds[typ]; kind != nil && kind.sorted[r.Attr] == nil {
		tn.mu.RUnlock()
		tn.mu.Lock()
		kind.sort(r.Attr)
		tn.mu.Unlock()
		tn.mu.RLock()
	}
	defer tn.mu.RUnlock()
	tree := tn.kind(typ).sorted[r.Attr]
	from, to, none := r.Bounds()
	if tree == nil || none {
		return scim.RangeList{}, nil
	}
	return walk(tree, r, page, func(v string) bool { return v >= from && (to == "" || v < to) }), nil
}

// walk reads a page of an index. It begins at the bound, at the position, or at an offset into the whole index.
func walk(tree *btree.BTreeG[keyed], r scim.KeyRange, page scim.Page, within func(string) bool) (out scim.RangeList) {
	skip := page.Offset
	visit := func(k keyed) bool {
		switch {
		case page.After != "" && k.value == r.After && k.e.id == page.After:
			return true
		case !within(k.value):
			return false
		case skip > 0:
			skip--
			return true
		case len(out.Entries) == page.Limit:
			out.More = true
			return false
		}
		out.Entries = append(out.Entries, scim.RangeEntry{Value: k.value, Resource: k.e.resource})
		return true
	}
	from, to, _ := r.Bounds()
	at := keyed{value: from, e: &entry{}}
	step, open := tree.Ascend, from == ""
	if r.Reverse {
		step, open = tree.Descend, to == ""
		at = keyed{value: to, e: &entry{}} // below all entries of that value, which are too high
	}
	switch {
	case page.After != "":
		step(keyed{r.After, &entry{id: page.After}}, visit)
	case open && from == "" && to == "" && skip > 0:
		n := skip
		if r.Reverse {
			n = tree.Len() - 1 - skip
		}
		if first, ok := tree.GetAt(n); ok {
			skip = 0
			step(first, visit)
		}
	case open && r.Reverse:
		tree.Reverse(visit)
	default:
		step(at, visit)
	}
	return out
}
