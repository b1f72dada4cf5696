package lambdarun_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/lambdarun"
	"github.com/scimstack/scimstack/internal/still"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// receiver is an application that takes webhooks, and a worker that reads the bus.
type receiver struct {
	*testing.T
	service *lambdaService
	client  apptest.Client // of the tenant acme
	secret  string

	mu      sync.Mutex
	refuse  map[string]bool      // types of facts that are refused the next time
	refused int                  // how many were
	arrived map[string]time.Time // by type and userName
	order   []string
	bus     []string
	news    chan struct{} // has room for one
}

// newReceiver starts the functions, the event source of the stream, and the receiver.
func newReceiver(t *testing.T) *receiver {
	t.Helper()
	functions(t)
	r := &receiver{T: t, secret: webhook.NewSecret(), refuse: map[string]bool{}, arrived: map[string]time.Time{}, news: make(chan struct{}, 1)}
	ts := newTables(t)
	r.service = ts.serviceWith(t, lambdarun.Facts{Webhooks: true, Bus: r.event})
	server := httptest.NewServer(http.HandlerFunc(r.receive))
	t.Cleanup(server.Close)
	hooks := dynamofeed.NewWebhooks(ts.server.Client(), dynamofeed.Options{Table: r.service.table})
	e := webhook.Endpoint{ID: "app", URL: server.URL, Secrets: []string{r.secret}, Created: time.Now().UTC()}
	if err := hooks.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	base, token := r.service.Tenant(t, "acme", nil)
	r.client = apptest.Client{Base: base, Token: token}
	ctx, stop := context.WithCancel(t.Context())
	ended := async.Go(func() error { return ts.follower(r.service, r.service.table).Run(ctx) })
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return r
}

// event takes an event from the bus.
func (r *receiver) event(e lambdarun.BusEvent) {
	var f struct{ Seq int64 }
	if err := json.Unmarshal([]byte(e.Detail), &f); err != nil || e.Source != "scimstack" {
		r.Error(err, e)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bus = append(r.bus, fmt.Sprint(f.Seq, " ", e.DetailType))
	r.notify()
}

func (r *receiver) notify() {
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// receive verifies a delivery.
func (r *receiver) receive(w http.ResponseWriter, req *http.Request) {
	at := time.Now()
	raw, err := io.ReadAll(req.Body)
	var v *standardwebhooks.Webhook
	if err == nil {
		v, err = standardwebhooks.NewWebhook(r.secret)
	}
	if err == nil {
		err = v.Verify(raw, req.Header)
	}
	var body struct {
		Type string
		Data struct{ User struct{ UserName string } }
	}
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	if err != nil {
		r.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse[body.Type] {
		delete(r.refuse, body.Type)
		r.refused++
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	name := body.Type + " " + body.Data.User.UserName
	if _, again := r.arrived[name]; !again {
		r.arrived[name] = at
	}
	r.order = append(r.order, name)
	r.notify()
}

// wait waits until something is true of what has arrived.
func (r *receiver) wait(what string, done func() bool) {
	r.Helper()
	end := time.NewTimer(5 * time.Minute)
	defer end.Stop()
	for {
		r.mu.Lock()
		ok := done()
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-r.news:
		case <-end.C:
			r.Fatalf("%s: not within five minutes: %v, on the bus %v", what, r.order, r.bus)
		}
	}
}

func (r *receiver) create(name string) (id string) {
	r.Helper()
	status, answer := r.client.Send(r.T, http.MethodPost, "/Users", fmt.Sprintf(`{"userName":%q}`, name))
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(answer), &made); err != nil || status != http.StatusCreated {
		r.Fatal(status, answer, err)
	}
	return made.ID
}

func (r *receiver) deactivate(id string) {
	r.Helper()
	status, answer := r.client.Send(r.T, http.MethodPatch, "/Users/"+id,
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`)
	if status != http.StatusOK {
		r.Fatal(status, answer)
	}
}

// TestFacts: what happens at the functions arrives at a webhook, signed and in order, and on the bus, also if the receiver
// refuses at first, and if Lambda ends every process in between. Nothing comes twice, unless the machine stands still for so
// long that the sender gives up an answer.
func TestFacts(t *testing.T) {
	t.Parallel()
	t.Run("Z-11 a deactivation is sent to the application", facts)
}

func facts(t *testing.T) {
	watch := still.NewWatch(t.Context())
	r := newReceiver(t)
	id := r.create("ann")
	r.wait("the creation", func() bool { return len(r.order) > 0 && len(r.bus) > 0 })
	r.service.stack.Recycle()
	r.mu.Lock()
	r.refuse["user.deactivated"] = true
	r.mu.Unlock()
	r.deactivate(id)
	deactivated := "2 user.deactivated"
	r.wait("the deactivation", func() bool {
		return r.arrived["user.deactivated ann"] != time.Time{} && slices.Contains(r.bus, deactivated)
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	order, bus := r.order, r.bus
	if watch.Stood() {
		order, bus = firsts(order), firsts(bus)
	}
	if want := []string{"user.created ann", "user.deactivated ann"}; !slices.Equal(order, want) || r.refused != 1 {
		t.Errorf("%d were refused, and taken were %v, want %v", r.refused, r.order, want)
	}
	if want := []string{"1 user.created", deactivated}; !slices.Equal(bus, want) {
		t.Errorf("on the bus are %v, want %v", r.bus, want)
	}
}

// firsts is a list without repetitions.
func firsts(list []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// TestDelivered measures the time from the request that deactivates a user to its webhook, verified. scripts/large.sh
// sets the limit of the 99th percentile, SCIMSTACK_DELIVERED; without, the times are only printed.
func TestDelivered(t *testing.T) {
	t.Parallel()
	n := 10
	if large() {
		n = 300
	}
	r := newReceiver(t)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = r.create(fmt.Sprint("user-", i))
	}
	r.wait("the creations", func() bool { return len(r.arrived) == n })
	sent := make([]time.Time, n)
	every := time.NewTicker(50 * time.Millisecond) // 20 a second, whether the ones before have arrived or not
	defer every.Stop()
	for i, id := range ids {
		<-every.C
		sent[i] = time.Now()
		r.deactivate(id)
	}
	r.wait("the deactivations", func() bool { return len(r.arrived) == 2*n })
	r.mu.Lock() // a delivery may come twice
	defer r.mu.Unlock()
	took := make([]time.Duration, n)
	for i := range took {
		took[i] = r.arrived[fmt.Sprint("user.deactivated user-", i)].Sub(sent[i])
	}
	slices.Sort(took)
	p50, p99 := took[n/2], took[n*99/100]
	t.Logf("deactivation to delivered webhook: p50 %v, p99 %v, slowest %v of %d", p50.Round(time.Millisecond), p99.Round(time.Millisecond), took[n-1].Round(time.Millisecond), n)
	if text := strings.TrimSpace(os.Getenv("SCIMSTACK_DELIVERED")); text != "" {
		if limit, err := time.ParseDuration(text); err != nil || p99 >= limit {
			t.Errorf("the 99th percentile is %v, the limit %v %v", p99, limit, err)
		}
	}
}
