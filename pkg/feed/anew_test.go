package feed_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/feed"
)

// TestSnapshotLetter: facts of a snapshot that cannot be handled do not keep a tenant for ever: after their last try the others are
// handled without them, one dead letter names them, and what happens next is heard.
func TestSnapshotLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []string
	for n := range 5 {
		ids = append(ids, w.create("User", map[string]any{"userName": fmt.Sprint("u", n)}))
	}
	w.create("Group", map[string]any{"displayName": "g", "members": members(ids[1])})
	tries := map[string]int{}
	c := w.crew(func(_ *crew, f feed.Fact) error {
		of := f.Resource.ID
		if f.Member != nil {
			of = "member " + f.Member.ID
		}
		tries[of]++
		switch {
		case f.Type == feed.UserDeactivated:
		case of == ids[1]:
			return errors.New("never")
		case of == ids[2] && tries[of] < 3:
			return errors.New("not now")
		case of == "member "+ids[1]:
			panic("nor this")
		}
		return nil
	})
	c.Tries = 4
	var letters []feed.DeadLetter
	c.until(t, func() bool {
		var err error
		letters, err = c.Positions.Letters(t.Context(), feed.Place{Tenant: w.tenant.ID, Consumer: "app"}, 0, 10)
		return err != nil || len(letters) > 0
	})
	for _, id := range []string{ids[0], ids[2], ids[3], ids[4]} {
		if !slices.ContainsFunc(c.handled(), func(s string) bool { return strings.HasSuffix(s, id+" user.snapshot") }) {
			t.Errorf("%s was not handled: %q", id, c.handled())
		}
	}
	if len(letters) != 1 {
		t.Fatalf("%+v", letters)
	}
	l := letters[0]
	if l.Seq != 7 || l.Tries != 4 || l.Type != "user.snapshot" || !strings.Contains(l.Error, ids[1]+": never") || !strings.Contains(l.Error, "nor this") || strings.Contains(l.Error, "not now") {
		t.Errorf("%+v", l)
	}
	w.patch("User", ids[1], "replace", "active", false)
	c.until(t, func() bool { return slices.Contains(c.handled(), "acme.8 user.deactivated") })
}
