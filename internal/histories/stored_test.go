package histories

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// escaping stores documents in memory and returns them with an escape that AppendDocument does not make. So each PATCH
// decodes and encodes the whole document (schema.Stored.Set refuses its outline), instead of the attributes that it names
// alone. A fault of that short way, which all stores have in common, is a difference.
type escaping struct{ *memory.Store }

// begin and beginEscaped are how documents begin: with a URN.
const begin, beginEscaped = `{"schemas":["urn:`, `{"schemas":["\u0075rn:`

// plain is a text without the escapes, which are in no value that a request has.
func plain(text string) string { return strings.ReplaceAll(text, `"\u0075rn:`, `"urn:`) }

func withEscape(r *scim.Resource) *scim.Resource { return begins(r, begin, beginEscaped) }

func without(r *scim.Resource) *scim.Resource { return begins(r, beginEscaped, begin) }

// begins is a resource whose document begins in another way.
func begins(r *scim.Resource, was, is string) *scim.Resource {
	if r == nil {
		return nil
	}
	next := *r
	if rest, ok := bytes.CutPrefix(r.Document, []byte(was)); ok {
		next.Document = append([]byte(is), rest...)
	}
	return &next
}

func allEscaped(list []*scim.Resource) []*scim.Resource {
	out := make([]*scim.Resource, len(list))
	for i, r := range list {
		out[i] = withEscape(r)
	}
	return out
}

// Get implements scim.Store, as the others do.
func (s escaping) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	r, err := s.Store.Get(ctx, t, typ, id)
	return withEscape(r), err
}

func (s escaping) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	list, err := s.Store.GetMany(ctx, t, refs)
	return allEscaped(list), err
}

func (s escaping) Lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, error) {
	l, err := s.Store.Lookup(ctx, t, typ, key, page)
	l.Resources = allEscaped(l.Resources)
	return l, err
}

func (s escaping) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	l, err := s.Store.List(ctx, t, typ, page)
	l.Resources = allEscaped(l.Resources)
	return l, err
}

func (s escaping) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (scim.RangeList, error) {
	l, err := s.Store.Range(ctx, t, typ, r, page)
	for i := range l.Entries {
		l.Entries[i].Resource = withEscape(l.Entries[i].Resource)
	}
	return l, err
}

func (s escaping) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	c.Prior, c.Put = without(c.Prior), without(c.Put)
	r, err := s.Store.Commit(ctx, t, c)
	return withEscape(r), err
}

// TestEscaping: a PATCH takes the document of a store apart, and that of an escaping one not.
func TestEscaping(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "memory", "respelled")
	for _, s := range w.join(t, 0) {
		s.play(t, request{n: 1, method: "POST", path: "Users", body: `{"schemas":["` + core + `"],"userName":"ann"}`})
		id, err := scim.ParseTenantID(s.tenant)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.store.Get(t.Context(), id, "User", s.ids["1"])
		if err != nil {
			t.Fatal(err)
		}
		var d schema.Stored
		if in := d.Set(schema.UserType(), r.Document); in != (s.name == "memory") {
			t.Errorf("%s: in parts %t: %s", s.name, in, r.Document)
		}
	}
}
