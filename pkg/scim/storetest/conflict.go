package storetest

import (
	"errors"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Conflict checks that exactly one of two writers that have read the same state succeeds, and
// that the other one changes nothing.
func Conflict(t *testing.T, open Open) {
	t.Run("E-08 two writers of one version", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		s.commit(user(1, "ann"))
		first, late := user(1, "first"), user(1, "second")
		first.If, late.If = 1, 1
		s.commit(first)
		s.fails("second writer", scim.ErrVersion, second(s.store.Commit(s.Context(), s.id, late)))
		s.equal("winner", s.lookup("User", "userName", "first", scim.Page{Limit: 2}), ids(1))
		s.equal("loser", s.lookup("User", "userName", "second", scim.Page{Limit: 2}), ids())
	})
	t.Run("A-34 two creates of one name", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		s.commit(user(1, "ann"))
		var taken *scim.TakenError
		c := user(2, "ann")
		s.people(9)
		c.AddMembers = edges(9)
		if _, err := s.store.Commit(s.Context(), s.id, c); !errors.As(err, &taken) {
			t.Errorf("second create: error %v, want a *scim.TakenError", err)
		}
		s.equal("nothing left", s.lookup("User", "externalId", "ext-ann", scim.Page{Limit: 3}), ids(1))
		s.equal("no edges left", s.members(2), ids())
	})
	t.Run("write after removal", func(t *testing.T) {
		t.Parallel()
		s := begin(t, open)
		s.commit(user(1, "ann"))
		s.commit(scim.Change{Type: "User", ID: id(1), If: 1, Now: start, Remove: true})
		late := user(1, "ann")
		late.If = 1
		s.fails("late write", scim.ErrNotFound, second(s.store.Commit(s.Context(), s.id, late)))
		s.equal("not resurrected", s.lookup("User", "userName", "ann", scim.Page{Limit: 2}), ids())
	})
}
