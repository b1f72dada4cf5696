package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

const writers = 64

// Concurrency checks real races: how many writers succeed, and that no write is lost.
func Concurrency(t *testing.T, open Open) {
	t.Run("E-08 one version, many writers", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		s.commit(user(1, "ann"))
		won, lost := s.race(func(i int) error {
			c := user(1, "ann"+id(i))
			c.If = 1
			return s.try(c)
		}, func(err error) bool { return errors.Is(err, scim.ErrVersion) })
		s.equal("winners", won, 1)
		s.equal("losers", lost, writers-1)
		s.equal("version", s.get("User", 1).Version, int64(2))
	})
	t.Run("A-34 one name, many creates", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		won, _ := s.race(func(i int) error { return s.try(user(i+1, "ann")) }, func(err error) bool {
			var taken *scim.TakenError
			return errors.As(err, &taken)
		})
		s.equal("winners", won, 1)
		got, _ := s.list("User", scim.Page{Limit: writers})
		s.equal("users", len(got), 1)
		s.equal("holder", s.lookup("User", "userName", "ann", scim.Page{Limit: 2}), got)
	})
	t.Run("members of one state", func(t *testing.T) {
		t.Parallel()
		oneState(begin(t, open))
	})
	t.Run("reads beside writers", func(t *testing.T) {
		t.Parallel()
		readsBeside(begin(t, open))
	})
	t.Run("keys that are set beside writers", func(t *testing.T) {
		t.Parallel()
		setKeysRace(begin(t, open))
	})
	t.Run("L-11 parallel members are all kept", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		for i := range writers {
			s.people(i + 1)
		}
		s.commit(group(900, "g"))
		won, _ := s.race(func(i int) error {
			return s.try(scim.Change{Type: "Group", ID: id(900), If: scim.IfAny, Now: start, AddMembers: edges(i + 1)})
		}, nil)
		s.equal("all", won, writers)
		s.equal("members", len(s.members(900)), writers)
		s.equal("version", s.get("Group", 900).Version, int64(writers+1))
	})
}

// try commits, again while the store is busy.
func (s *suite) try(c scim.Change) error {
	for {
		_, err := s.store.Commit(s.Context(), s.id, c)
		var busy *scim.BusyError
		if !errors.As(err, &busy) {
			return err
		}
	}
}

// race runs all writers at once. An error that is not expected fails the test.
func (s *suite) race(write func(int) error, expected func(error) bool) (won, lost int) {
	s.Helper()
	errs := make([]error, writers)
	all := make([]int, writers)
	for i := range all {
		all[i] = i
	}
	var begun sync.WaitGroup
	begun.Add(writers)
	err := async.Each(s.Context(), writers, all, func(_ context.Context, i int) error {
		begun.Done()
		begun.Wait() // for the last writer, so that all of them write at once
		errs[i] = write(i)
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case expected != nil && expected(err):
			lost++
		default:
			s.Errorf("unexpected: %v", err)
		}
	}
	return won, lost
}
