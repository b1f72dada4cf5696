package storetest_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

// faultVariable names the fault of TestFaulty; the empty name is a store without one.
const faultVariable = "STORETEST_FAULT"

// TestMutants tests the suite: it passes a store without a fault, and fails for each fault that can
// be put into it. The suite runs in a process of its own for each, because it is meant to fail.
func TestMutants(t *testing.T) {
	t.Parallel()
	all := faults()
	if sorted := slices.Compact(slices.Sorted(slices.Values(all))); len(sorted) != len(all) || len(all) < 40 {
		t.Fatalf("%d faults, %d of them different", len(all), len(sorted))
	}
	if out, passed := runSuite(t, ""); !passed {
		t.Fatalf("a store without a fault fails:\n%s", out)
	}
	if racing.Enabled {
		return // the faults are the same without it
	}
	var mu sync.Mutex
	var survivors []string
	_ = async.Each(t.Context(), 4, all, func(_ context.Context, fault string) error {
		if _, passed := runSuite(t, fault); passed {
			mu.Lock()
			defer mu.Unlock()
			survivors = append(survivors, fault)
		}
		return nil
	})
	slices.Sort(survivors)
	if len(survivors) > 0 {
		t.Errorf("%d of %d faults pass the suite:\n%s", len(survivors), len(all), strings.Join(survivors, "\n"))
	}
}

// runSuite runs the suite on a store with a fault and reports whether it passed. A process that
// could not be judged, such as one that panicked, fails the test.
func runSuite(t *testing.T, fault string) (out string, passed bool) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestFaulty$", "-test.failfast", "-test.count=1", "-test.timeout=50s")
	cmd.Env = append(os.Environ(), faultVariable+"="+fault)
	raw, err := cmd.CombinedOutput()
	out = string(raw)
	if err != nil && !strings.Contains(out, "--- FAIL: TestFaulty/") || strings.Contains(out, "no tests to run") {
		t.Errorf("%s: %v\n%.2000s", fault, err, out)
	}
	return out, err == nil
}

// TestFaulty runs the suite on the store of faultVariable. It does nothing in an ordinary run.
func TestFaulty(t *testing.T) {
	fault, ok := os.LookupEnv(faultVariable)
	if !ok {
		return
	}
	open := func(*testing.T) scim.Store { return newFaulty(fault) }
	for _, run := range []func(*testing.T, storetest.Open){
		storetest.Behaviour, storetest.Jumps, storetest.Conflict, storetest.Concurrency,
		func(t *testing.T, open storetest.Open) { storetest.Renames(t, open, 0) },
		func(t *testing.T, open storetest.Open) { storetest.Leavers(t, open, 0) },
		func(t *testing.T, open storetest.Open) { storetest.Feed(t, open, 0) },
		func(t *testing.T, _ storetest.Open) { storetest.Reopen(t, keptData(fault)) },
	} {
		if !t.Run("suite", func(t *testing.T) { run(t, open) }) {
			return // one failure is enough
		}
	}
}
