package sqlstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// childVariable is the file that the process writes to instead of running tests.
const childVariable = "SQLSTORE_CHILD"

// userID is the n-th id; ids ascend.
func userID(n int) string { return fmt.Sprintf("01900000-0000-7000-8000-%012d", n) }

func newUser(n int, name string, at time.Time) scim.Change {
	return scim.Change{
		Type: "User", ID: userID(n), If: scim.IfAbsent, Now: at, Display: name,
		Put:  &scim.Resource{Created: at, Document: fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q}`, name)},
		Keys: []scim.IndexKey{{Attr: "userName", Value: name, Unique: true}, {Attr: "emails.value", Value: name + "@example.com"}},
	}
}

// newGroup has the id of user n, as a group.
func newGroup(n int, name string, members ...int) scim.Change {
	c := newUser(n, name, time.Now())
	c.Type, c.Keys = "Group", []scim.IndexKey{{Attr: "displayName", Value: name, Unique: true}}
	for _, m := range members {
		c.AddMembers = append(c.AddMembers, scim.Member{ID: userID(m), Type: "User", Display: fmt.Sprint("u", m)})
	}
	return c
}

// writeForever is the child: it creates users, each with a group that has it as a member, and prints the
// number of each write that was acknowledged, until it is killed.
func writeForever(path string) {
	acme, err := scim.ParseTenantID("acme")
	ctx := context.Background()
	var d *sqlstore.Database
	if err == nil {
		d, err = sqlite.Open(ctx, path, sqlstore.Options{})
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	s := d.Store()
	list, err := s.List(ctx, acme, "User", scim.Page{})
	write := func(what string, n int, c scim.Change) {
		if err != nil {
			return
		}
		if _, err = s.Commit(ctx, acme, c); err == nil || errors.Is(err, scim.ErrVersion) { // it may be there, see below
			err = nil
			fmt.Println(what, n)
		}
	}
	for n := max(list.Total-1, 0); err == nil; n++ { // the last one may lack its group
		write("user", n, newUser(n, fmt.Sprint("u", n), time.Now()))
		write("group", n, newGroup(n, fmt.Sprint("g", n), n))
	}
	fmt.Println("error", err)
	os.Exit(1)
}

// TestKill: a process that writes is killed 20 times. What it has acknowledged is there, and of a write
// that it has not acknowledged there is all or nothing.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scim.db")
	users, groups := 0, 0 // acknowledged: numbers below these
	for round := range 20 {
		u, g := runAndKill(t, path, 5+round%4)
		users, groups = max(users, u), max(groups, g)
		check(t, path, users, groups)
	}
	if users < 20 {
		t.Errorf("only %d users were written", users)
	}
}

// runAndKill starts the child, kills it in the middle of a write after it has acknowledged some, and
// returns how many users and groups it has acknowledged.
func runAndKill(t *testing.T, path string, after int) (users, groups int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if n == after {
			_ = cmd.Process.Kill()
		}
		var what string
		var at int
		if _, err := fmt.Sscan(lines.Text(), &what, &at); err != nil { // of an error of the child
			t.Fatal(lines.Text())
		}
		if what == "user" {
			users = at + 1
		} else {
			groups = at + 1
		}
	}
	_ = cmd.Wait()
	return users, groups
}

// check opens the file and compares it with what was acknowledged.
func check(t *testing.T, path string, users, groups int) {
	t.Helper()
	d, err := sqlite.Open(t.Context(), path, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	s, acme := d.Store(), tenantID(t, "acme")
	list, err := s.List(t.Context(), acme, "User", scim.Page{Limit: 1 << 20})
	if err != nil || list.Total != len(list.Resources) || list.Total < users || list.Total > users+1 {
		t.Fatalf("%v: total %d, %d users, %d acknowledged", err, list.Total, len(list.Resources), users)
	}
	for n, r := range list.Resources {
		name := fmt.Sprint("u", n)
		found, err := s.Lookup(t.Context(), acme, "User", scim.IndexKey{Attr: "emails.value", Value: name + "@example.com"}, scim.Page{Limit: 2})
		if err != nil || r.ID != userID(n) || len(found.Resources) != 1 || found.Resources[0].ID != r.ID {
			t.Fatalf("user %d: %v %v", n, found, err)
		}
	}
	all, err := s.List(t.Context(), acme, "Group", scim.Page{Limit: 1 << 20})
	if err != nil || all.Total < groups || all.Total != len(all.Resources) {
		t.Fatalf("%v: total %d, %d groups, %d acknowledged", err, all.Total, len(all.Resources), groups)
	}
	for _, g := range all.Resources {
		l, err := s.Members(t.Context(), acme, g.ID, scim.Page{Limit: 3})
		if err != nil || l.Total != 1 || len(l.Members) != 1 || l.Members[0].ID != g.ID {
			t.Fatalf("group %s: %+v %v", g.ID, l, err)
		}
	}
	feedTells(t, s, acme, append(list.Resources, all.Resources...))
}

// feedTells compares the feed with the directory: one fact for each resource, and one for each member.
func feedTells(t *testing.T, s *sqlstore.Store, acme scim.TenantID, resources []*scim.Resource) {
	t.Helper()
	versions, after := map[scim.Ref]int64{}, int64(0)
	for {
		entries, err := s.Entries(t.Context(), acme, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			ref := scim.Ref{Type: e.Type, ID: e.ID}
			if e.First != after+1 || e.Last != e.First+int64(len(e.Joined)) || e.After == nil || versions[ref] != 0 || (e.Type == "Group") != (len(e.Joined) == 1) {
				t.Fatalf("entry %d to %d of %s %s, with %d members, follows %d", e.First, e.Last, e.Type, e.ID, len(e.Joined), after)
			}
			after, versions[ref] = e.Last, e.After.Version
		}
	}
	for _, r := range resources {
		if ref := (scim.Ref{Type: r.Type, ID: r.ID}); versions[ref] != r.Version {
			t.Fatalf("%s %s has version %d, and %d in the feed", r.Type, r.ID, r.Version, versions[ref])
		}
	}
	if len(versions) != len(resources) {
		t.Fatalf("%d resources, %d in the feed", len(resources), len(versions))
	}
}
