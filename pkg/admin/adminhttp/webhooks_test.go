package adminhttp_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminclient"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const webhooks = adminhttp.Prefix + "/webhooks"

// hooked is the administration in memory with webhooks, and the tenants acme and globex.
type hooked struct {
	*server
	store scim.Store
	hooks *webhook.Memory
	acme  scim.TenantID
}

func startHooked(t *testing.T) *hooked {
	t.Helper()
	return startHookedOver(t, memory.New())
}

func startHookedOver(t *testing.T, store scim.Store) *hooked {
	t.Helper()
	s := &hooked{server: &server{t: t, tokens: &tenant.MemoryOperators{}}, store: store, hooks: webhook.NewMemory()}
	source, err := feed.New(s.store, feed.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.service = admin.New(admin.Options{
		Directory: tenant.NewMemory(), Store: s.store, Operators: s.tokens, Log: activity.NewMemory(0), Logger: slog.New(slog.DiscardHandler),
		Webhooks: &webhook.Sender{Store: s.hooks, Source: source},
	})
	s.Server = httptest.NewServer(adminhttp.New(s.service, adminhttp.Options{Operators: s.tokens, Logger: slog.New(slog.DiscardHandler), Rate: 10000}))
	t.Cleanup(s.Close)
	s.all = s.operator(tenant.AdminRead|tenant.AdminWrite, "")
	for _, name := range []string{"acme", "globex"} {
		s.want(201, s.all, "POST", tenants, `{"name":"`+name+`"}`)
	}
	if s.acme, err = scim.ParseTenantID("acme"); err != nil {
		t.Fatal(err)
	}
	return s
}

// facts makes users, each of which is a fact.
func (s *hooked) facts(n int) {
	s.t.Helper()
	acme, err := scim.NewTenant(scim.TenantConfig{ID: s.acme})
	if err != nil {
		s.t.Fatal(err)
	}
	p, users := engine.New(s.store, engine.Options{}), scim.Target{Tenant: acme, Type: acme.Types.ByName("User")}
	for i := range n {
		if _, err := p.Create(s.t.Context(), users, map[string]any{"userName": fmt.Sprintf("user-%d", i)}, scim.Projection{}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestWebhookAccess: a webhook may have facts of every tenant, so only a token for all tenants manages webhooks, and one
// without the scope changes nothing.
func TestWebhookAccess(t *testing.T) {
	t.Parallel()
	s := startHooked(t)
	reader, writer, acme := s.operator(tenant.AdminRead, ""), s.operator(tenant.AdminWrite, ""), s.operator(tenant.AdminRead|tenant.AdminWrite, "acme")
	const body = `{"id":"billing","url":"https://billing.example.com/hook","tenant":"acme"}`
	s.want(201, writer, "POST", webhooks, body)
	for _, c := range []struct{ method, path, body string }{
		{"GET", "", ""}, {"POST", "", `{"id":"more","url":"https://billing.example.com/hook","tenant":"acme"}`}, {"GET", "/billing", ""},
		{"PATCH", "/billing", `{"url":"https://attacker.example.com"}`}, {"POST", "/billing/rotate", `{}`}, {"POST", "/billing/pause", `{"reason":"x"}`},
		{"POST", "/billing/resume", ""}, {"GET", "/billing/deliveries", ""}, {"POST", "/billing/redeliver", `{"tenant":"acme","first":1}`}, {"DELETE", "/billing", ""},
	} {
		s.want(401, "", c.method, webhooks+c.path, c.body)
		s.want(403, acme, c.method, webhooks+c.path, c.body)
		if c.method == "GET" {
			s.want(403, writer, c.method, webhooks+c.path, c.body)
			if _, text := s.want(200, reader, c.method, webhooks+c.path, c.body); strings.Contains(text, "whsec_") {
				t.Errorf("GET %s shows the secret: %s", c.path, text)
			}
		} else {
			s.want(403, reader, c.method, webhooks+c.path, c.body)
		}
	}
	if _, text := s.want(200, reader, "GET", webhooks, ""); strings.Count(text, `"id"`) != 1 || !strings.Contains(text, `"url":"https://billing.example.com/hook","tenant":"acme"`) || !strings.Contains(text, `"secrets":1`) {
		t.Error(text)
	}
}

// TestWebhookBodies: what cannot be right is refused with what is wrong, and its secret is not repeated.
func TestWebhookBodies(t *testing.T) {
	t.Parallel()
	s := startHooked(t)
	for _, c := range []struct {
		status     int
		path, body string
		says       string
	}{
		{422, "", `{"id":"a"}`, "url"},
		{422, "", `{"id":"a","url":"https://x.example.com","secret":"S3cr3t"}`, "secret"},
		{422, "", `{"id":"a","url":"https://x.example.com","bearer":"S3cr3t"}`, "bearer"},
		{422, "", `{"id":"a","url":"https://ann:S3cr3t@x.example.com"}`, "https"},
		{422, "", `{"id":"a","url":"https://[::ffff:10.0.0.1]/"}`, "public"},
		{422, "", `{"id":"a","url":"http://127.0.0.1:1/"}`, "public"},
		{422, "", `{"id":"a","url":"https://x.example.com","types":["` + strings.Repeat("t", 300) + `"]}`, "types"},
		{422, "", `{"id":"a","url":"https://x.example.com","types":["group.*","user.deactived"]}`, "user.deactivated"},
		{404, "/none/rotate", `{}`, "webhook list"},
		{422, "/none/redeliver", `{"tenant":"acme","facts":["acme.x"]}`, "acme.41"},
		{422, "/none/redeliver", `{"tenant":"acme","first":-1}`, "first"},
	} {
		if _, text := s.want(c.status, s.all, "POST", webhooks+c.path, c.body); !strings.Contains(text, c.says) || strings.Contains(text, "S3cr3t") {
			t.Errorf("%s %s: %s", c.path, c.body, text)
		}
	}
	s.want(422, s.all, "GET", webhooks+"/none/deliveries?limit=0", "")
	if list, err := s.hooks.Endpoints(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	for i := range 2 { // a repetition makes nothing twice, and shows no secret
		_, text := s.want(201, s.all, "POST", webhooks, `{"id":"a","url":"https://x.example.com"}`, "Idempotency-Key", "k1")
		if strings.Contains(text, "whsec_") != (i == 0) {
			t.Error(text)
		}
	}
	s.want(409, s.all, "POST", webhooks, `{"id":"a","url":"https://y.example.com"}`, "Idempotency-Key", "k1")
	s.want(409, s.all, "POST", webhooks, `{"id":"a","url":"https://x.example.com"}`)
}

// TestNoWebhooks: a service that keeps no webhooks says so.
func TestNoWebhooks(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, text := s.want(501, s.all, "GET", webhooks, ""); !strings.Contains(text, "webhooks") {
		t.Error(text)
	}
	s.want(501, s.all, "DELETE", webhooks+"/a", "")
}

// TestRedeliver: over HTTP, facts are sent again by id, by range, since a time, and the dead letters; a call has a bound, and
// says where the next one goes on.
func TestRedeliver(t *testing.T) {
	t.Parallel()
	s := startHooked(t)
	const n = admin.MostRedelivered + 50
	s.facts(n)
	c, err := adminclient.New(s.URL, adminclient.Options{Token: s.all})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if _, err := c.CreateWebhook(ctx, admin.WebhookInput{ID: "billing", URL: "https://billing.example.com/hook", Types: []string{"user.*"}}); err != nil {
		t.Fatal(err)
	}
	send := func(want admin.Redelivered, in admin.Redelivery) {
		t.Helper()
		in.Tenant = "acme"
		got, err := c.Redeliver(ctx, "billing", in)
		if err != nil || *got != want {
			t.Errorf("%+v: %+v %v, want %+v", in, got, err, want)
		}
	}
	send(admin.Redelivered{Facts: 2}, admin.Redelivery{Facts: []string{"acme.7", "acme.2"}})
	if _, err := c.Redeliver(ctx, "billing", admin.Redelivery{Tenant: "acme", Facts: []string{"acme.7", "acme.9999"}}); !strings.Contains(fmt.Sprint(err), "acme.9999") || !strings.Contains(fmt.Sprint(err), "acme.1050") {
		t.Error("a fact that there is not:", err)
	}
	if _, err := c.Redeliver(ctx, "billing", admin.Redelivery{Tenant: "globex", Facts: []string{"globex.1"}}); !strings.Contains(fmt.Sprint(err), "nothing has happened") {
		t.Error("a fact of a tenant without any:", err)
	}
	send(admin.Redelivered{Facts: 9}, admin.Redelivery{First: 2, Last: 10})
	begun := time.Now().Add(-time.Hour)
	send(admin.Redelivered{Facts: admin.MostRedelivered, Next: admin.MostRedelivered + 1}, admin.Redelivery{Since: &begun})
	send(admin.Redelivered{Facts: 50}, admin.Redelivery{First: admin.MostRedelivered + 1})
	waiting, err := c.Deliveries(ctx, "billing", true, admin.MostDeliveries)
	if err != nil || len(waiting.Deliveries) != n || waiting.Deliveries[0].Fact != "acme.1" || waiting.Deliveries[0].Type != "user.created" {
		t.Fatalf("%d deliveries wait: %v", len(waiting.Deliveries), err)
	}
	list, err := s.hooks.Deliveries(ctx, "billing", false, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list { // 1 to 5 are given up
		d.Error, d.Tries, d.Dead = "status 500", 20, time.Now()
		if err := s.hooks.Failed(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	dead, err := c.Deliveries(ctx, "billing", false, 0)
	if err != nil || len(dead.Deliveries) != 5 || dead.Deliveries[4].Error != "status 500" || dead.Deliveries[4].Tries != 20 {
		t.Errorf("%+v %v", dead, err)
	}
	if w, err := c.Webhook(ctx, "billing"); err != nil || *w.Dead != 5 || *w.Waiting != n-5 {
		t.Errorf("%+v %v", w, err)
	}
	send(admin.Redelivered{Facts: 2}, admin.Redelivery{Dead: true, First: 4})
	send(admin.Redelivered{Facts: 3}, admin.Redelivery{Dead: true})
	send(admin.Redelivered{}, admin.Redelivery{Dead: true})
	if _, err := c.PauseWebhook(ctx, "billing", "the receiver moves"); err != nil {
		t.Fatal(err)
	}
	for _, in := range []admin.Redelivery{{Facts: []string{"acme.3"}}, {First: 3, Last: 3}} {
		send(admin.Redelivered{Facts: 1, Paused: true}, in)
	}
	groups := []string{"group.*"}
	if _, err := c.ChangeWebhook(ctx, "billing", admin.WebhookChange{Types: &groups}); err != nil {
		t.Fatal(err)
	}
	send(admin.Redelivered{Other: 2, Paused: true}, admin.Redelivery{Facts: []string{"acme.3", "acme.4"}})
	if err := c.RemoveWebhook(ctx, "billing"); err != nil {
		t.Error(err)
	}
	if _, err := c.Deliveries(ctx, "billing", true, 0); admin.AsError(err).Kind != admin.NotFound {
		t.Error(err)
	}
}

// TestRedeliverAmongOthers: the dead letters of a tenant are sent again although those of another tenant, which come first, are
// more than one call looks at; and so is what follows dead letters that stay, because their facts have expired.
func TestRedeliverAmongOthers(t *testing.T) {
	t.Parallel()
	s := startHooked(t)
	s.facts(3)
	ctx := t.Context()
	s.want(201, s.all, "POST", "/admin/v1/webhooks", `{"id":"all","url":"https://billing.example.com/hook"}`)
	first, err := scim.ParseTenantID("aaa")
	if err != nil {
		t.Fatal(err)
	}
	dead := func(of scim.TenantID, seq int64) {
		d := webhook.Delivery{Endpoint: "all", Tenant: of, Seq: seq, Resource: fmt.Sprint("User/", seq), Type: "user.created"}
		if err := s.hooks.Add(ctx, false, d); err != nil {
			t.Fatal(err)
		}
		d.Dead = time.Now()
		if err := s.hooks.Failed(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	for seq := range int64(admin.MostDeliveries + 1) {
		dead(first, seq+1)
	}
	for seq := range int64(3) {
		dead(s.acme, seq+1)
	}
	if _, text := s.want(200, s.all, "POST", "/admin/v1/webhooks/all/redeliver", `{"tenant":"acme","deadLetters":true}`); !strings.Contains(text, `"facts":3`) {
		t.Error(text)
	}
}

// feedReads counts what is read of a feed.
type feedReads struct {
	*memory.Store
	calls atomic.Int64
}

func (s *feedReads) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	s.calls.Add(1)
	return s.Store.Entries(ctx, t, after, limit)
}

func (s *feedReads) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	s.calls.Add(1)
	return s.Store.Last(ctx, t)
}

// TestRedeliverReads: facts that are named one by one are read once, and those close to each other together.
func TestRedeliverReads(t *testing.T) {
	t.Parallel()
	store := &feedReads{Store: memory.New()}
	s := startHookedOver(t, store)
	s.facts(1000)
	s.want(201, s.all, "POST", "/admin/v1/webhooks", `{"id":"all","url":"https://billing.example.com/hook"}`)
	var ids []string
	for seq := 1; seq <= 1000; seq += 2 {
		ids = append(ids, fmt.Sprintf(`"acme.%d"`, seq))
	}
	before := store.calls.Load()
	_, text := s.want(200, s.all, "POST", "/admin/v1/webhooks/all/redeliver", `{"tenant":"acme","facts":[`+strings.Join(ids, ",")+`]}`)
	if calls := store.calls.Load() - before; calls > 25 || !strings.Contains(text, `"facts":500`) {
		t.Errorf("%d reads: %s", calls, text)
	}
}
