package secevent_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/secevent"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const base = "https://scim.example.com/scim/v2"

// world is a service whose events are read.
type world struct {
	*testing.T
	service       *scimstack.Service
	transmitter   *secevent.Transmitter
	token, reader string
}

func newWorld(t *testing.T, store scim.Store, with ...func(*tenant.Settings)) *world {
	t.Helper()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t}
	all, kept := tenant.NewToken(acme, scim.All)
	reader, readers := tenant.NewToken(acme, scim.Events)
	w.token, w.reader = all, reader
	tenants := tenant.NewMemory()
	settings := tenant.Settings{ID: acme}
	for _, change := range with {
		change(&settings)
	}
	tenants.Set(tenant.Record{Settings: settings, Tokens: []tenant.Token{kept, readers}})
	w.service, err = scimstack.New(scimstack.Config{Store: store, Tenants: tenants, PublicBase: base, NoLog: true, SecurityEvents: secevent.URIs()})
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.transmitter, err = secevent.New(secevent.Options{Key: key, Base: base, Source: w.service.Feed(), Gate: w.service.FeedGate(), Positions: feed.NewMemoryPositions(nil), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// send sends a request to a handler.
func (w *world) send(h http.Handler, want int, token, call, body string, answer any) {
	w.Helper()
	method, path, _ := strings.Cut(call, " ")
	r := httptest.NewRequestWithContext(w.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != want {
		w.Fatalf("%s: %d %s", call, rec.Code, rec.Body)
	}
	if answer != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), answer); err != nil {
			w.Fatal(err)
		}
	}
}

// change makes one change of each kind, and returns the ids of the user and the group.
func (w *world) change() (user, group string) {
	w.Helper()
	var u, g struct{ ID string }
	do := func(want int, call, body string, answer any) {
		w.Helper()
		method, path, _ := strings.Cut(call, " ")
		w.send(w.service, want, w.token, method+" /scim/v2/acme"+path, body, answer)
	}
	do(201, "POST /Users", `{"userName":"ann","externalId":"x1","password":"S3cret-of-ann","title":"Dr"}`, &u)
	do(201, "POST /Groups", fmt.Sprintf(`{"displayName":"Staff %d"}`, time.Now().UnixNano()), &g)
	do(204, "PATCH /Groups/"+g.ID, `{"Operations":[{"op":"add","path":"members","value":[{"value":"`+u.ID+`"}]}]}`, nil)
	do(200, "PATCH /Users/"+u.ID, `{"Operations":[{"op":"replace","path":"active","value":false},{"op":"remove","path":"title"}]}`, nil)
	do(200, "PATCH /Users/"+u.ID, `{"Operations":[{"op":"replace","path":"password","value":"S3cret-of-ann-2"}]}`, nil)
	do(204, "DELETE /Users/"+u.ID, "", nil)
	return u.ID, g.ID
}

// polled is the answer to a poll.
type polled struct {
	Sets map[string]string
	More bool `json:"moreAvailable"`
}

func (w *world) poll(body string) (a polled) {
	w.Helper()
	w.send(w.transmitter, 200, w.reader, "POST /events/acme/sets", body, &a)
	return a
}

// read verifies a token with the published keys.
func (w *world) read(text, audience string) jwt.MapClaims {
	w.Helper()
	var set struct{ Keys []struct{ Kid, X, Y string } }
	w.send(w.transmitter, 200, "", "GET /events/jwks.json", "", &set)
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(text, claims, func(t *jwt.Token) (any, error) {
		for _, k := range set.Keys {
			if k.Kid == t.Header["kid"] {
				x, _ := base64.RawURLEncoding.DecodeString(k.X)
				y, _ := base64.RawURLEncoding.DecodeString(k.Y)
				return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	}, jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(audience), jwt.WithIssuer(base+"/acme"), jwt.WithIssuedAt())
	if err != nil || token.Header["typ"] != "secevent+jwt" {
		w.Fatal(err, token.Header)
	}
	return claims
}

// TestPolled: a change of each kind, as RFC 9967 has it, polled and acknowledged in any order.
func TestPolled(t *testing.T) {
	t.Parallel()
	t.Run("Y-01 Y-02 Y-03 Y-06 each change is an event of RFC 9967", everyChange)
}

func everyChange(t *testing.T) {
	w := newWorld(t, memory.New())
	if a := w.poll(`{"returnImmediately":true}`); len(a.Sets) != 0 { // from now on
		t.Error(a)
	}
	user, group := w.change()
	a := w.poll(`{"maxEvents":3,"returnImmediately":true}`)
	if len(a.Sets) != 3 || !a.More {
		t.Fatal(a)
	}
	a = w.poll(`{}`)
	if len(a.Sets) != 7 || a.More {
		t.Fatal(a)
	}
	want := map[string]string{
		"acme.1": `{"urn:ietf:params:scim:event:prov:create:full":{"data":"…","version":"W/\"1\""}}`,
		"acme.2": `{"urn:ietf:params:scim:event:prov:create:full":{"data":"…","version":"W/\"1\""}}`,
		"acme.3": `{"urn:ietf:params:scim:event:prov:patch:full":{"data":{"Operations":[{"op":"add","path":"members","value":[{"display":"ann","type":"User","value":"USER"}]}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},"version":"W/\"2\""}}`,
		"acme.4": `{"urn:ietf:params:scim:event:prov:deactivate":{},"urn:ietf:params:scim:event:prov:patch:full":{"data":{"Operations":[{"op":"replace","path":"active","value":false},{"op":"remove","path":"title"}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},"version":"W/\"2\""}}`,
		"acme.5": `{"urn:ietf:params:scim:event:prov:patch:notice":{"attributes":[],"version":"W/\"3\""}}`,
		"acme.6": `{"urn:ietf:params:scim:event:prov:patch:full":{"data":{"Operations":[{"op":"remove","path":"members[value eq \"USER\"]"}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},"version":"W/\"3\""}}`,
		"acme.7": `{"urn:ietf:params:scim:event:prov:delete":{}}`,
	}
	got := map[string]string{}
	for id, text := range a.Sets {
		c := w.read(text, base+"/acme")
		events, _ := c["events"].(map[string]any)
		if full, ok := events["urn:ietf:params:scim:event:prov:create:full"].(map[string]any); ok {
			if data, _ := full["data"].(map[string]any); data["id"] != user && data["id"] != group || data["password"] != nil {
				t.Error(data)
			}
			full["data"] = "…"
		}
		b, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		got[id] = strings.NewReplacer(user, "USER").Replace(string(b))
		subject, _ := c["sub_id"].(map[string]any)
		place := "/Users/" + user
		if id == "acme.2" || id == "acme.3" || id == "acme.6" {
			place = "/Groups/" + group
		}
		if subject["format"] != "scim" || subject["uri"] != place || c["jti"] != id || c["txn"] == "" || c["sub"] != nil || c["exp"] != nil || strings.Contains(string(b), "S3cret") {
			t.Errorf("%s: %v", id, c)
		}
		if ext := subject["externalId"]; strings.HasPrefix(place, "/Users") && ext != "x1" {
			t.Error(subject)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("(-want +got):", d)
	}
	for _, c := range []struct {
		ack, left string
	}{
		{`["acme.3","acme.99","globex.1","x"]`, "1 2 4 5 6 7"}, {`["acme.1"]`, "2 4 5 6 7"}, {`["acme.2","acme.2"]`, "4 5 6 7"}, {`[]`, "4 5 6 7"},
	} {
		var left []string
		for id := range w.poll(`{"returnImmediately":true,"ack":` + c.ack + `}`).Sets {
			left = append(left, strings.TrimPrefix(id, "acme."))
		}
		if slices.Sort(left); strings.Join(left, " ") != c.left {
			t.Errorf("after %s: %v, want %s", c.ack, left, c.left)
		}
	}
	if a := w.poll(`{"maxEvents":0,"setErrs":{"acme.4":{"err":"x","description":"y"}},"ack":["acme.5","acme.6","acme.7"]}`); len(a.Sets) != 0 {
		t.Error(a)
	}
	if a := w.poll(`{"returnImmediately":true}`); len(a.Sets) != 0 {
		t.Error("all is acknowledged:", a)
	}
	var config struct {
		SecurityEvents struct {
			AsyncRequest string
			EventURIs    []string
		}
	}
	w.send(w.service, 200, "", "GET /scim/v2/acme/ServiceProviderConfig", "", &config)
	if config.SecurityEvents.AsyncRequest != "none" || !slices.Equal(config.SecurityEvents.EventURIs, secevent.URIs()) {
		t.Error(config)
	}
}

// TestRefusals: what is no poll, and what has no right to.
func TestRefusals(t *testing.T) {
	t.Parallel()
	t.Run("Y-09 a poll needs a token", refusals)
}

func refusals(t *testing.T) {
	w := newWorld(t, memory.New())
	for _, c := range []struct {
		status      int
		token, call string
		body        string
	}{
		{401, "", "POST /events/acme/sets", "{}"}, {403, w.token, "POST /events/acme/sets", "{}"}, {401, w.reader, "POST /events/globex/sets", "{}"},
		{405, w.reader, "GET /events/acme/sets", ""}, {400, w.reader, "POST /events/acme/sets", "["}, {400, w.reader, "POST /events/acme/sets", ""},
		{400, w.reader, "POST /events/acme/sets", `{"ack":["` + strings.Repeat("x", 2<<20) + `"]}`},
	} {
		w.send(w.transmitter, c.status, c.token, c.call, c.body, nil)
	}
	for path, want := range map[string]bool{"/events/jwks.json": true, "/events/acme/sets": true, "/events/acme": false, "/events": false, "/events/sets": false, "/events//sets": false, "/events/a/b/sets": false, "/x/acme/sets": false} {
		if w.transmitter.Serves(path) != want {
			t.Error(path)
		}
	}
	if _, err := secevent.New(secevent.Options{}); err == nil {
		t.Error("a transmitter without a key")
	}
}

// TestLate: a receiver whose events have expired hears of it until it acknowledges the event that the answer names: the answer
// may be lost, and the receiver would then miss events without notice. Then it goes on after that event.
func TestLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 3}}))
	w.poll(`{"returnImmediately":true}`)
	w.change()
	last, err := w.service.Feed().Last(t.Context(), w.tenant(t))
	if err != nil || last < 6 {
		t.Fatal(last, err)
	}
	late := func(body string) {
		t.Helper()
		w.send(w.transmitter, 410, w.reader, "POST /events/acme/sets", body, nil)
	}
	late(`{}`)
	late(`{"returnImmediately":true}`)
	late(`{"ack":["acme.1"],"returnImmediately":true}`)                              // an expired one
	late(fmt.Sprintf(`{"ack":["acme.%d"],"returnImmediately":true}`, last+1))        // none yet
	late(fmt.Sprintf(`{"ack":["globex.%d","x"],"returnImmediately":true}`, last))    // of another tenant
	a := w.poll(fmt.Sprintf(`{"ack":["acme.%d"],"returnImmediately":true}`, last-1)) // the last one happened after the snapshot
	if _, ok := a.Sets[fmt.Sprintf("acme.%d", last)]; len(a.Sets) != 1 || !ok {
		t.Error(a)
	}
	if a := w.poll(fmt.Sprintf(`{"ack":["acme.%d"],"returnImmediately":true}`, last)); len(a.Sets) != 0 {
		t.Error(a)
	}
	w.change()
	late(`{}`)
	if last, err = w.service.Feed().Last(t.Context(), w.tenant(t)); err != nil {
		t.Fatal(err)
	}
	if a := w.poll(fmt.Sprintf(`{"ack":["acme.%d"],"returnImmediately":true}`, last)); len(a.Sets) != 0 {
		t.Error(a)
	}
}

func (w *world) tenant(t *testing.T) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPushed: tokens are pushed through the Outbox of webhooks, again after a failure, and in order.
func TestPushed(t *testing.T) {
	t.Parallel()
	t.Run("Y-09 what is pushed is signed", pushed)
}

func pushed(t *testing.T) {
	w := newWorld(t, memory.New())
	var mu sync.Mutex
	var got []string
	failed := false
	receiver := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if !failed {
			failed = true
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.Header.Get("Content-Type") != "application/secevent+jwt" || r.Header.Get("Authorization") != "Bearer of-the-receiver" || bytes.ContainsAny(b, "\n{ ") {
			t.Errorf("%v %s", r.Header, b)
		}
		got = append(got, string(b))
		rw.WriteHeader(http.StatusAccepted)
	}))
	defer receiver.Close()
	e := webhook.Endpoint{ID: "sets", URL: receiver.URL, Form: "set", Types: []string{"user.*"}, Secrets: []string{"of-the-receiver"}, Created: time.Now()}
	s := webhook.Sender{
		Source: w.service.Feed(), Positions: feed.NewMemoryPositions(nil), Store: webhook.NewMemory(e), Tenants: w.service.FeedGate().Tenants, Loopback: true,
		Forms: map[string]webhook.Form{"set": w.transmitter.Form()}, Pause: time.Millisecond, Refresh: time.Millisecond, Logger: slog.New(slog.DiscardHandler),
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := async.Go(func() error { return s.Run(ctx) })
	w.change()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		mu.Lock()
		n := len(got)
		mu.Unlock()
		if n >= 4 {
			break
		}
		if time.Now().After(end) {
			list, err := s.Store.Deliveries(t.Context(), "sets", false, 99)
			t.Fatal(n, list, err)
		}
	}
	stop()
	<-done
	var ids []string
	for _, text := range got {
		ids = append(ids, fmt.Sprint(w.read(text, receiver.URL)["jti"]))
	}
	if d := cmp.Diff([]string{"acme.1", "acme.4", "acme.5", "acme.7"}, ids); d != "" {
		t.Error("(-want +got):", d)
	}
}
