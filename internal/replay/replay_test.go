package replay_test

import (
	"path/filepath"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const corpus = "../../testdata/idp-corpus"

// TestReplay sends every recorded scenario over HTTP to an empty tenant. Exactly the scenarios in
// expected-failures.txt must fail.
func TestReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replayAll(t, files, open)
		})
	}
}

// stores are the stores that the corpus is replayed against.
var stores = map[string]func(*testing.T) scim.Store{
	"memory": func(*testing.T) scim.Store { return memory.New() },
	"dynamo": openFollowed,
}

func replayAll(t *testing.T, files []string, open func(*testing.T) scim.Store) {
	t.Helper()
	expected, err := replay.LoadExpected("expected-failures.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, file := range files {
		scenarios, err := replay.Load(file)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		passed := 0
		for _, s := range scenarios {
			err := play(t, s, open(t))
			if err == nil {
				passed++
			}
			known[s.ID] = true
			verdict(t, s, expected.Reason(s.ID, ""), err)
		}
		t.Logf("%s: %d of %d scenarios replayed", filepath.Base(file), passed, len(scenarios))
	}
	if names := expected.Unknown(known); len(names) > 0 {
		t.Errorf("expected-failures.txt names %v, which are not in the corpus", names)
	}
}

func play(t *testing.T, s replay.Scenario, store scim.Store) error {
	server := apptest.Start(t, store)
	base, token := server.Tenant(t, "acme", func(st *tenant.Settings) { st.IdP = s.Profile })
	return replay.Run(t.Context(), replay.Target{Base: base, Token: token}, s)
}
