package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// managerKey is the index key that users with a manager hold.
const managerKey = schema.URNEnterpriseUser + ":manager.value"

// reportsAtOnce is how many users the consumer changes at the same time.
const reportsAtOnce = 8

// Finishes implements scim.Finisher: the Consumer clears managers that were removed.
func (*Store) Finishes() bool { return true }

// dropManager clears the manager of the users who reported to a removed one. It reads a page at a
// time of those that are left, so it may be interrupted and repeated.
func (c *Consumer) dropManager(ctx context.Context, t scim.TenantID, typ, id string) error {
	k := scim.IndexKey{Attr: managerKey, Value: id}
	for idle := 0; idle < maxRounds; idle++ {
		l, err := c.store.Lookup(ctx, t, typ, k, scim.Page{Limit: 100})
		if err != nil || len(l.Resources) == 0 {
			return err
		}
		var cleared atomic.Bool
		err = async.Each(ctx, reportsAtOnce, l.Resources, func(ctx context.Context, r *scim.Resource) error {
			err := c.store.clearManager(ctx, t, r, k)
			if errors.Is(err, scim.ErrVersion) || errors.Is(err, scim.ErrNotFound) {
				return nil // the next page shows what is left
			}
			cleared.Store(true)
			return err
		})
		if err != nil {
			return err
		}
		if cleared.Load() {
			idle = -1
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: the reports of a removed manager change all the time")}
}

// clearManager removes the manager from the document of a user and from its index keys.
func (s *Store) clearManager(ctx context.Context, t scim.TenantID, r *scim.Resource, k scim.IndexKey) error {
	next := *r
	next.Document = withoutManager(r.Document)
	keys := slices.DeleteFunc(slices.Clone(r.Keys), func(have scim.IndexKey) bool { return have.Attr == k.Attr && have.Value == k.Value })
	_, err := s.Commit(ctx, t, scim.Change{Type: r.Type, ID: r.ID, If: r.Version, Now: s.o.Now().UTC(), Prior: r, Put: &next, Keys: keys})
	return err
}

// withoutManager cuts the manager out of a document, and the extension with its name in schemas if
// nothing is left of it. Everything else keeps its bytes.
func withoutManager(doc []byte) []byte {
	from, to := memberOf(doc, schema.URNEnterpriseUser)
	if to == 0 {
		return doc
	}
	value := from + bytes.IndexByte(doc[from:to], '{')
	ext := cutMember(doc[value:to], "manager")
	if string(bytes.TrimSpace(ext)) != "{}" {
		return slices.Concat(doc[:value], ext, doc[to:])
	}
	doc = cutMember(doc, schema.URNEnterpriseUser)
	name := `"` + schema.URNEnterpriseUser + `"`
	for _, entry := range []string{"," + name, name + ",", name} {
		if bytes.Contains(doc, []byte(entry)) {
			return bytes.Replace(doc, []byte(entry), nil, 1)
		}
	}
	return doc
}

// cutMember removes a member of a JSON object, with one comma.
func cutMember(object []byte, name string) []byte {
	from, to := memberOf(object, name)
	if to == 0 {
		return object
	}
	switch {
	case object[to] == ',':
		to++
	case object[from-1] == ',':
		from--
	}
	return slices.Concat(object[:from], object[to:])
}

// memberOf returns where a member of a JSON object begins and ends, 0 and 0 if there is none.
func memberOf(object []byte, name string) (from, to int) {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0, 0
	}
	for d.More() {
		start := int(d.InputOffset())
		key, err := d.Token()
		if err != nil {
			return 0, 0
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return 0, 0
		}
		if key == name {
			return start + bytes.IndexByte(object[start:], '"'), int(d.InputOffset())
		}
	}
	return 0, 0
}
