package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

// data makes a file, and opens stores on it.
func data(t *testing.T) func() scim.Store {
	t.Helper()
	name := filepath.Join(t.TempDir(), "scim.journal")
	return func() scim.Store {
		j, err := openJournal(name)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
}

func open(t *testing.T) scim.Store { t.Helper(); return data(t)() }

// TestStore: the journal keeps the promises of a Store.
func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Behaviour(t, open)
	storetest.Conflict(t, open)
	storetest.Concurrency(t, open)
	storetest.Leavers(t, open, 0)
	storetest.Jumps(t, open)
	storetest.Renames(t, open, 0)
	storetest.Feed(t, open, 0)
	storetest.Reopen(t, data)
}

// TestRestart: what was acknowledged is there after a restart, and half a line is not.
func TestRestart(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "scim.journal")
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	user := func(id string) scim.Change {
		return scim.Change{Type: "User", ID: id, If: scim.IfAbsent, Now: time.Now(), Put: &scim.Resource{Type: "User", ID: id, Document: []byte(`{}`)}}
	}
	j, err := openJournal(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []scim.Change{user("a"), user("b"), {Type: "User", ID: "a", If: scim.IfAny, Remove: true, Now: time.Now()}} {
		if _, err := j.Commit(t.Context(), acme, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.Commit(t.Context(), acme, user("b")); err == nil {
		t.Error("a second b is accepted")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, append(data, `{"Tenant":"acme","Chan`...), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if j, err = openJournal(name); err != nil {
			t.Fatal(err)
		}
		l, err := j.List(t.Context(), acme, "User", scim.Page{Limit: 10})
		if err != nil || len(l.Resources) != 1 || l.Resources[0].ID != "b" {
			t.Errorf("%+v %v", l, err)
		}
	}
}
