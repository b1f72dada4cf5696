package mirror

import (
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// table is what an application keeps: it outlives the consumer.
type table struct {
	mu      sync.Mutex
	users   map[string]feed.User       // by tenant and id
	members map[string]map[string]bool // by tenant and id of the group
	named   map[string]string          // names of groups
	ended   map[string]bool            // users whose sessions were ended
	seq     map[string]int64           // by tenant: the last number that is in the table
	again   int                        // facts that came again
}

func newTable() *table {
	return &table{users: map[string]feed.User{}, members: map[string]map[string]bool{}, named: map[string]string{}, ended: map[string]bool{}, seq: map[string]int64{}}
}

// handle takes over a fact, unless it did so before.
func (t *table) handle(f feed.Fact) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.Seq <= t.seq[f.Tenant] {
		t.again++
		return
	}
	t.seq[f.Tenant] = f.Seq
	t.apply(f)
}

func (t *table) apply(f feed.Fact) {
	key := f.Tenant + "/" + f.Resource.ID
	switch {
	case f.Type == feed.UserDeleted:
		delete(t.users, key)
		t.ended[key] = true
	case f.Type == feed.GroupDeleted:
		delete(t.named, key)
		delete(t.members, key)
	case f.Type == feed.MembershipRemoved:
		delete(t.members[key], f.Member.ID)
	case f.Member != nil:
		if t.members[key] == nil {
			t.members[key] = map[string]bool{}
		}
		t.members[key][f.Member.ID] = true
	case f.User != nil:
		u := *f.User
		u.Groups = nil
		t.users[key] = u
		if !u.Active {
			t.ended[key] = true
		}
	case f.Group != nil:
		t.named[key] = f.Group.Name
	}
}

// anew makes the table of a tenant what a snapshot says.
func (t *table) anew(id scim.TenantID, seq int64, all iter.Seq2[feed.Fact, error]) error {
	next := newTable()
	for f, err := range all {
		if err != nil {
			return err
		}
		next.apply(f)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	own := func(key string) bool {
		return len(key) > len(id.String()) && key[:len(id.String())+1] == id.String()+"/"
	}
	maps.DeleteFunc(t.users, func(key string, _ feed.User) bool { return own(key) })
	maps.DeleteFunc(t.members, func(key string, _ map[string]bool) bool { return own(key) })
	maps.DeleteFunc(t.named, func(key, _ string) bool { return own(key) })
	maps.Copy(t.users, next.users)
	maps.Copy(t.members, next.members)
	maps.Copy(t.named, next.named)
	t.seq[id.String()] = seq
	return nil
}

// some leaves groups without members out.
func some(all map[string]map[string]bool) map[string][]string {
	out := map[string][]string{}
	for g, members := range all {
		if len(members) > 0 {
			out[g] = slices.Sorted(maps.Keys(members))
		}
	}
	return out
}

// differs compares two tables.
func (t *table) differs(other *table) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return cmp.Diff(t.users, other.users) + cmp.Diff(some(t.members), some(other.members)) + cmp.Diff(t.named, other.named)
}
