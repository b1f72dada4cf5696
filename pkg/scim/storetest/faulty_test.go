package storetest_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// faulty is a Store that keeps the contract, but for one fault. It is written to be easy to break:
// plain maps under one lock, and a question at each place where a store can go wrong.
type faulty struct {
	fault   string
	listed  map[string]struct{}
	mu      sync.Mutex
	tenants map[scim.TenantID]*data
	last    int64 // as in data
}

// data is what a tenant has. Slices and resources in it are replaced, not changed.
type data struct {
	id    scim.TenantID
	docs  map[scim.Ref]*record
	edges map[string][]scim.Member // by group id, ordered by member id
	names map[string]string        // by id, of resources that were renamed
	gone  map[scim.Ref]bool        // removed resources
	feed  []scim.Entry
	last  int64 // the last number of the feed
}

type record struct {
	*scim.Resource
	keys []scim.IndexKey
}

var (
	_ scim.BatchGetter = (*faulty)(nil)
	_ scim.EdgeReader  = (*faulty)(nil)
	_ scim.Nester      = (*faulty)(nil)
)

func newFaulty(fault string) *faulty {
	s := &faulty{fault: fault, listed: map[string]struct{}{}, tenants: map[scim.TenantID]*data{}}
	for _, f := range faults() {
		s.listed[f] = struct{}{}
	}
	return s
}

// is reports whether the store has a fault. A name that is not listed would never be tried.
func (s *faulty) is(fault string) bool {
	if _, listed := s.listed[fault]; !listed {
		panic("not listed: " + fault)
	}
	return s.fault == fault
}

// enter begins a call: it refuses what every method refuses, and locks.
func (s *faulty) enter(ctx context.Context, t scim.TenantID, kind string) error {
	if t.IsZero() && !s.is("zero tenant accepted") && !s.is("zero tenant accepted by "+kind) {
		return scim.ErrNoTenant
	}
	if err := ctx.Err(); err != nil && !s.is("context ignored by "+kind) {
		return err
	}
	s.mu.Lock()
	return nil
}

func (s *faulty) of(t scim.TenantID) *data {
	d := s.tenants[t]
	if d == nil {
		d = &data{id: t, docs: map[scim.Ref]*record{}, edges: map[string][]scim.Member{}, names: map[string]string{}, gone: map[scim.Ref]bool{}}
		s.tenants[t] = d
	}
	return d
}

// reach are the tenants that a step of a call reaches: the own one, or all with the fault.
func (s *faulty) reach(t scim.TenantID, fault string) []*data {
	list := []*data{s.of(t)}
	for _, d := range s.tenants {
		if d.id != t && strings.HasPrefix(d.id.String(), t.String()) && s.is("tenants by the beginning of their names") {
			list = append(list, d)
		}
	}
	if s.is(fault) {
		for _, d := range s.tenants {
			if d.id != t {
				list = append(list, d)
			}
		}
	}
	return list
}

func (s *faulty) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	if err := s.enter(ctx, t, "reads"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.get(t, scim.Ref{Type: typ, ID: id}, "Get crosses tenants")
}

func (s *faulty) get(t scim.TenantID, ref scim.Ref, crossing string) (*scim.Resource, error) {
	if s.is("ids in any case") {
		ref.ID = strings.ToLower(ref.ID)
	}
	for _, d := range s.reach(t, crossing) {
		if r := d.docs[ref]; r != nil {
			return r.Resource, nil
		}
	}
	if s.is("Get ignores the type") {
		for other, r := range s.of(t).docs {
			if other.ID == ref.ID {
				return r.Resource, nil
			}
		}
	}
	if s.is("Get of nothing is no error") {
		return nil, nil
	}
	return nil, scim.ErrNotFound
}

func (s *faulty) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	if err := s.enter(ctx, t, "abilities"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if s.is("GetMany of a hundred at most") {
		refs = refs[:min(len(refs), 100)]
	}
	var out []*scim.Resource
	for _, ref := range refs {
		if r, err := s.get(t, ref, "GetMany crosses tenants"); err == nil && r != nil {
			out = append(out, r)
		}
	}
	if s.is("GetMany drops the last") && len(out) > 1 {
		out = out[1:]
	}
	return out, nil
}

func (s *faulty) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	if err := s.enter(ctx, t, "reads"); err != nil {
		return scim.List{}, err
	}
	defer s.mu.Unlock()
	l := s.list(s.reach(t, "List crosses tenants"), page, func(r *record) bool {
		return r.Type == typ || s.is("types by the beginning of their names") && strings.HasPrefix(r.Type, typ)
	})
	if s.is("List counts other tenants") {
		all := s.list(s.reach(t, "List counts other tenants"), page, func(r *record) bool { return r.Type == typ })
		l.Total = all.Total
	}
	return l, nil
}

func (s *faulty) Lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, error) {
	if err := s.enter(ctx, t, "reads"); err != nil {
		return scim.List{}, err
	}
	defer s.mu.Unlock()
	return s.list(s.reach(t, "Lookup crosses tenants"), page, func(r *record) bool {
		return (r.Type == typ || s.is("Lookup ignores the type")) && slices.ContainsFunc(r.keys, func(k scim.IndexKey) bool {
			switch {
			case key.Unique && s.is("Lookup finds no unique key"):
				return false
			case s.is("attribute and value of a key run together"):
				return k.Attr+":"+k.Value == key.Attr+":"+key.Value
			}
			return (k.Attr == key.Attr || s.is("Lookup ignores the attribute")) && s.kept(k.Value) == s.kept(key.Value)
		})
	}), nil
}

// kept is what the store keeps of a value of a key.
func (s *faulty) kept(value string) string {
	if s.is("long keys cut") {
		return value[:min(len(value), 1000)]
	}
	if s.is("keys in any case") {
		return strings.ToLower(value)
	}
	if s.is("letters beyond U+FFFF lost") {
		return s.fewLetters(value)
	}
	if s.is("keys trimmed") {
		return strings.TrimSpace(value)
	}
	return value
}

func (s *faulty) list(tenants []*data, page scim.Page, match func(*record) bool) scim.List {
	var all []*scim.Resource
	for _, d := range tenants {
		for _, r := range d.docs {
			if match(r) {
				all = append(all, r.Resource)
			}
			if n := len(r.keys); n > 1 && match(r) && r.keys[n-1] == r.keys[n-2] && s.is("a key given twice counts twice") {
				all = append(all, r.Resource)
			}
		}
	}
	if s.is("a list has nil for what was removed meanwhile") {
		was := maps.Clone(s.tenants)
		s.mu.Unlock()
		time.Sleep(time.Millisecond)
		s.mu.Lock()
		for i, r := range all {
			if !slices.ContainsFunc(slices.Collect(maps.Values(was)), func(d *data) bool { return d.docs[scim.Ref{Type: r.Type, ID: r.ID}] != nil }) {
				all[i] = nil
			}
		}
		if slices.Contains(all, nil) {
			return scim.List{Resources: all, Total: len(all)}
		}
	}
	less := func(a, b *scim.Resource) int { return compare(a.ID, b.ID) }
	if s.is("List by last change") {
		less = func(a, b *scim.Resource) int { return int(b.Version-a.Version)*2 + compare(a.ID, b.ID) }
	}
	if s.is("List descending") {
		less = func(a, b *scim.Resource) int { return compare(b.ID, a.ID) }
	}
	slices.SortFunc(all, less)
	var l scim.List
	l.Resources, l.Total, l.More = cut(s, all, page, func(r *scim.Resource) string { return r.ID })
	return l
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// cut is a page of a sorted range.
func cut[T any](s *faulty, all []T, page scim.Page, id func(T) string) (part []T, total int, more bool) {
	total = len(all)
	for page.After != "" && len(all) > 0 && (id(all[0]) < page.After || id(all[0]) == page.After && !s.is("After is inclusive")) {
		all = all[1:]
	}
	if s.is("total counts from After") {
		total = len(all)
	}
	offset := page.Offset
	switch {
	case s.is("Offset off by one") && offset > 0:
		offset--
	case s.is("Offset ignored"):
		offset = 0
	}
	all = all[min(offset, len(all)):]
	if s.is("total counts from Offset") {
		total = len(all)
	}
	limit := page.Limit
	switch {
	case s.is("Limit ignored"), s.is("Limit 0 is no limit") && limit == 0:
		limit = len(all)
	case s.is("Limit off by one"):
		limit++
	}
	if s.is("at most a hundred in a range") {
		limit = min(limit, 100)
	}
	more = len(all) > limit
	switch {
	case s.is("More after the last page"):
		more = len(all) >= limit
	case s.is("More never"):
		more = false
	case s.is("total of the page"):
		total = min(limit, len(all))
	}
	if s.is("returned members change when one joins") {
		return all[:min(limit, len(all))], total, more
	}
	return slices.Clone(all[:min(limit, len(all))]), total, more
}

// fewLetters is a text of a database that keeps three bytes of UTF-8 at most.
func (s *faulty) fewLetters(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '?'
		}
		return r
	}, text)
}

// at is what the store keeps of a time.
func (s *faulty) at(t time.Time) time.Time {
	if s.is("times cut to seconds") {
		return t.Truncate(time.Second)
	}
	return t
}
