package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// readsBeside: every method that reads gives whole answers beside writers: no nil, each resource once, in order and of the type that
// was asked for. Run with -race, it finds reads of what others write.
func readsBeside(s *suite) {
	var all []int
	for n := 1; n <= writers; n++ {
		all = append(all, n)
		s.commit(s.twin(n))
	}
	s.commit(group(900, "g", all...))
	reads := s.reads(all)
	names := make([]string, 0, len(reads))
	for name := range reads {
		names = append(names, name)
	}
	slices.Sort(names)
	s.race(func(i int) error {
		if i%2 == 0 {
			return s.changes(i)
		}
		for j := range names {
			name := names[(i+j)%len(names)]
			var busy *scim.BusyError
			if err := reads[name](s.Context()); err != nil && !errors.As(err, &busy) {
				return fmt.Errorf("%s beside writers: %w", name, err)
			}
		}
		return nil
	}, nil)
}

// changes are the writes of one writer of readsBeside: to a user of its own, and to the group of all.
func (s *suite) changes(i int) error {
	put := s.twin(i + 1)
	put.If, put.Keys[0].Value, put.Display = scim.IfAny, fmt.Sprint("moved", i), "moved"
	for _, c := range []scim.Change{
		put,
		{Type: "Group", ID: id(900), If: scim.IfAny, RemoveMembers: ids(i + 1)},
		{Type: "Group", ID: id(900), If: scim.IfAny, AddMembers: edges(i + 1)},
		{Type: "User", ID: id(i + 1), If: scim.IfAny, Remove: true},
		s.twin(100 + i),
	} {
		c.Now = start
		if err := s.try(c); err != nil {
			return fmt.Errorf("a writer of its own resource: %w", err)
		}
	}
	return nil
}

// reads are the methods that read, each with a check of its answer.
func (s *suite) reads(all []int) map[string]func(context.Context) error {
	key, page := scim.IndexKey{Attr: "displayName", Value: "same"}, scim.Page{Limit: 1000}
	reads := map[string]func(context.Context) error{
		"Get": func(ctx context.Context) error {
			r, err := s.store.Get(ctx, s.id, "Group", id(900))
			return whole([]*scim.Resource{r}, "Group", err)
		},
		"List": func(ctx context.Context) error {
			l, err := s.store.List(ctx, s.id, "User", page)
			return whole(l.Resources, "User", err)
		},
		"Lookup": func(ctx context.Context) error {
			l, err := s.store.Lookup(ctx, s.id, "User", key, page)
			return whole(l.Resources, "User", err)
		},
		"Members": func(ctx context.Context) error {
			l, err := s.store.Members(ctx, s.id, id(900), page)
			return ascending(l.Members, func(m scim.Member) string { return m.ID }, err)
		},
		"IsMember": func(ctx context.Context) error { return second(s.store.IsMember(ctx, s.id, id(900), ids(all...))) },
		"MemberOf": func(ctx context.Context) error { return second(s.store.MemberOf(ctx, s.id, ids(all...))) },
	}
	if b, ok := s.store.(scim.BatchGetter); ok {
		reads["GetMany"] = func(ctx context.Context) error {
			var refs []scim.Ref
			for _, n := range all {
				refs = append(refs, scim.Ref{Type: "User", ID: id(n)})
			}
			rs, err := b.GetMany(ctx, s.id, refs)
			if slices.Contains(rs, nil) {
				return errors.New("nil is no resource")
			}
			return err
		}
	}
	if e, ok := s.store.(scim.EdgeReader); ok {
		reads["ListWithGroups"] = func(ctx context.Context) error {
			l, _, err := e.ListWithGroups(ctx, s.id, "User", page)
			return whole(l.Resources, "User", err)
		}
		reads["LookupWithGroups"] = func(ctx context.Context) error {
			l, _, err := e.LookupWithGroups(ctx, s.id, "User", key, page)
			return whole(l.Resources, "User", err)
		}
	}
	s.abilitiesBeside(reads)
	return reads
}

// abilitiesBeside are the reads of the other optional abilities.
func (s *suite) abilitiesBeside(reads map[string]func(context.Context) error) {
	if r, ok := s.store.(scim.Ranger); ok {
		reads["Range"] = func(ctx context.Context) error {
			l, err := r.Range(ctx, s.id, "User", scim.KeyRange{Attr: "displayName"}, scim.Page{Limit: 1000})
			if slices.ContainsFunc(l.Entries, func(e scim.RangeEntry) bool { return e.Resource == nil }) {
				return errors.New("nil is no resource")
			}
			return err
		}
	}
	if n, ok := s.store.(scim.Nester); ok {
		reads["Nested"] = func(ctx context.Context) error { return second(n.Nested(ctx, s.id)) }
	}
	if f, ok := s.store.(scim.Feed); ok {
		reads["Last"] = func(ctx context.Context) error { return second(f.Last(ctx, s.id)) }
		reads["Entries"] = func(ctx context.Context) error {
			list, err := f.Entries(ctx, s.id, 0, 1000)
			return ascending(list, func(e scim.Entry) string { return fmt.Sprintf("%09d", e.First) }, err)
		}
	}
}

// whole checks a list of resources of a type.
func whole(list []*scim.Resource, typ string, err error) error {
	if err != nil {
		return err
	}
	for _, r := range list {
		if r == nil {
			return errors.New("nil is no resource")
		}
		if r.Type != typ || r.Version == 0 || len(r.Document) == 0 {
			return fmt.Errorf("no whole %s: %s %s at version %d with a document of %d bytes", typ, r.Type, r.ID, r.Version, len(r.Document))
		}
	}
	return ascending(list, func(r *scim.Resource) string { return r.ID }, nil)
}

// ascending checks that a list is in order, and has nothing twice.
func ascending[T any](list []T, id func(T) string, err error) error {
	for i := 1; i < len(list) && err == nil; i++ {
		if a, b := id(list[i-1]), id(list[i]); a >= b {
			return fmt.Errorf("%s follows %s", b, a)
		}
	}
	return err
}
