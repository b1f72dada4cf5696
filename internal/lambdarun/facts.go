package lambdarun

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS answers with it
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/wake"
)

// Facts says where a Stack sends facts on, as the keys "webhooks" and "eventBus" of a customer file do. The zero value
// sends none.
type Facts struct {
	Webhooks bool           // to the webhooks of the table
	Bus      func(BusEvent) // receives what is put on the bus; safe for concurrent use; nil: there is no bus
}

func (f Facts) any() bool { return f.Webhooks || f.Bus != nil }

// BusEvent is an event on the bus.
type BusEvent struct{ EventBusName, Source, DetailType, Detail string }

// sender is what a deployment has around the function webhooks: the queue that wakes it, the bus, and the schedule. It
// listens on loopback, where the functions take it for SQS and EventBridge.
type sender struct {
	to       Facts
	function *Function // set before run
	queue    *queue
	log      *slog.Logger
	listener net.Listener
	stop     context.CancelFunc
	ended    <-chan error
}

// Variables of package tablefeed. It is not imported: the SDK of EventBridge would be in every program that runs functions.
const (
	envWebhooks = "SCIMSTACK_WEBHOOKS"
	envBus      = "SCIMSTACK_EVENT_BUS"
	envBridge   = "AWS_ENDPOINT_URL_EVENTBRIDGE"
)

const (
	busName   = "facts"
	dueEvery  = time.Minute
	maxEvents = 1 << 20 // bytes of a request
)

func newSender(to Facts, log *slog.Logger) (*sender, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &sender{to: to, queue: newQueue(), log: log, listener: listener}, nil
}

// env is what the functions must know, as the template has it.
func (s *sender) env() []string {
	base := "http://" + s.listener.Addr().String()
	out := []string{wake.EnvQueue + "=" + base + "/facts", wake.EnvSQS + "=" + base, envBridge + "=" + base}
	if s.to.Webhooks {
		out = append(out, envWebhooks+"=on")
	}
	if s.to.Bus != nil {
		out = append(out, envBus+"="+busName)
	}
	return out
}

// run begins to work, until close.
func (s *sender) run(function *Function) {
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	s.function = function
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	served := async.Go(func() error { return server.Serve(s.listener) })
	timed := async.Go(func() error { return s.schedule(ctx) })
	s.ended = async.Go(func() error {
		s.queue.run(ctx, s.handle, func(m message) { s.log.ErrorContext(ctx, "a message is a dead letter", "message", m.body) })
		return errors.Join(<-timed, server.Close(), unless(<-served, http.ErrServerClosed))
	})
}

func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// close ends the work. The function must be closed before, so that no invocation is waited for.
func (s *sender) close() {
	s.stop()
	if err := <-s.ended; err != nil {
		s.log.Error("facts", "error", err)
	}
}

// schedule invokes the function every minute, for what is due again and for messages that were lost.
func (s *sender) schedule(ctx context.Context) error {
	for {
		if err := async.Sleep(ctx, dueEvery); err != nil {
			return nil //nolint:nilerr // the end
		}
		if _, err := s.function.Invoke(ctx, []byte(`{"due":{}}`)); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "the schedule has failed", "error", err)
		}
	}
}

// handle passes a batch to the function, in the form of Lambda's event source for SQS, and returns what has failed.
func (s *sender) handle(ctx context.Context, batch []message) (failed []message) {
	e := events.SQSEvent{}
	for _, m := range batch {
		e.Records = append(e.Records, events.SQSMessage{MessageId: m.id, Body: m.body, EventSource: "aws:sqs"})
	}
	var answer events.SQSEventResponse
	payload, err := json.Marshal(e)
	if err == nil {
		payload, err = s.function.Invoke(ctx, payload)
	}
	if err == nil {
		err = json.Unmarshal(payload, &answer)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.log.ErrorContext(ctx, "messages have failed", "error", err)
		}
		return batch
	}
	for _, f := range answer.BatchItemFailures {
		if i := slices.IndexFunc(batch, func(m message) bool { return m.id == f.ItemIdentifier }); i >= 0 {
			failed = append(failed, batch[i])
		}
	}
	return failed
}

// ServeHTTP answers as SQS and EventBridge do, as far as the functions ask.
func (s *sender) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvents))
	var answer any
	if err == nil {
		answer, err = s.call(r.Header.Get("X-Amz-Target"), body)
	}
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	if err != nil {
		s.log.ErrorContext(r.Context(), "a request to SQS or EventBridge cannot be answered", "error", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_ = json.NewEncoder(w).Encode(answer) // the function may be gone
}

func (s *sender) call(target string, body []byte) (any, error) {
	switch target {
	case "AmazonSQS.SendMessage":
		var in struct {
			MessageBody  string
			DelaySeconds int
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		sum := md5.Sum([]byte(in.MessageBody)) //nolint:gosec // the SDK compares it
		id := s.queue.send(in.MessageBody, time.Duration(in.DelaySeconds)*time.Second)
		return map[string]string{"MessageId": id, "MD5OfMessageBody": hex.EncodeToString(sum[:])}, nil
	case "AWSEvents.PutEvents":
		var in struct{ Entries []BusEvent }
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		entries := make([]map[string]string, len(in.Entries))
		for i, e := range in.Entries {
			s.to.Bus(e)
			entries[i] = map[string]string{"EventId": e.Detail[:min(len(e.Detail), 10)]}
		}
		return map[string]any{"FailedEntryCount": 0, "Entries": entries}, nil
	}
	return nil, fmt.Errorf("there is no operation %.60q", target)
}
