package storetest_test

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

var _ scim.KeySetter = (*faulty)(nil)

// SetKeys implements scim.KeySetter.
func (s *faulty) SetKeys(ctx context.Context, t scim.TenantID, typ string, attrs []string, list []scim.Keyed) (changed []string, err error) {
	if err := s.enter(ctx, t, "abilities"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	for _, d := range s.reach(t, "set keys cross tenants") {
		for _, r := range list {
			rec := d.docs[scim.Ref{Type: typ, ID: r.ID}]
			switch {
			case rec == nil && s.is("set keys of the gone are changed"):
				changed = append(changed, r.ID)
			case rec == nil:
			case rec.Version != r.Version && !s.is("set keys ignore the version"):
				if !s.is("set keys hide what has changed") {
					changed = append(changed, r.ID)
				}
			default:
				s.setKeys(d, rec, attrs, r.Keys)
			}
		}
	}
	return changed, nil
}

// setKeys replaces a record by one with other keys.
func (s *faulty) setKeys(d *data, rec *record, attrs []string, keys []scim.IndexKey) {
	next := &record{Resource: rec.Resource, keys: slices.Clone(rec.keys)}
	if !s.is("set keys leave the old ones") {
		next.keys = slices.DeleteFunc(next.keys, func(k scim.IndexKey) bool { return slices.Contains(attrs, k.Attr) || s.is("set keys replace all") })
	}
	if s.is("set keys count as a change") {
		r := *rec.Resource
		r.Version++
		next.Resource = &r
	}
	for _, k := range keys {
		k.Unique = false
		had := slices.ContainsFunc(next.keys, func(h scim.IndexKey) bool { return h.Attr == k.Attr && h.Value == k.Value })
		if !had && !s.is("set keys are forgotten") && (slices.Contains(attrs, k.Attr) || s.is("set keys of any attribute")) {
			next.keys = append(next.keys, k)
		}
	}
	d.docs[scim.Ref{Type: rec.Type, ID: rec.ID}] = next
}
