package histories

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// world is the service over several stores, with one clock. It is used by one goroutine.
type world struct {
	clock    *clock
	services []*service
	tenants  int
}

func newWorld(t *testing.T, stores ...string) *world {
	t.Helper()
	w := &world{clock: &clock{}}
	for _, name := range stores {
		w.services = append(w.services, start(t, name, w.clock))
	}
	return w
}

// difference is a request with two answers.
type difference struct {
	at      int // index of the request
	request request
	stores  [2]string
	answers [2]string
}

// compare plays a history for a new tenant of each service, and the ending after it. It returns the first difference, or
// nil if there is none. What a consumer of the feed would keep must be what there is, too: no user is
// lost, and none is active who should not be.
func (w *world) compare(t *testing.T, h history) *difference {
	t.Helper()
	sides := w.join(t, h.kind)
	for _, s := range sides {
		s.step = h.step()
	}
	for i, q := range append(h.requests[:len(h.requests):len(h.requests)], ending(h)...) {
		w.clock.seconds.Add(h.step())
		if i >= len(h.requests) {
			w.flush(t)
		}
		var first string
		for k, s := range sides {
			answer := s.play(t, q)
			if k == 0 {
				first = answer
			}
			if answer != first || strings.HasPrefix(answer, "500") {
				return &difference{i, q, [2]string{sides[0].name, s.name}, [2]string{first, answer}}
			}
		}
	}
	for _, s := range sides {
		if d := s.lost(t); d != nil {
			d.at = len(h.requests)
			return d
		}
	}
	return nil
}

// flush has all requests be in the logs. A service that reads its log waits for that too, but on a busy machine not for long
// enough.
func (w *world) flush(t *testing.T) {
	t.Helper()
	for _, s := range w.services {
		if err := s.recorder.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// String shows the answers line by line: "-" is that of the first store, "+" that of the second.
func (d *difference) String() string {
	if d.answers[0] == d.answers[1] {
		return fmt.Sprintf("%s\nhas this answer on %s:\n%s", d.request, d.stores[0], d.answers[0])
	}
	return fmt.Sprintf("%s\nis answered differently: - %s, + %s\n%s", d.request, d.stores[0], d.stores[1], cmp.Diff(lines(d.answers[0]), lines(d.answers[1])))
}

// lines are those of an answer. A body has one for each value, so that a diff is short.
func lines(answer string) []string {
	head, body, ok := strings.Cut(answer, "\n{")
	var b bytes.Buffer
	if !ok || json.Indent(&b, []byte("{"+body), "", " ") != nil {
		return strings.Split(answer, "\n")
	}
	return strings.Split(head+"\n"+b.String(), "\n")
}
