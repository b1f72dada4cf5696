package engine

import (
	"encoding/json"
	"math/big"
	"sort"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// sortKey is a comparison key; entries without a value come last ascending (O-06).
type sortKey struct {
	has  bool
	text string
	num  *big.Rat
}

// sorter orders resources by one attribute, then by id (RFC 7644 §3.4.2.3).
type sorter struct {
	refs       []*schema.Ref // one per type of the query; nil where the type lacks it
	descending bool
}

func newSorter(q *scim.Query) (*sorter, error) {
	if q.SortBy == "" {
		return nil, nil
	}
	s := &sorter{descending: q.Descending}
	known := false
	for _, rt := range q.Types {
		ref, ok := resolveName(rt, q.SortBy)
		if !ok || ref.Attr == nil {
			s.refs = append(s.refs, nil)
			continue
		}
		if ref.Attr.Type == schema.Complex && ref.Sub == nil {
			value := ref.Attr.Sub("value")
			if value == nil || !ref.Attr.MultiValued {
				return nil, scim.NewError(scim.CodeSort, "sortBy %s is complex; name a sub-attribute such as %s.%s", ref, ref, ref.Attr.SubAttributes[0].Name)
			}
			ref.Sub = value
		}
		if isHidden(ref.Leaf()) || isHidden(ref.Attr) {
			return nil, scim.NewError(scim.CodeSort, "cannot sort by %s", ref)
		}
		if ref.Container == "" && ref.Attr.Name == "members" { // they would have to be read for every group
			return nil, scim.NewError(scim.CodeSort, "cannot sort by members: they are too many to be read for every group")
		}
		known = true
		s.refs = append(s.refs, &ref)
	}
	if !known {
		return nil, scim.NewError(scim.CodeSort, "sortBy names an attribute that does not exist")
	}
	return s, nil
}

// uses reports whether the order looks at a core attribute of a type.
func (s *sorter) uses(typeIndex int, attr string) bool {
	return s != nil && s.refs[typeIndex] != nil && s.refs[typeIndex].Container == "" && s.refs[typeIndex].Attr.Name == attr
}

func (s *sorter) key(typeIndex int, doc map[string]any) sortKey {
	ref := s.refs[typeIndex]
	if ref == nil {
		return sortKey{}
	}
	level := doc
	if ref.Container != "" {
		level, _ = doc[ref.Container].(map[string]any)
	}
	v := level[ref.Attr.Name]
	if list, ok := v.([]any); ok {
		v = primaryOf(list)
	}
	if ref.Sub != nil {
		m, _ := v.(map[string]any)
		v = m[ref.Sub.Name]
		if list, ok := v.([]any); ok {
			v = primaryOf(list)
		}
	}
	switch v := v.(type) {
	case string:
		v = sortText(ref, v)
		return sortKey{has: v != "", text: v}
	case json.Number:
		n := ratOf(v.String())
		return sortKey{has: n != nil, num: n, text: v.String()}
	case bool:
		if v {
			return sortKey{has: true, text: "1"}
		}
		return sortKey{has: true, text: "0"}
	}
	return sortKey{}
}

// sortText is a string as it sorts. A time of a client keeps the precision that was sent: .500Z is before .5001Z, and sorts
// after it as a string. The times in meta have one precision, which the keys of their index have, too.
func sortText(ref *schema.Ref, v string) string {
	leaf := ref.Leaf()
	if leaf.Type == schema.DateTime && (ref.Attr.Name != "meta" || ref.Container != "") {
		if at, ok := schema.ParseTime(v); ok {
			return at.UTC().Format("2006-01-02T15:04:05.000000000Z")
		}
	}
	return leaf.Fold(v)
}

// primaryOf is the primary element of a list, else the first (O-04).
func primaryOf(list []any) any {
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && m["primary"] == true {
			return e
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// compare orders two entries; missing values last ascending, first descending.
func (s *sorter) compare(a, b sortKey, aID, bID string) int {
	var c int
	switch {
	case a.has != b.has:
		c = 1
		if a.has {
			c = -1
		}
	case a.num != nil && b.num != nil:
		c = a.num.Cmp(b.num)
	default:
		c = strings.Compare(a.text, b.text)
	}
	if c == 0 {
		c = strings.Compare(aID, bID)
	}
	if s.descending { // ids too, as an index is read backwards
		c = -c
	}
	return c
}

func (s *sorter) sort(hits []hit) {
	sort.Slice(hits, func(i, j int) bool {
		return s.compare(hits[i].key, hits[j].key, hits[i].r.ID, hits[j].r.ID) < 0
	})
}

// maxCursorKey bounds what of a sort key travels in a cursor, unless the order is that of an index.
const maxCursorKey = 512

// ratOf reads a number of any size and precision, or returns nil.
func ratOf(s string) *big.Rat {
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return n
}
