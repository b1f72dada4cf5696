package tablefeed

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/wake"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/eventbus"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// queue is a *wake.Queue.
type queue interface {
	Send(ctx context.Context, m wake.Message, delay time.Duration) error
}

// handler implements lambda.Handler.
type handler struct {
	sender *webhook.Sender // nil: webhooks are off
	bus    *eventbus.Bus   // nil: there is no bus
	began  func(ctx context.Context, consumer string) (time.Time, error)
	all    func(context.Context) ([]scim.TenantID, error)
	queue  queue
	log    *slog.Logger
	now    func() time.Time

	mu    sync.Mutex
	since time.Time // facts from then on are put on the bus; zero: it was not read yet
}

// event is what the queue sends, or the schedule.
type event struct {
	Records []events.SQSMessage `json:"Records"`
	Due     *struct {
		Tenants []string `json:"tenants"` // all there are, if the function cannot list them
	} `json:"due"`
}

const (
	// margin is how long before the end of an invocation no delivery is begun any more: one has a second to end, and then
	// it is noted.
	margin = 5 * time.Second
	// sweepMinutes is how often the schedule, which comes every minute, looks at all tenants.
	sweepMinutes = 5
	// beganSlack is how long before it was first asked for the bus gets facts: the schedule asks within a minute.
	beganSlack     = 2 * time.Minute
	tenantsAtOnce  = 4
	longestDoubled = 6 // 64 seconds
)

// Invoke implements lambda.Handler, for events of SQS, and for {"due":{}} of the schedule.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	m := wake.Message{}
	answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i := range e.Records {
		var one wake.Message
		if err := json.Unmarshal([]byte(e.Records[i].Body), &one); err != nil {
			h.log.ErrorContext(ctx, "a message cannot be read", "message", e.Records[i].MessageId, "cause", err)
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: e.Records[i].MessageId})
			continue
		}
		m.Tenants, m.All, m.Try = append(m.Tenants, one.Tenants...), m.All || one.All, max(m.Try, one.Try)
	}
	if e.Due != nil {
		if m.All = h.now().Minute()%sweepMinutes == 0; m.All {
			m.Tenants = e.Due.Tenants
		}
	}
	err := h.work(ctx, m)
	if err == nil {
		return json.Marshal(answer)
	}
	h.log.ErrorContext(ctx, "facts wait", "cause", err)
	if e.Due != nil {
		return nil, err
	}
	answer.BatchItemFailures = nil
	for i := range e.Records { // they come again
		answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: e.Records[i].MessageId})
	}
	return json.Marshal(answer)
}

// work does what a message says, and sends another for what is left.
func (h *handler) work(ctx context.Context, m wake.Message) error {
	start := h.now()
	working, stop := ctx, context.CancelFunc(func() {})
	if end, ok := ctx.Deadline(); ok {
		working, stop = context.WithDeadline(ctx, end.Add(-margin))
	}
	defer stop()
	tenants, err := h.tenants(ctx, m)
	if err != nil {
		return err
	}
	bussing := async.Start(func() ([]scim.TenantID, error) { return h.toBus(working, tenants) })
	var left webhook.Left
	if h.sender != nil {
		left, err = h.sender.Drain(working, webhook.Work{Tenants: tenants})
	}
	waiting, fault := bussing()
	if len(waiting) > 0 {
		left.Tenants = append(left.Tenants, waiting...)
		if at := h.now().Add(takenPause); left.Next.IsZero() || at.Before(left.Next) {
			left.Next = at
		}
	}
	h.log.InfoContext(ctx, "sent", "tenants", len(tenants), "left", left.Any(), "latency", float64(h.now().Sub(start).Microseconds())/1000)
	return errors.Join(err, fault, h.later(ctx, &left, m.Try))
}

const takenPause = 2 * time.Second

// tenants are the tenants of a message.
func (h *handler) tenants(ctx context.Context, m wake.Message) ([]scim.TenantID, error) {
	if m.All && len(m.Tenants) == 0 {
		return h.all(ctx)
	}
	out := map[string]scim.TenantID{}
	for _, name := range m.Tenants {
		t, err := scim.ParseTenantID(name)
		if err != nil {
			h.log.ErrorContext(ctx, "a message names no tenant", "cause", err)
			continue
		}
		out[name] = t
	}
	list := make([]scim.TenantID, 0, len(out))
	for _, name := range slices.Sorted(maps.Keys(out)) {
		list = append(list, out[name])
	}
	return list, nil
}

// toBus puts the facts of tenants on the bus, and returns those that wait without an error.
func (h *handler) toBus(ctx context.Context, tenants []scim.TenantID) (waiting []scim.TenantID, err error) {
	bus, err := h.readyBus(ctx)
	if bus == nil || err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var faults []error
	_ = async.Each(context.WithoutCancel(ctx), tenantsAtOnce, tenants, func(_ context.Context, t scim.TenantID) error {
		err := bus.Drain(ctx, t)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
		case errors.Is(err, feed.ErrTaken), ctx.Err() != nil:
			waiting = append(waiting, t)
		default:
			faults = append(faults, err)
		}
		return nil // the others go on
	})
	return waiting, errors.Join(faults...)
}

// readyBus is the bus, once it is known since when it gets facts; nil if there is none.
func (h *handler) readyBus(ctx context.Context) (*eventbus.Bus, error) {
	if h.bus == nil {
		return nil, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.since.IsZero() {
		at, err := h.began(ctx, eventbus.Name)
		if err != nil {
			return nil, err
		}
		h.since = at.Add(-beganSlack)
	}
	bus := *h.bus
	bus.Since = h.since
	return &bus, nil
}

// later sends a message for what is left. What is due after the longest delay is found by the schedule.
func (h *handler) later(ctx context.Context, left *webhook.Left, try int) error {
	if !left.Any() {
		return nil
	}
	delay := left.Next.Sub(h.now())
	if delay > wake.Longest {
		return nil
	}
	m := wake.Message{All: left.Back}
	for _, t := range left.Tenants {
		if !left.Back {
			m.Tenants = append(m.Tenants, t.String())
		}
	}
	if delay > 0 { // it could not be done, and not only because the invocation ended
		m.Try = try + 1
		delay = max(delay, time.Second<<min(try, longestDoubled))
	}
	return h.queue.Send(ctx, m, delay)
}
