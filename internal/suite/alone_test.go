package suite_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// world is a service in which globex sends its requests. In one there is a neighbour, acme, with the same names, who changes things between
// the requests; in the other one globex is alone.
type world struct {
	*testing.T
	globex, acme apptest.Client
	now          atomic.Int64
	id           scim.TenantID
	log          *activity.Memory
	feeds        bool              // the store keeps the feed itself; that of DynamoDB is made from its stream
	ids          map[string]string // id → how it is written in what is compared
	own          []string          // ids of globex, as they were made
}

func newWorld(t *testing.T, store scim.Store) *world {
	t.Helper()
	_, streamed := store.(*dynamo.Store)
	w := &world{T: t, ids: map[string]string{}, feeds: !streamed, log: activity.NewMemory(0)}
	s := apptest.StartWith(t, store, func(c *scimstack.Config) {
		c.PublicBase, c.Log = "https://app.example.com/scim/v2", w.log
		c.Now = func() time.Time { return time.Unix(1_790_000_000+w.now.Load(), 0) }
	})
	client := func(name, path string) apptest.Client {
		id, err := scim.ParseTenantID(name)
		if err != nil {
			t.Fatal(err)
		}
		text, token := tenant.NewTokenAs(id, "key", scim.All|scim.Activity|scim.Events)
		r := tenant.Record{Settings: tenant.Settings{ID: id, KeepValues: true, CursorKey: [32]byte{1}, Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{token}}
		s.Tenants.Set(r)
		w.id = id
		return apptest.Client{Base: path + name, Token: text, Handler: s.Handler}
	}
	w.acme, w.globex = client("acme", "/scim/v2/"), client("globex", "/scim/v2/")
	return w
}

var (
	uuids  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	sealed = regexp.MustCompile(`"(nextCursor|previousCursor|requestId|position|cursor)": ?"[^"]*"`)
	chance = regexp.MustCompile(`"(id|ID|requestId|RequestID|ErrorID|time|Time|Duration|[A-Z][A-Za-z]*Time)": ?("[0-9A-Za-z_.:+-]*"|[0-9.]+)`)
)

// plain replaces what is made by chance: ids by how often one was made before, and sealed texts.
func (w *world) plain(text string) string {
	text = uuids.ReplaceAllStringFunc(text, func(id string) string {
		if w.ids[id] == "" {
			w.ids[id] = fmt.Sprintf("id-%d", len(w.ids))
		}
		return w.ids[id]
	})
	return sealed.ReplaceAllString(text, `"$1":"sealed"`)
}

// send sends a request of globex, and returns what globex can see of the answer.
func (w *world) send(method, path, body, match string) string {
	w.Helper()
	w.now.Add(1)
	head := http.Header{}
	if match != "" {
		head.Set("If-Match", match)
	}
	res, text := w.globex.With(head).Do(w.T, method, path, body)
	if res.StatusCode == http.StatusCreated {
		w.own = append(w.own, uuids.FindString(res.Header.Get("Location")))
	}
	return w.plain(fmt.Sprint(res.StatusCode, res.Header["Etag"], res.Header["Location"], text))
}

// fill gives acme users and groups with the names that globex will use, and returns their ids and a cursor.
func (w *world) fill(names []string) (ids []string, cursor string) {
	w.Helper()
	add := func(path, body string) string {
		_, text := w.acme.Send(w.T, http.MethodPost, path, body)
		id := uuids.FindString(text)
		ids = append(ids, id)
		return id
	}
	for _, name := range names {
		id := add("/Users", fmt.Sprintf(`{"userName":%q,"externalId":%[1]q,"title":"canary"}`, name))
		add("/Groups", fmt.Sprintf(`{"displayName":%q,"members":[{"value":%q}]}`, name, id))
	}
	_, text := w.acme.Send(w.T, http.MethodGet, "/Users?count=1&cursor=", "")
	var list struct{ NextCursor string }
	if err := json.Unmarshal([]byte(text), &list); err != nil || list.NextCursor == "" {
		w.Fatal(text, err)
	}
	return ids, list.NextCursor
}

// anyRequest is one random request, the same in both worlds: an id is one of acme's or the n-th of globex.
func anyRequest(r *rand.Rand, names, foreign []string, cursor string, own int) (method, path, body, match string) {
	id := func() string {
		if own > 0 && r.IntN(3) > 0 {
			return fmt.Sprintf("{%d}", r.IntN(own))
		}
		return foreign[r.IntN(len(foreign))]
	}
	name := func() string { return names[r.IntN(len(names))] }
	typ := []string{"/Users", "/Groups"}[r.IntN(2)]
	patch := func(ops string) string {
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + ops + `]}`
	}
	if r.IntN(4) == 0 {
		match = fmt.Sprintf(`W/"%d"`, 1+r.IntN(3))
	}
	switch r.IntN(12) {
	case 0, 1:
		return http.MethodPost, "/Users", fmt.Sprintf(`{"userName":%q,"externalId":%q,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":%q}}}`, name(), name(), id()), ""
	case 2:
		return http.MethodPost, "/Groups", fmt.Sprintf(`{"displayName":%q,"members":[{"value":%q},{"value":%q}]}`, name(), id(), id()), ""
	case 3:
		return http.MethodGet, typ + "/" + id(), "", ""
	case 4:
		return http.MethodPatch, "/Groups/" + id(), patch(fmt.Sprintf(`{"op":%q,"path":"members","value":[{"value":%q},{"value":%q}]}`, []string{"add", "remove", "replace"}[r.IntN(3)], id(), id())), match
	case 5:
		return http.MethodPatch, "/Users/" + id(), patch(fmt.Sprintf(`{"op":"replace","path":"userName","value":%q},{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value","value":%q}`, name(), id())), match
	case 6:
		return http.MethodPut, typ + "/" + id(), fmt.Sprintf(`{"userName":%q,"displayName":%[1]q,"members":[{"value":%q}]}`, name(), id()), match
	case 7:
		return http.MethodDelete, typ + "/" + id(), "", match
	case 8:
		f := []string{`userName eq "` + name() + `"`, `externalId eq "` + name() + `"`, `id eq "` + id() + `"`, `members.value eq "` + id() + `"`, `groups.value eq "` + id() + `"`, `title eq "canary"`, `displayName sw "a"`, `meta.lastModified gt "2020-01-01T00:00:00Z"`}[r.IntN(8)]
		return http.MethodGet, typ + "?sortBy=id&filter=" + url.QueryEscape(f), "", ""
	case 9:
		return http.MethodGet, typ + "?count=2&cursor=" + []string{"", cursor}[r.IntN(2)], "", ""
	case 10:
		op := func() string {
			return fmt.Sprintf(`{"method":"PATCH","path":"%s/%s","data":%s}`, typ, id(), patch(fmt.Sprintf(`{"op":"add","path":"displayName","value":%q}`, name())))
		}
		return http.MethodPost, "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + op() + "," + op() + `]}`, ""
	default:
		return http.MethodPost, typ + "/.search", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"displayName eq \"%s\"","startIndex":%d}`, name(), 1+r.IntN(3)), ""
	}
}

// N-08: a tenant cannot find out that there are others. The same requests have the same answers beside a neighbour with the same names, who
// changes things all the time, and without one; and so have the tenant's log and feed.
func TestN08Alone(t *testing.T) {
	t.Parallel()
	all := map[string]func(*testing.T) scim.Store{"sqlite": func(t *testing.T) scim.Store { t.Helper(); return sqltest.SQLite(t).Store() }}
	for name, open := range stores {
		all[name] = open
	}
	for name, open := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(racing.Size(1, 3)) {
				alone(t, open, seed)
			}
		})
	}
}

func alone(t *testing.T, open func(*testing.T) scim.Store, seed uint64) {
	t.Helper()
	beside, single := newWorld(t, open(t)), newWorld(t, open(t))
	names := []string{"ann", "bob", "cid", "admins"}
	foreign, cursor := beside.fill(names)
	r, noise := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
	good := 0
	for range racing.Size(60, 120) {
		method, path, body, match := anyRequest(r, names, foreign, cursor, len(single.own))
		one, two := beside.send(method, beside.filled(path), beside.filled(body), match), single.send(method, single.filled(path), single.filled(body), match)
		if one != two {
			t.Fatalf("seed %d: %s %s %s (If-Match %s)\nbeside acme: %s\nalone:       %s", seed, method, path, body, match, one, two)
		}
		if strings.HasPrefix(one, "20") {
			good++
		}
		method, path, body, match = anyRequest(noise, names, foreign, cursor, 0)
		beside.acme.With(http.Header{"If-Match": []string{match}}).Do(t, method, path, body)
	}
	if good < racing.Size(15, 40) {
		t.Errorf("seed %d: only %d requests succeeded", seed, good)
	}
	for what, list := range map[string]func(*world) []string{"log": (*world).records, "feed": (*world).facts} {
		if diff := cmp.Diff(list(single), list(beside)); diff != "" {
			t.Errorf("seed %d: the %s beside acme (+), and alone (-): %.2000s", seed, what, diff)
		}
	}
}

// records are those of the log of globex, sorted: those of one moment have no order.
func (w *world) records() (all []string) {
	w.Helper()
	if s, ok := w.globex.Handler.(*scimstack.Service); ok {
		s.SettleLog(w.Context())
	}
	page, err := w.log.Query(w.Context(), w.id, activity.Query{Limit: activity.MaxLimit})
	if err != nil || len(page.Records) < racing.Size(50, 100) {
		w.Fatal(len(page.Records), err)
	}
	for _, r := range page.Records {
		slices.Sort(r.Also) // groups that were read, in any order
		all = append(all, w.without(r))
	}
	slices.Sort(all)
	return all
}

// facts are those of the feed of globex.
func (w *world) facts() (all []string) {
	w.Helper()
	c := w.globex
	c.Base = ""
	_, text := c.Send(w.T, http.MethodGet, "/events/globex?after=0&limit=200", "")
	var page struct{ Facts []json.RawMessage }
	if err := json.Unmarshal([]byte(text), &page); err != nil || len(page.Facts) < racing.Size(6, 15) && w.feeds {
		w.Errorf("%.300s: %d facts, %v", text, len(page.Facts), err)
	}
	for _, f := range page.Facts {
		all = append(all, w.without(f))
	}
	return all
}

// without is a value as JSON without what is made by chance.
func (w *world) without(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		w.Fatal(err)
	}
	return chance.ReplaceAllString(w.plain(string(text)), `"$1":""`)
}

var numbered = regexp.MustCompile(`\{(\d+)\}`)

// filled writes the ids of globex where a request names them by number.
func (w *world) filled(text string) string {
	return numbered.ReplaceAllStringFunc(text, func(s string) string {
		n := 0
		_, _ = fmt.Sscanf(s, "{%d}", &n)
		return w.own[n]
	})
}
