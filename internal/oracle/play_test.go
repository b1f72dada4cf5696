package oracle

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// world is a service, whose tenants are new for each history.
type world struct {
	service *scimstack.Service
	tenants tenant.Directory
	seconds atomic.Int64
	hashes  atomic.Int64
	joined  int
	content bool                             // versions are made from the content of a resource
	flat    bool                             // groups have no groups as members
	columns []string                         // those that the application changes itself, if it does
	acts    func(*testing.T, *game, request) // does what the application does
}

func (w *world) now() time.Time {
	return time.Date(2026, 1, 1, 0, 0, int(w.seconds.Load()), 0, time.UTC)
}

const host = "http://oracle.example"

func newWorld(t *testing.T, open func(*testing.T, *world) scim.Store) *world {
	t.Helper()
	w := &world{tenants: tenant.NewMemory()}
	service, err := scimstack.New(scimstack.Config{
		Store: open(t, w), Tenants: w.tenants, PublicBase: host + scimstack.Prefix, Now: w.now, NoLog: true,
		Logger: slog.New(slog.DiscardHandler), Hash: func(string) (string, error) { return fmt.Sprint("hashed ", w.hashes.Add(1)), nil }, // with another salt each time
	})
	if err != nil {
		t.Fatal(err)
	}
	w.service = service
	t.Cleanup(func() { _ = service.Close(t.Context()) })
	return w
}

func inMemory(_ *testing.T, w *world) scim.Store { return memory.NewWith(memory.Options{Now: w.now}) }

// game is a history that is played against a new tenant and a new model of it.
type game struct {
	*world
	model *model
	base  string // of paths
	token string
	ids   map[string]string // by placeholder
	tags  map[string]string
	pages map[string]string  // cursors
	seen  map[string]version // by id, of a world whose versions are made from content

	id        scim.TenantID
	neighbour *game // another tenant, or nil
}

func (w *world) join(t *testing.T, h history) *game {
	t.Helper()
	w.joined++
	name := fmt.Sprintf("tenant-%d", w.joined)
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	text, token := tenant.NewToken(id, scim.All)
	token.Created = w.now()
	types := typesOf(h.seed)
	s := tenant.Settings{ID: id, Strict: h.strict}
	s.Limits.Rate, s.Limits.MaxOperations = scim.NoLimit, maxOperations
	if s.Types, err = admin.Load([]json.RawMessage{documents(types)}); err != nil {
		t.Fatal(err)
	}
	if err := w.tenants.Create(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := w.tenants.AddToken(t.Context(), id, token); err != nil {
		t.Fatal(err)
	}
	base := scimstack.Prefix + "/" + name
	model := &model{strict: h.strict, base: host + base, types: types, cursors: map[string]*position{}}
	return &game{world: w, model: model, base: base, token: text, ids: map[string]string{}, tags: map[string]string{}, pages: map[string]string{}, seen: map[string]version{}, id: id}
}

// documents are the extension of the tenant, its type of users, which has it, and its own type (RFC 7643 §6, §7).
func documents(types []*resourceType) json.RawMessage {
	users, own := types[0], types[2]
	var extensions []object
	for _, e := range users.extensions {
		extensions = append(extensions, object{"schema": e.urn, "required": false})
	}
	extension := users.extension(urnCustom)
	out, err := json.Marshal([]object{
		{"id": extension.urn, "name": "Oracle", "attributes": extension.attrs},
		{"id": own.core.urn, "name": own.name, "attributes": own.core.attrs[len(table(common)):]},
		{"id": "User", "name": users.name, "endpoint": "/" + users.endpoint, "schema": users.core.urn, "schemaExtensions": extensions},
		{"id": own.name, "name": own.name, "endpoint": "/" + own.endpoint, "schema": own.core.urn},
	})
	if err != nil {
		panic(err)
	}
	return out
}

var placeholder = regexp.MustCompile(`\{\{(tag |cursor )?([^{}]*)\}\}`)

// filled puts ids and entity-tags in the place of placeholders. What was not created has an id that is unknown, or the one that
// it has in another tenant.
func (g *game) filled(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		switch {
		case m[1] == "cursor " && g.pages[m[2]] == "" && g.neighbour != nil && g.neighbour.pages[m[2]] != "":
			return g.neighbour.pages[m[2]]
		case m[1] == "cursor " && g.pages[m[2]] == "":
			return "none"
		case m[1] == "cursor ":
			return g.pages[m[2]]
		case m[1] != "" && g.tags[m[2]] == "":
			return `W/"0"`
		case m[1] != "":
			return g.tags[m[2]]
		case g.ids[m[2]] == "" && g.neighbour != nil && g.neighbour.ids[m[2]] != "":
			return g.neighbour.ids[m[2]]
		case g.ids[m[2]] == "":
			return "missing-" + m[2]
		}
		return g.ids[m[2]]
	})
}

// step plays a request on both sides, and returns how their answers differ, or "".
func (g *game) step(t *testing.T, q request) string {
	t.Helper()
	if q.as != "" {
		q.later += 120 // a service that has looked for a token in vain looks again after a while
	}
	g.seconds.Add(int64(1 + q.later))
	q.path, q.header, q.body, q.as = g.filled(q.path), g.filled(q.header), g.filled(q.body), g.filled(q.as)
	g.model.now = g.now()
	if isBulk(q) {
		return g.bulk(t, q)
	}
	if isAction(q) {
		g.acts(t, g, q)
		return ""
	}
	sent := g.addressed(t, q)
	want, made := g.model.answer(q)
	got := g.understood(q, g.send(t, sent), made)
	if want.problems != nil {
		return g.failed(want, got)
	}
	if want.status != got.Code {
		return fmt.Sprintf("model: %d %s\nservice: %d %s", want.status, shownJSON(want.body), got.Code, got.Body)
	}
	if location := got.Header().Get("Location"); want.at != "" && location != want.at {
		return fmt.Sprintf("Location: model %s, service %s", want.at, location) // ME-02
	}
	if made != nil {
		made.id = got.Header().Get("Location")[strings.LastIndexByte(got.Header().Get("Location"), '/')+1:]
		g.model.resources = append(g.model.resources, made)
		g.ids[fmt.Sprint(q.n)] = made.id
		want.body = g.model.shown(made, want.show)
	}
	if tag := got.Header().Get("Etag"); tag != want.tag {
		return fmt.Sprintf("entity-tag: model %s, service %s, body %s", want.tag, tag, got.Body)
	}
	for n, id := range g.ids {
		if strings.Contains(q.path, id) || fmt.Sprint(q.n) == n {
			g.tags[n] = want.tag
		}
	}
	if difference := differ(want, got); difference != "" || q.method == http.MethodHead {
		return difference
	}
	return g.page(q, want, got)
}

// page compares the cursor of a list.
func (g *game) page(q request, want answer, got *httptest.ResponseRecorder) string {
	if _, page := want.body["Resources"]; !page {
		return ""
	}
	var list struct{ NextCursor string }
	if err := json.Unmarshal(got.Body.Bytes(), &list); err != nil {
		return err.Error()
	}
	g.pages[fmt.Sprint(q.n)] = list.NextCursor
	return g.model.cursor(want.next, list.NextCursor)
}

// bearer is the token of a request: of the tenant, or one that is linked to a user.
func (g *game) bearer(t *testing.T, q request) string {
	t.Helper()
	if q.as == "" {
		return g.token
	}
	text, token := tenant.NewToken(g.id, scim.All)
	token.Created, token.UserID = g.now(), q.as
	if err := g.tenants.AddToken(t.Context(), g.id, token); err != nil {
		t.Fatal(err)
	}
	return text
}

// locked says whether the token of the other tenant opens this one.
func (g *game) locked(t *testing.T, q request) string {
	t.Helper()
	own := g.token
	g.token = g.neighbour.token
	q.as, q.path, q.header, q.body = "", g.filled(q.path), "", g.filled(q.body)
	got := g.send(t, q)
	if g.token = own; got.Code != http.StatusUnauthorized {
		return fmt.Sprintf("the token of another tenant: %d %s", got.Code, got.Body)
	}
	return ""
}

func (g *game) send(t *testing.T, q request) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), q.method, host+g.base+"/"+q.path, strings.NewReader(q.body))
	r.Header.Set("Authorization", "Bearer "+g.bearer(t, q))
	if q.body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	for line := range strings.Lines(q.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	http.Handler(g.service).ServeHTTP(w, r)
	return w
}
