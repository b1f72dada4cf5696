package suite_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/replay"
)

// expectations are the checks that expected.txt lists as failing, with the reason of each.
type expectations struct {
	*testing.T
	list replay.Expected
}

// expecting reads expected.txt, which has the form of internal/replay's lists.
func expecting(t *testing.T) expectations {
	t.Helper()
	list, err := replay.LoadExpected("expected.txt")
	if err != nil {
		t.Fatal(err)
	}
	return expectations{t, list}
}

// check fails the test unless a check holds, or fails as expected. It prints the reason then.
func (e expectations) check(name string, holds bool, found ...any) {
	e.Helper()
	switch reason := e.list[name]; {
	case holds && reason != "":
		e.Errorf("%s holds, but expected.txt says: %s", name, reason)
	case !holds && reason != "":
		e.Logf("%s does not hold yet: %s: %v", name, reason, found)
	case !holds:
		e.Errorf("%s: %v", name, found)
	}
}
