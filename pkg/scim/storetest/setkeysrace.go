package storetest

import (
	"errors"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
)

// setKeysRace checks that keys that are set beside writers are never those of an older version than the resource has, and
// that another tenant gets none of them.
func setKeysRace(s *suite) {
	a, ok := s.store.(scim.KeySetter)
	if !ok {
		return
	}
	other := *s
	other.id = tenantID(s.T, "other")
	other.commit(user(1, "ann"))
	s.commit(user(1, "ann"))
	of := func(version int64) []scim.IndexKey { return titles(fmt.Sprint("v", version)) }
	s.race(func(i int) error {
		now, err := s.store.Get(s.Context(), s.id, "User", id(1))
		if err != nil {
			return err
		}
		if i%2 == 0 { // a writer
			c := user(1, "ann")
			c.If, c.Keys = now.Version, append(c.Keys, of(now.Version+1)...)
			return s.try(c)
		}
		_, err = a.SetKeys(s.Context(), s.id, "User", []string{"title"}, []scim.Keyed{{ID: id(1), Version: now.Version, Keys: of(now.Version)}})
		return err
	}, func(err error) bool { return errors.Is(err, scim.ErrVersion) })
	now := s.get("User", 1).Version
	for v := int64(1); v <= now; v++ {
		found := len(s.lookup("User", "title", fmt.Sprint("v", v), scim.Page{Limit: 2}))
		s.equal(fmt.Sprintf("key of version %d of %d", v, now), found == 1, v == now)
		s.equal("another tenant", len(other.lookup("User", "title", fmt.Sprint("v", v), scim.Page{Limit: 2})), 0)
	}
}
