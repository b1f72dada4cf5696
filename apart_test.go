package scimstack_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// apart is a service whose tenants send values that name them, from many clients at the same time. All that comes out of
// it for one tenant, by whatever way, must name that tenant only, and show no memory that was given back.
type apart struct {
	t       *testing.T
	service *scimstack.Service
	server  *httptest.Server
	tenants map[string]*scim.Tenant
	tokens  map[string]string
	store   *unsteady
	log     *activity.Memory
	late    sync.WaitGroup  // hooks that go on after the request
	good    [3]atomic.Int64 // answers 2xx by the major version of HTTP
}

// meant are the faults of hooks and of the store.
var meant = regexp.MustCompile(`the hook panics|the store panics|the store failed`)

var marks = regexp.MustCompile(`mark-([a-z]+)`)

// pure reports what must not be there: names of other tenants, and memory that was given back.
func (a *apart) pure(name, what string, text []byte) {
	if bytes.Contains(text, []byte(poison.Text)) {
		a.t.Errorf("%s of %s has memory that was given back: %.300s", what, name, text)
	}
	for _, m := range marks.FindAllSubmatch(text, -1) {
		if string(m[1]) != name {
			a.t.Errorf("%s of %s names %s: %.300s", what, name, m[1], text)
			return
		}
	}
}

// unsteady is a store of an application that keeps what it gets, loses races that were none, and fails after it has
// taken a change.
type unsteady struct {
	*memory.Store
	pure func(name, what string, text []byte)
	mu   sync.Mutex
	kept []keptChange
}

type keptChange struct {
	name   string
	change scim.Change
}

var errUnsteady = errors.New("the store failed, and has taken the change")

func (s *unsteady) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	s.mu.Lock()
	if len(s.kept) > 1000 {
		s.kept = s.kept[500:]
	}
	s.kept = append(s.kept, keptChange{t.String(), c})
	s.mu.Unlock()
	switch rand.IntN(12) {
	case 0:
		if c.If > 0 {
			return nil, scim.ErrVersion
		}
	case 1:
		if _, err := s.Store.Commit(ctx, t, c); err != nil {
			return nil, err
		}
		return nil, errUnsteady
	case 2:
		panic("the store panics")
	}
	return s.Store.Commit(ctx, t, c)
}

// look checks the changes that the store has kept.
func (s *unsteady) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kept {
		text := fmt.Sprint(k.change.Keys, k.change.Display, k.change.AddMembers, k.change.RemoveMembers, k.change.Actor)
		for _, r := range []*scim.Resource{k.change.Prior, k.change.Put} {
			if r != nil {
				text += r.ExternalID + string(r.Document) + string(r.Hidden)
			}
		}
		s.pure(k.name, "a change", []byte(text))
	}
}

// startApart starts the service, with hooks that do what hooks may do.
func startApart(t *testing.T, names ...string) *apart {
	t.Helper()
	a := &apart{t: t, tenants: map[string]*scim.Tenant{}, tokens: map[string]string{}, log: activity.NewMemoryWith(activity.MemoryOptions{Records: 200})}
	a.store = &unsteady{Store: memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 300}}), pure: a.pure}
	known := tenant.NewMemory()
	for _, name := range names {
		id, err := scim.ParseTenantID(name)
		if err != nil {
			t.Fatal(err)
		}
		if a.tenants[name], err = scim.NewTenant(scim.TenantConfig{ID: id}); err != nil {
			t.Fatal(err)
		}
		text, token := tenant.NewToken(id, scim.All|scim.Activity)
		a.tokens[name] = text
		known.Set(tenant.Record{Settings: tenant.Settings{ID: id, KeepValues: true, Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{token}})
	}
	var err error
	a.service, err = scimstack.New(scimstack.Config{
		Store: a.store, Tenants: known, PublicBase: base, Log: a.log, Hash: func(p string) (string, error) { return "hash of " + p, nil },
		Before: []scim.BeforeHook{a.before}, After: []scim.AfterHook{a.after}, Observe: a.observe, ObserveCauses: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.service.Close(context.Background()) })
	a.server = httptest.NewUnstartedServer(a.service)
	a.server.EnableHTTP2 = true
	a.server.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that hang up
	a.server.StartTLS()
	t.Cleanup(a.server.Close)
	return a
}

// before panics, refuses, edits, and changes another resource, of another tenant too.
func (a *apart) before(ctx context.Context, e *scim.Event) error {
	name := e.Tenant.ID.String()
	if scim.CallerFrom(ctx).Tenant != e.Tenant.ID || e.After == nil || e.Cause != nil {
		return nil // a call of this hook, or nothing to change
	}
	switch rand.IntN(10) {
	case 0:
		panic("the hook panics")
	case 1:
		return scim.Refuse(http.StatusConflict, "", "no, mark-"+name)
	case 2:
		return e.Edit(func(attributes map[string]any) {
			if e.Type.IsUser() {
				attributes["nickName"] = "edited, mark-" + name
			}
		})
	case 3, 4:
		for other, tn := range a.tenants { // any one
			at := scim.Target{Tenant: tn, Type: tn.Types.ByName(schema.TypeUser)}
			found, err := a.service.Provider().Search(ctx, tn, scim.Query{Types: []*schema.ResourceType{at.Type}, HasCount: true, Count: 2, StartIndex: 1})
			if err != nil || len(found.Resources) == 0 {
				return nil
			}
			a.pure(other, "a page for a hook", bytes.Join(found.Resources, nil))
			doc, err := schema.DecodeJSON(found.Resources[0], 20)
			if err != nil {
				a.t.Errorf("%v: %s", err, found.Resources[0])
				return nil
			}
			id, _ := doc["id"].(string)
			if id == e.ID() {
				return nil
			}
			patch := map[string]any{"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{
				map[string]any{"op": "replace", "path": "name.familyName", "value": "nested, mark-" + other}}}
			func() {
				defer func() { _ = recover() }() // of the store
				if res, err := a.service.Provider().Patch(ctx, at.Of(id), patch, scim.Match{}, scim.Projection{}); err == nil {
					a.pure(other, "a PATCH of a hook", res.Body)
					if rand.IntN(2) == 0 {
						res.Release()
						res.Release()
					}
				}
			}()
			return nil
		}
	}
	return nil
}

// after keeps all it can, and reads it later.
func (a *apart) after(ctx context.Context, e *scim.Event) {
	ctx = context.WithoutCancel(ctx)
	own := scim.CallerFrom(ctx).Tenant == e.Tenant.ID
	a.late.Go(func() {
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		text := fmt.Sprint(e.Joined, e.Left, scim.CallerFrom(ctx).Tenant.String())
		for _, r := range []*scim.Resource{e.Before, e.After} {
			if r != nil {
				text += r.ExternalID + string(r.Document) + string(r.Hidden)
			}
		}
		a.pure(e.Tenant.ID.String(), "an event", []byte(text))
		if own && scim.CallerFrom(ctx).RequestID == "" {
			a.t.Error("the caller is gone")
		}
	})
}

// observe reads the record later, too. The faults that are meant are the only ones.
func (a *apart) observe(_ *http.Request, rec *scim.Record) {
	if text := fmt.Sprint(rec.Err); rec.Status == http.StatusInternalServerError && !meant.MatchString(text) {
		a.t.Errorf("a fault: %.2000s", text)
	}
	a.late.Go(func() {
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		a.pure(rec.Tenant.String(), "a record", fmt.Append(nil, rec.Notes, rec.ResourceID, rec.Err, rec.Attribute))
	})
}

// send sends a request, and checks the answer. A client may hang up while it reads it.
func (a *apart) send(client *http.Client, name, method, path, body string) {
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	var in io.Reader = strings.NewReader(body)
	packed := rand.IntN(4) == 0 && body != ""
	if packed {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(body))
		_ = z.Close()
		in = &b
	}
	r, err := http.NewRequestWithContext(ctx, method, a.server.URL+"/scim/v2/"+name+path, in)
	if err != nil {
		a.t.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+a.tokens[name])
	if packed {
		r.Header.Set("Content-Encoding", "gzip")
	}
	switch rand.IntN(12) {
	case 0:
		r.Header.Set("If-Match", `W/"1"`)
	case 1:
		r.Header.Set("If-None-Match", `W/"2"`)
	case 2:
		time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, cancel)
	}
	res, err := client.Do(r)
	if err != nil {
		return // hung up
	}
	defer res.Body.Close()
	if rand.IntN(15) == 0 {
		some := make([]byte, 100)
		n, _ := res.Body.Read(some)
		a.pure(name, "the beginning of "+method+" "+path, some[:n])
		return
	}
	if res.StatusCode < 300 {
		a.good[res.ProtoMajor].Add(1)
	}
	text, _ := io.ReadAll(res.Body)
	a.pure(name, method+" "+path, text)
	a.pure(name, "the header of "+path, fmt.Append(nil, res.Header))
}

// work sends random requests of a tenant, by HTTP/1.1 if old is set, otherwise by HTTP/2.
func (a *apart) work(name string, rounds int, old bool) {
	shared, _ := a.server.Client().Transport.(*http.Transport)
	transport := shared.Clone()
	client := &http.Client{Transport: transport}
	if old {
		transport.ForceAttemptHTTP2, transport.TLSNextProto = false, map[string]func(string, *tls.Conn) http.RoundTripper{}
		transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
	}
	defer client.CloseIdleConnections()
	ids := func(typ string) string { // of a user or a group of the tenant
		at := a.tenants[name]
		list, err := a.store.List(a.t.Context(), at.ID, typ, scim.Page{Offset: rand.IntN(20), Limit: 1})
		if err != nil || len(list.Resources) == 0 {
			return "none"
		}
		return list.Resources[0].ID
	}
	patch := func(path, ops string) {
		a.send(client, name, "PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`)
	}
	for i := range rounds {
		m := fmt.Sprintf("mark-%s-%d-%d", name, i, rand.IntN(1e9))
		user := func(more string) string {
			return `{"schemas":["` + schema.URNUser + `"],"userName":"` + m + `","externalId":"` + m + `","displayName":"` + m + `","password":"` + m + `",
				"name":{"givenName":"` + m + `"},"emails":[{"value":"` + m + `@x.example","type":"work","primary":true}]` + more + `}`
		}
		switch rand.IntN(16) {
		case 0, 1:
			a.send(client, name, "POST", "/Users", user(""))
		case 2:
			a.send(client, name, "POST", "/Users", user(`,"unknown":"`+strings.Repeat(m, 400)+`"`)) // not canonical, and large
		case 3:
			a.send(client, name, "POST", "/Groups", `{"displayName":"`+m+`","members":[{"value":"`+ids("User")+`"},{"value":"`+ids("User")+`"}]}`)
		case 4:
			a.send(client, name, "PUT", "/Users/"+ids("User"), user(""))
		case 5:
			patch("/Users/"+ids("User"), `{"op":"replace","path":"emails[type eq \"work\"].value","value":"`+m+`@x.example"},{"op":"add","path":"name.familyName","value":"`+m+`"}`)
		case 6:
			patch("/Users/"+ids("User"), `{"op":"replace","value":{"title":"`+m+`","`+schema.URNEnterpriseUser+`:department":"`+m+`","password":"`+m+`"}}`)
		case 7:
			patch("/Users/"+ids("User"), `{"op":"replace","path":"title","value":"`+m+`"},{"op":"replace","path":"emails[type eq \"`+m+`\"","value":1}`) // 400
		case 8:
			patch("/Groups/"+ids("Group")+"?attributes=members", `{"op":"add","path":"members","value":[{"value":"`+ids("User")+`"}]}`)
		case 9:
			patch("/Groups/"+ids("Group"), `{"op":"remove","path":"members[value eq \"`+ids("User")+`\"]"}`)
		case 10:
			a.send(client, name, "GET", "/Users?count=50", "")
			a.send(client, name, "HEAD", "/Users/"+ids("User"), "")
		case 11:
			a.send(client, name, "GET", "/Users/"+ids("User"), "")
			a.send(client, name, "GET", "/Groups/"+ids("Group")+"?excludedAttributes=displayName", "")
		case 12:
			a.send(client, name, "GET", "/Users?filter=displayName+sw+%22mark-"+name+"%22&sortBy=displayName&count=7", "")
		case 13:
			var ops []string
			for k := range 40 {
				ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"b%d","data":{"userName":"%s-%d"}}`, k, m, k))
			}
			ops[20] = `{"method":"PATCH","path":"/Users/` + ids("User") + `","data":{"Operations":[{"op":"replace","path":"title","value":"` + m + `"}]}}`
			a.send(client, name, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`)
		case 14:
			a.send(client, name, "DELETE", "/Users/"+ids("User"), "")
		case 15:
			a.send(client, name, "POST", "/Users", `{"userName":"`+m+`","emails":[`) // 400
			a.store.look()
		}
	}
}

// Z-01: tenants share the memory of the process, and nothing else.
func TestTenantsApart(t *testing.T) {
	t.Parallel()
	names := []string{"acme", "rival", "third", "fourth"}
	a := startApart(t, names...)
	var all sync.WaitGroup
	for _, name := range names {
		for i := range 6 {
			all.Go(func() { a.work(name, racing.Size(40, 150), i%2 == 0) })
		}
	}
	all.Wait()
	a.server.Close() // when those that hung up are done, too
	a.late.Wait()
	a.store.look()
	if one, two := a.good[1].Load(), a.good[2].Load(); min(one, two) < int64(racing.Size(50, 200)) {
		t.Errorf("%d answers 2xx by HTTP/1.1, %d by HTTP/2", one, two)
	}
	a.service.SettleLog(t.Context())
	for _, name := range names {
		id := a.tenants[name].ID
		for _, typ := range []string{"User", "Group"} {
			list, err := a.store.List(t.Context(), id, typ, scim.Page{Limit: 10_000})
			if err != nil || len(list.Resources) == 0 {
				t.Errorf("%s has no %s, %v", name, typ, err)
			}
			for _, r := range list.Resources {
				a.pure(name, "a stored "+typ, fmt.Append(nil, r.ExternalID, string(r.Document), string(r.Hidden)))
			}
		}
		page, err := a.log.Query(t.Context(), id, activity.Query{Limit: activity.MaxLimit})
		if err != nil || len(page.Records) < 50 {
			t.Errorf("%d records, %v", len(page.Records), err)
		}
		for _, r := range page.Records {
			a.pure(name, "a record of the log", fmt.Append(nil, r.Name, r.Names, r.Values, r.Notes, r.Also))
		}
		last, err := a.store.Last(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := a.store.Entries(t.Context(), id, max(last-100, 0), 1000)
		if err != nil || len(entries) < 50 {
			t.Errorf("%d entries, %v", len(entries), err)
		}
		for _, e := range entries {
			a.pure(name, "an entry of the feed", fmt.Append(nil, e.Left, e.Joined, string(e.Resource().Document), e.Resource().ExternalID))
			if e.Before != nil {
				a.pure(name, "what was before", e.Before.Document)
			}
		}
	}
}
