package feed

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// ErrCursor is returned for a cursor that SnapshotPage has not made, or for another tenant, and for one inside a resource type that
// the tenant no longer has: begin again.
var ErrCursor = errors.New("the cursor is not one of a snapshot")

// Page is a part of a snapshot.
type Page struct {
	Facts []Fact
	Seq   int64  // the number that the snapshot belongs to: read on after it
	Next  string // cursor of the next page, or "" after the last one
}

// spot is a place in a snapshot: first the resources of all types, then the members of all groups.
type spot struct {
	Tenant  string `json:"n,omitempty"` // absent in the cursors of former versions
	Seq     int64  `json:"s"`
	Members bool   `json:"m,omitempty"`
	Type    string `json:"t,omitempty"` // "" is the first type
	After   string `json:"a,omitempty"` // id of the last resource; of members, of the group at hand
	Member  string `json:"e,omitempty"` // id of the last member
}

// Snapshot returns all that a tenant has: a fact for each resource, users with their groups, and then one
// for each membership. All have the Seq that the snapshot belongs to. It may show what happens while it is
// read; the facts after Seq then tell it again. What is not in it and has no fact after Seq is gone.
func (s *Source) Snapshot(ctx context.Context, t scim.TenantID) iter.Seq2[Fact, error] {
	return func(yield func(Fact, error) bool) {
		for cursor := ""; ; {
			page, err := s.SnapshotPage(ctx, t, cursor, factsAtOnce)
			if err != nil {
				yield(Fact{}, err)
				return
			}
			for _, f := range page.Facts {
				if !yield(f, nil) {
					return
				}
			}
			if cursor = page.Next; cursor == "" {
				return
			}
		}
	}
}

// SnapshotPage returns a part of a snapshot: the first one for the cursor "", and then those of Next. A page
// has at most limit facts, and may have fewer, or none, before the last one.
func (s *Source) SnapshotPage(ctx context.Context, t scim.TenantID, cursor string, limit int) (Page, error) {
	at, err := s.spotOf(ctx, t, cursor)
	if err != nil {
		return Page{}, err
	}
	types, err := s.types(ctx, t)
	if err != nil {
		return Page{}, err
	}
	w := walk{Source: s, tenant: t, types: types.List, limit: max(limit, 1), spot: at}
	if at.Type != "" && at.Type != pastTypes && types.ByName(at.Type) == nil {
		return Page{}, ErrCursor // of a type that the tenant no longer has: what follows it would be left out
	}
	more := true
	for range mostSteps {
		if !more || len(w.facts) >= w.limit || w.size >= mostBytes {
			break
		}
		if more, err = w.step(ctx); err != nil {
			return Page{}, err
		}
	}
	page := Page{Facts: w.facts, Seq: at.Seq}
	if more {
		w.spot.Tenant = t.String()
		b, err := json.Marshal(w.spot)
		if err != nil {
			return Page{}, err
		}
		page.Next = base64.RawURLEncoding.EncodeToString(b)
	}
	return page, nil
}

// spotOf reads a cursor. Its text is in the hands of the client: it names places in the client's own tenant.
func (s *Source) spotOf(ctx context.Context, t scim.TenantID, cursor string) (at spot, err error) {
	if cursor == "" {
		at.Seq, err = s.feed.Last(ctx, t) // before anything is read
		return at, err
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(b, &at) != nil || at.Tenant != "" && at.Tenant != t.String() {
		return at, ErrCursor // of another tenant: what is before its place would be left out
	}
	return at, nil
}

// Bounds of a page.
const (
	mostSteps = 300 // reads: groups without members have no facts
	firstRead = 100 // resources or members, before it is known how large they are
	mostRead  = 1000
)

// pastTypes is the Type of a spot after the last type: no type has this name.
const pastTypes = "-"

// walk reads a part of a snapshot.
type walk struct {
	*Source
	tenant scim.TenantID
	types  []*schema.ResourceType
	limit  int
	spot   spot
	facts  []Fact
	size   int // of the facts, in bytes
}

// step reads some facts at the spot, and moves it. more is false at the end.
func (w *walk) step(ctx context.Context) (more bool, err error) {
	rt := w.current()
	if rt == nil {
		if w.spot.Members {
			return false, nil
		}
		w.spot = spot{Seq: w.spot.Seq, Members: true}
		return true, nil
	}
	if w.spot.Members {
		return true, w.members(ctx, rt)
	}
	return true, w.resources(ctx, rt)
}

// current is the type at the spot, nil after the last one.
func (w *walk) current() *schema.ResourceType {
	if w.spot.Type == "" {
		return w.types[0]
	}
	for _, rt := range w.types {
		if rt.Name == w.spot.Type {
			return rt
		}
	}
	return nil
}

// next moves the spot to the next type.
func (w *walk) next(rt *schema.ResourceType) {
	for i, other := range w.types {
		if other == rt && i+1 < len(w.types) {
			w.spot = spot{Seq: w.spot.Seq, Members: w.spot.Members, Type: w.types[i+1].Name}
			return
		}
	}
	w.spot.Type, w.spot.After, w.spot.Member = pastTypes, "", ""
}

// room is how many resources or members are read at once: as many as the page has room for, if they are like those so far.
func (w *walk) room() int {
	n := firstRead
	if len(w.facts) > 0 {
		n = (mostBytes - w.size) / (w.size/len(w.facts) + 1)
	}
	return max(1, min(n, mostRead, w.limit-len(w.facts)))
}

// add puts a fact of some bytes on the page, unless it is full.
func (w *walk) add(f *Fact, size int) bool {
	if len(w.facts) > 0 && w.size+size > mostBytes {
		w.size = mostBytes
		return false
	}
	w.facts, w.size = append(w.facts, *f), w.size+size
	return true
}

// after is the id after which resources are listed. At first it is one that is lower than all: for a page that follows none, a
// store may count all resources and, on DynamoDB, write a bookmark for a startIndex that is never asked for, which the function
// that reads the feed may not do.
func (w *walk) after() string { return cmp.Or(w.spot.After, "\x01") }

func (w *walk) resources(ctx context.Context, rt *schema.ResourceType) error {
	list, err := w.store.List(ctx, w.tenant, rt.Name, scim.Page{After: w.after(), Limit: w.room()})
	if err != nil {
		return err
	}
	var groups map[string][]string
	if rt.IsUser() && len(list.Resources) > 0 {
		ids := make([]string, len(list.Resources))
		for i, r := range list.Resources {
			ids[i] = r.ID
		}
		if groups, err = w.store.MemberOf(ctx, w.tenant, ids); err != nil {
			return err
		}
	}
	for _, r := range list.Resources {
		f, err := w.present(rt, r)
		if err != nil {
			return err
		}
		if f.User != nil {
			f.User.Groups = groups[r.ID]
		}
		if !w.add(&f, len(r.Document)) {
			return nil
		}
		w.spot.Type, w.spot.After = rt.Name, r.ID
	}
	if !list.More || len(list.Resources) == 0 {
		w.next(rt)
	}
	return nil
}

// present is the fact that a resource is there.
func (w *walk) present(rt *schema.ResourceType, r *scim.Resource) (Fact, error) {
	m := maker{tenant: w.tenant, rt: rt, entry: &scim.Entry{Type: rt.Name, ID: r.ID, Time: r.LastModified, After: r}}
	var err error
	if m.doc, err = shown(rt, r); err != nil {
		return Fact{}, err
	}
	f := m.fact(m.typed("snapshot"))
	if rt.IsUser() {
		f.User = userOf(r, m.doc)
	}
	f.SCIM = document(r, m.doc)
	return w.number(f, r.ID), nil
}

// number gives a fact of a snapshot its number, which all of them have, and an id.
func (w *walk) number(f Fact, what string) Fact {
	f.Seq, f.ID = w.spot.Seq, idOf(w.tenant, w.spot.Seq)+"."+what
	return f
}

// members reads members of the group at the spot, or moves it to the next group.
func (w *walk) members(ctx context.Context, rt *schema.ResourceType) error {
	if !rt.HasMembers() {
		w.next(rt)
		return nil
	}
	if w.spot.Member == "" { // the group at the spot is done
		list, err := w.store.List(ctx, w.tenant, rt.Name, scim.Page{After: w.after(), Limit: 1})
		if err != nil {
			return err
		}
		if len(list.Resources) == 0 {
			w.next(rt)
			return nil
		}
		return w.membersOf(ctx, rt, list.Resources[0])
	}
	g, err := w.store.Get(ctx, w.tenant, rt.Name, w.spot.After)
	if errors.Is(err, scim.ErrNotFound) {
		w.spot.Member = ""
		return nil
	}
	if err != nil {
		return err
	}
	return w.membersOf(ctx, rt, g)
}

func (w *walk) membersOf(ctx context.Context, rt *schema.ResourceType, g *scim.Resource) error {
	list, err := w.store.Members(ctx, w.tenant, g.ID, scim.Page{After: w.spot.Member, Limit: w.room()})
	if err != nil {
		return err
	}
	m := maker{tenant: w.tenant, rt: rt, entry: &scim.Entry{Type: rt.Name, ID: g.ID, Time: g.LastModified, After: g}}
	if m.doc, err = shown(rt, g); err != nil {
		return err
	}
	after := spot{Seq: w.spot.Seq, Members: true, Type: rt.Name, After: g.ID}
	if len(list.Members) == 0 {
		w.spot = after
	}
	for i, member := range list.Members {
		f := w.number(m.membership(MembershipSnapshot, member), g.ID+"."+member.ID)
		if !w.add(&f, len(f.Group.Name)+len(member.Display)) {
			return nil
		}
		if w.spot = after; list.More || i+1 < len(list.Members) {
			w.spot.Member = member.ID
		}
	}
	return nil
}

// Age is how long ago a fact happened.
func (f *Fact) Age(now time.Time) time.Duration { return now.Sub(f.Time) }
