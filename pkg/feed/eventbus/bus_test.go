package eventbus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/eventbus"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// bridge is EventBridge: it refuses what the service refuses, and loses answers or refuses entries by plan.
type bridge struct {
	*testing.T
	fault    func(request int) (lost bool, refuse func(entry int) bool)
	requests int
	got      map[string]int // how often a fact is on the bus
	order    []string
	last     types.PutEventsRequestEntry
}

func (b *bridge) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	b.requests++
	bytes := 0
	for _, e := range in.Entries {
		bytes += len(*e.Detail) + len(*e.DetailType) + len(*e.Source) + 14
	}
	if n := len(in.Entries); n == 0 || n > 10 || bytes > 256<<10 {
		b.Errorf("a request with %d entries and %d bytes", n, bytes)
	}
	lost, refuse := false, func(int) bool { return false }
	if b.fault != nil {
		lost, refuse = b.fault(b.requests)
	}
	out := &eventbridge.PutEventsOutput{Entries: make([]types.PutEventsResultEntry, len(in.Entries))}
	for i, e := range in.Entries {
		if len(*e.DetailType) > 128 {
			out.FailedEntryCount++
			out.Entries[i] = types.PutEventsResultEntry{ErrorCode: aws.String("InvalidArgument"), ErrorMessage: aws.String("detail-type")}
			continue
		}
		if refuse(i) {
			out.FailedEntryCount++
			out.Entries[i] = types.PutEventsResultEntry{ErrorCode: aws.String("ThrottlingException"), ErrorMessage: aws.String("slower")}
			continue
		}
		var f feed.Fact
		if err := json.Unmarshal([]byte(*e.Detail), &f); err != nil || *e.Source != "scimstack" || *e.DetailType != f.Type && len(f.Type) < 100 || *e.EventBusName != "bus" || !e.Time.Equal(f.Time) {
			b.Error(err, *e.Source, *e.DetailType)
		}
		b.got[f.ID]++
		b.order, b.last = append(b.order, f.ID), e
		out.Entries[i].EventId = aws.String("1")
	}
	if lost {
		return nil, errors.New("the answer was lost")
	}
	return out, nil
}

// world is a tenant whose facts are put on a bus.
type world struct {
	*bridge
	store scim.Store
	id    scim.TenantID
	bus   *eventbus.Bus
	users int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{bridge: &bridge{T: t, got: map[string]int{}}, store: memory.New(), id: id}
	source, err := feed.New(w.store, feed.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.bus = &eventbus.Bus{API: w.bridge, Bus: "bus", Source: source, Positions: feed.NewMemoryPositions(nil), Since: time.Now().Add(-time.Minute), Pause: time.Microsecond}
	return w
}

func (w *world) user(title string) {
	w.Helper()
	w.users++
	id := fmt.Sprint("u", w.users)
	doc := fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"title":%q}`, id, title)
	if _, err := w.store.Commit(w.Context(), w.id, scim.Change{Type: "User", ID: id, If: scim.IfAbsent, Now: time.Now(), Put: &scim.Resource{Document: doc}}); err != nil {
		w.Fatal(err)
	}
}

// TestBus: every fact is on the bus, once as a rule.
func TestBus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 25 {
		w.user("")
	}
	for range 2 {
		if err := w.bus.Drain(t.Context(), w.id); err != nil {
			t.Fatal(err)
		}
	}
	if w.requests != 3 || len(w.got) != 25 || len(w.order) != 25 {
		t.Error(w.requests, w.order)
	}
}

// TestFaults: lost answers, refused entries and a process that ends between two requests lose nothing. After each call the
// position is before the first fact that is not on the bus.
func TestFaults(t *testing.T) {
	t.Parallel()
	for seed := range 200 {
		w := newWorld(t)
		w.fault = func(n int) (bool, func(int) bool) {
			return (n*7+seed)%5 == 0, func(entry int) bool { return (n*13+entry*5+seed)%(2+seed%4) == 0 }
		}
		for range 23 {
			w.user("")
		}
		calls := 0
		for err := errors.New("not yet"); err != nil; calls++ {
			if calls > 60 {
				t.Fatalf("%d: it does not end: %v", seed, err)
			}
			err = w.bus.Drain(t.Context(), w.id)
			w.bus.Since = time.Now() // only the first call may begin by time
		}
		if len(w.got) != 23 {
			t.Errorf("%d: %d of 23 facts are on the bus", seed, len(w.got))
		}
	}
}

// TestRefused: a bus that refuses one entry for ever holds up the tenant, and is reported.
func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fault = func(int) (bool, func(int) bool) { return false, func(int) bool { return true } }
	w.user("")
	if err := w.bus.Drain(t.Context(), w.id); err == nil || !strings.Contains(err.Error(), "ThrottlingException") {
		t.Error(err)
	}
	w.fault = nil
	if err := w.bus.Drain(t.Context(), w.id); err != nil || len(w.got) != 1 {
		t.Error(err, w.got)
	}
}

// TestLarge: a request is not above 256 KB, and a fact above it has ids.
func TestLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4 {
		w.user(strings.Repeat("x", 40<<10)) // each is about 130 KB as a fact
	}
	w.user(strings.Repeat("y", 300<<10))
	if err := w.bus.Drain(t.Context(), w.id); err != nil || len(w.got) != 5 {
		t.Fatal(err, w.got)
	}
	var f struct {
		feed.Fact
		IDsOnly bool `json:"idsOnly"`
	}
	if err := json.Unmarshal([]byte(*w.last.Detail), &f); err != nil || !f.IDsOnly || f.Resource.ID != "u5" || f.SCIM != nil || f.User != nil || f.Seq != 5 {
		t.Error(err, len(*w.last.Detail))
	}
}

// TestLongType: the facts of a type with a long name are on the bus, and what its rules ask for is what they have. They do not hold up
// those of users.
func TestLongType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := strings.Repeat("D", 200)
	_, err := w.store.Commit(t.Context(), w.id, scim.Change{Type: name, ID: "d1", If: scim.IfAbsent, Now: time.Now(), Put: &scim.Resource{Document: []byte(`{}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Drain(t.Context(), w.id); err != nil {
		t.Fatal(err)
	}
	is := *w.last.DetailType
	asked, err := json.Marshal(eventbus.Pattern(strings.ToLower(name)+".created", strings.ToLower(name)+".*"))
	if want := fmt.Sprintf(`[%q,{"prefix":%q}]`, is, strings.TrimSuffix(is, "created")); err != nil || !strings.Contains(string(asked), want) {
		t.Errorf("%s, asked for by %s", is, asked)
	}
	w.user("")
	if err := w.bus.Drain(t.Context(), w.id); err != nil || len(w.got) != 2 {
		t.Error(err, w.got)
	}
}

// TestPattern: what the guide shows for a rule.
func TestPattern(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(eventbus.Pattern("user.*", "group.deleted"))
	if err != nil || string(b) != `{"detail-type":[{"prefix":"user."},"group.deleted"],"source":["scimstack"]}` {
		t.Error(string(b), err)
	}
}
