package secevent_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/secevent"
	"github.com/scimstack/scimstack/pkg/memory"
)

// TestLargeSets: an answer has a bound in bytes, and says that more are there.
func TestLargeSets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, memory.New())
	w.poll(`{"maxEvents":0}`)
	const users = 40
	title := strings.Repeat("long name ", 15000)
	for i := range users {
		w.send(w.service, 201, w.token, "POST /scim/v2/acme/Users", fmt.Sprintf(`{"userName":"u%d","title":%q}`, i, title), nil)
	}
	seen, ack := map[string]bool{}, []string{}
	for polls := 1; ; polls++ {
		body, err := json.Marshal(map[string]any{"maxEvents": 1000, "returnImmediately": true, "ack": ack})
		if err != nil {
			t.Fatal(err)
		}
		answer, size := w.poll(string(body)), 0
		for id, token := range answer.Sets {
			size += len(token)
			seen[id] = true
			ack = append(ack, id)
		}
		if size > 3<<20 || polls > users {
			t.Fatalf("%d bytes in answer %d", size, polls)
		}
		if more := len(seen) < users; answer.More != more {
			t.Fatalf("%d events so far, moreAvailable: %t", len(seen), answer.More)
		}
		if !answer.More {
			return
		}
	}
}

// lines counts what is logged.
type lines struct {
	slog.Handler
	n *int
}

func (l lines) Handle(context.Context, slog.Record) error { *l.n++; return nil }

// TestManyErrors: a poll does not fill the log, however many events a receiver refuses.
func TestManyErrors(t *testing.T) {
	t.Parallel()
	w, n := newWorld(t, memory.New()), 0
	logger := slog.New(lines{slog.NewTextHandler(&bytes.Buffer{}, nil), &n})
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	transmitter, err := secevent.New(secevent.Options{Key: key, Base: base, Source: w.service.Feed(), Gate: w.service.FeedGate(), Positions: feed.NewMemoryPositions(nil), Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]any{}
	for i := range 20000 {
		refused[fmt.Sprintf("acme.%d", i+1)] = map[string]string{"err": "x"}
	}
	body, err := json.Marshal(map[string]any{"maxEvents": 0, "setErrs": refused})
	if err != nil {
		t.Fatal(err)
	}
	w.send(transmitter, 200, w.reader, "POST /events/acme/sets", string(body), nil)
	if n == 0 || n > 21 {
		t.Errorf("%d lines", n)
	}
}
