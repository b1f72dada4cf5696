package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestRestoredFeed: a reader of the feed has read deactivations that are undone by a restore of the file. New facts must
// not take their numbers: the reader starts anew, also after as many new facts as it had read.
func TestRestoredFeed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "scim.db")
	place, backup := "sqlite:"+file, file+".copy"
	s := startServe(t, nil, "--store", place, "--tenant", "name=acme")
	token := value(s.lines, "token")
	create := func(s served, n int) {
		t.Helper()
		if status := postAs(t, s.base+"/Users", token, fmt.Sprintf(`{"userName": "u%d"}`, n)); status != http.StatusCreated {
			t.Fatal(status)
		}
	}
	out, err := command(t, "token", "create", "acme", "--scopes", "events", "--store", place)
	if err != nil {
		t.Fatal(out, err)
	}
	_, reader, _ := strings.Cut(out, "scim_acme_")
	reader, _, _ = strings.Cut("scim_acme_"+reader, "\n")
	create(s, 1)
	s.kill(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	copyFiles := func(from, to string) {
		for _, part := range []string{"", "-wal"} {
			_ = os.Remove(to + part)
			if b, err := os.ReadFile(from + part); err == nil {
				must(os.WriteFile(to+part, b, 0o600))
			}
		}
		_ = os.Remove(to + "-shm")
	}
	copyFiles(file, backup)
	s = startServe(t, nil, "--store", place)
	create(s, 2) // number 2, which the reader reads
	s.kill(t)
	copyFiles(backup, file)

	if out, err := command(t, "tenant", "restart-feed", "acme", "--store", place); err != nil || !strings.Contains(out, "each reader starts anew") {
		t.Fatal(out, err)
	}
	s = startServe(t, nil, "--store", place)
	create(s, 3)
	create(s, 4)
	events := strings.Replace(s.base, "/scim/v2/", "/events/", 1)
	for after, want := range map[string]int{"2": http.StatusGone, "1": http.StatusGone, "1000002": http.StatusOK} {
		status, body := apptest.Client{Base: events + "?after=" + after, Token: reader}.Send(t, http.MethodGet, "", "")
		if status != want || status == http.StatusOK && !strings.Contains(body, `"acme.1000003"`) {
			t.Errorf("after %s: %d %s", after, status, body)
		}
	}
	s.kill(t)
	if out, err := command(t, "tenant", "restart-feed", "globex", "--store", place); err == nil {
		t.Error("a tenant that does not exist: ", out)
	}
}

// TestRestartBesideUse: a process that uses the restored data already has given numbers to new facts, some above the last one
// that readers have. The feed is restarted above all of these, and once only.
func TestRestartBesideUse(t *testing.T) {
	t.Parallel()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	feed := func(facts int) *memory.Store {
		s := memory.New()
		for n := range facts {
			id := fmt.Sprint("u", n)
			if _, err := s.Commit(t.Context(), acme, scim.Change{Type: "User", ID: id, Put: &scim.Resource{Type: "User", ID: id, Version: 1, Document: []byte(`{"userName":"x"}`)}}); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	for used, want := range map[int]int64{3: 6, 5: 6, 9: 10} { // facts of the restored data; the old place had 5
		old, restored := feed(5), feed(used)
		for range 3 { // a repetition has no effect
			if last, err := restartFeed(t.Context(), restored, old, acme); err != nil || last != want {
				t.Fatalf("%d facts: goes on after %d, want %d: %v", used, last, want, err)
			}
			for after := range want {
				var gone *scim.GoneError
				if _, err := restored.Entries(t.Context(), acme, after, 1); !errors.As(err, &gone) {
					t.Errorf("%d facts: a reader goes on after %d: %v", used, after, err)
				}
			}
		}
	}
}
