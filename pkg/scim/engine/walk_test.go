package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// crowd is a tenant whose queries may read far less than it has, with a program that changes it.
type crowd struct {
	*testing.T
	r       *rand.Rand
	p       *engine.Provider
	tn      *scim.Tenant
	ids     []string
	made    int
	clock   time.Time
	changes int
}

func newCrowd(t *testing.T, n int) *crowd {
	t.Helper()
	return crowdIn(t, n, memory.New())
}

// crowdIn is a crowd in a store, in a tenant with indexes of its own if they are named.
func crowdIn(t *testing.T, n int, store scim.Store, indexed ...string) *crowd {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id, Limits: scim.Limits{MaxScan: 40}, Indexed: indexed})
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{T: t, r: rand.New(rand.NewPCG(uint64(n), 9)), tn: tn, clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	c.p = engine.New(store, engine.Options{PublicBase: "https://x", Now: func() time.Time { return c.clock }})
	for range n {
		c.create()
	}
	return c
}

func (c *crowd) target(id string) scim.Target {
	return scim.Target{Tenant: c.tn, Type: schema.UserType(), ID: id}
}

func (c *crowd) create() {
	c.Helper()
	c.made++
	c.clock = c.clock.Add(time.Minute)
	name := fmt.Sprint(pick(c.r, "jo", "Ann", "straße", "STRASSE", "é", "z"), c.r.IntN(1000), "-", c.made)
	user := fmt.Sprintf(`{"userName":%q,"title":%q,"active":%t,"displayName":%q,"emails":[{"value":%q},{"value":"shared@x"}]}`,
		name, pick(c.r, "a", "b", "c"), c.r.IntN(10) > 0, pick(c.r, "", "Ann", "Bob"), name+"@x")
	res, err := c.p.Create(c.Context(), c.target(""), body(c.T, user), scim.Projection{})
	if err != nil {
		c.Fatal(err)
	}
	c.ids = append(c.ids, res.ID)
}

// write changes something that no order looks at, adds or removes a user.
func (c *crowd) write() {
	c.Helper()
	c.changes++
	c.clock = c.clock.Add(time.Duration(c.r.IntN(3)) * time.Second)
	n := c.r.IntN(len(c.ids))
	switch c.r.IntN(3) {
	case 0:
		c.create()
	case 1:
		if err := c.p.Delete(c.Context(), c.target(c.ids[n]), scim.Match{}); err != nil {
			c.Fatal(err)
		}
		c.ids = slices.Delete(c.ids, n, n+1)
	default:
		op := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":%t}]}`, c.r.IntN(2) == 0)
		if _, err := c.p.Patch(c.Context(), c.target(c.ids[n]), body(c.T, op), scim.Match{}, scim.Projection{None: true}); err != nil {
			c.Fatal(err)
		}
	}
}

func (c *crowd) filter() string {
	term := func() string {
		switch c.r.IntN(13) {
		case 10:
			return fmt.Sprintf(`meta.lastModified %s %q`, pick(c.r, "gt", "ge", "eq"), c.clock.Add(-time.Duration(c.r.IntN(200))*time.Minute).Format(time.RFC3339Nano))
		case 11:
			return fmt.Sprintf(`meta.lastModified lt %q`, c.clock.Add(-time.Duration(c.r.IntN(90))*time.Minute+time.Microsecond).Format(time.RFC3339Nano))
		case 12:
			return pick(c.r, `title eq "A"`, `title gt "a"`, `title sw "b" and active eq true`, `title sw "c" or userName sw "jo"`)
		case 0:
			return fmt.Sprintf(`userName sw %q`, pick(c.r, "j", "JO", "jo1", "s", "stras", "strass", "é", "a"))
		case 1:
			return fmt.Sprintf(`userName %s %q`, pick(c.r, "gt", "ge", "lt", "le"), pick(c.r, "jo5", "m", "st"))
		case 2:
			return fmt.Sprintf(`meta.created %s %q`, pick(c.r, "gt", "ge", "lt", "le"), c.clock.Add(-time.Duration(c.r.IntN(200))*time.Minute).Format(time.RFC3339))
		case 3:
			return fmt.Sprintf(`(id eq %q or id eq %q)`, pick(c.r, c.ids...), pick(c.r, c.ids...))
		case 4:
			return fmt.Sprintf(`(displayName eq "bob" or userName sw %q)`, pick(c.r, "jo", "jo1", "none"))
		case 5:
			return `emails.value eq "shared@x"`
		case 6:
			return fmt.Sprintf(`emails[value sw %q]`, pick(c.r, "jo", "shared", "ann1"))
		case 7:
			return pick(c.r, `displayName pr`, `emails.value gt "s" and emails.value lt "k"`)
		case 8:
			return fmt.Sprintf(`not (title eq %q)`, pick(c.r, "a", "b"))
		}
		return "active eq false"
	}
	switch c.r.IntN(4) {
	case 0:
		return ""
	case 1:
		return term() + pick(c.r, " and ", " or ") + term()
	}
	return term()
}

// matching are the documents that match a filter, by looking at all users.
func (c *crowd) matching(text string) map[string]map[string]any {
	c.Helper()
	var f *filter.Filter
	if text != "" {
		e, err := filter.Parse(text)
		if err != nil {
			c.Fatalf("%s: %v", text, err)
		}
		if f, err = filter.Compile(e, schema.UserType()); err != nil {
			c.Fatalf("%s: %v", text, err)
		}
	}
	out := map[string]map[string]any{}
	for _, id := range c.ids {
		res, err := c.p.Get(c.Context(), c.target(id), scim.Projection{})
		if err != nil {
			c.Fatal(err)
		}
		if doc := body(c.T, string(res.Body)); f == nil || f.Match(doc) {
			out[id] = doc
		}
	}
	return out
}

// TestWalks: a walk by cursor ends, returns each user that matched all the time exactly once and no user that
// never matched, in the order that was asked for where that has an index; without writers it returns
// what looking at all users finds.
func TestWalks(t *testing.T) {
	t.Parallel()
	extra := []string{"title", "meta.lastModified", "userName"}
	for name, made := range map[string]func(*testing.T) (c *crowd, walks int){
		"memory":          func(t *testing.T) (*crowd, int) { return newCrowd(t, 90), racing.Size(60, 160) },
		"memory, indexed": func(t *testing.T) (*crowd, int) { return crowdIn(t, 90, memory.New(), extra...), racing.Size(60, 160) },
		"SQLite":          func(t *testing.T) (*crowd, int) { return crowdIn(t, 60, sqltest.SQLite(t).Store(), extra...), 24 },
		"a table":         func(t *testing.T) (*crowd, int) { return crowdIn(t, 60, newTable(t), extra...), 24 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, n := made(t)
			c.walks(n)
			if c.changes < n/4 {
				t.Errorf("only %d changes", c.changes)
			}
		})
	}
}

// newTable is the store on an engine of DynamoDB.
func newTable(t *testing.T) scim.Store {
	t.Helper()
	s, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	client := dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: s.URL,
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})})
	if err := dynamo.Create(t.Context(), client, "scim"); err != nil {
		t.Fatal(err)
	}
	return dynamo.New(client, dynamo.Options{Table: "scim"})
}

func (c *crowd) walks(walks int) {
	c.Helper()
	sorts := []string{"", "userName", "userName descending", "title", "displayName descending"}
	for n := range walks {
		text, by := c.filter(), sorts[c.r.IntN(len(sorts))]
		q := scim.Query{Types: c.tn.Types.List[:1], Filter: text, HasFilter: text != "", HasCursor: true, HasCount: true, Count: 1 + c.r.IntN(30)}
		q.SortBy, q.Descending = strings.TrimSuffix(by, " descending"), strings.HasSuffix(by, " descending")
		w := &walk{crowd: c, q: q, writes: n%2 == 1}
		w.run()
	}
}

type walk struct {
	*crowd
	q      scim.Query
	writes bool
	seen   []string
	names  []string
	always map[string]map[string]any // what matched each time
	ever   map[string]bool
	what   string
	pages  int
}

func (w *walk) look() {
	w.Helper()
	now := w.matching(w.q.Filter)
	for id := range w.always {
		if now[id] == nil {
			delete(w.always, id)
		}
	}
	if w.always == nil {
		w.always, w.ever = now, map[string]bool{}
	}
	for id := range now {
		w.ever[id] = true
	}
}

func (w *walk) run() {
	w.Helper()
	w.what = fmt.Sprintf("%q by %q (descending %t), pages of %d, writers %t", w.q.Filter, w.q.SortBy, w.q.Descending, w.q.Count, w.writes)
	w.look()
	for {
		found, err := w.p.Search(w.Context(), w.tn, w.q)
		if err != nil {
			w.Fatalf("%s: page %d: %v", w.what, w.pages, err)
		}
		if w.pages++; len(found.Resources) > w.q.Count || w.pages > 400 {
			w.Fatalf("%s: %d resources on page %d", w.what, len(found.Resources), w.pages)
		}
		for _, raw := range found.Resources {
			doc := body(w.T, string(raw))
			w.seen, w.names = append(w.seen, doc["id"].(string)), append(w.names, schema.UserType().Schema.Attribute("userName").Fold(doc["userName"].(string)))
		}
		if found.Total >= 0 && !w.writes && found.Total != len(w.always) {
			w.Fatalf("%s: total %d of %d", w.what, found.Total, len(w.always))
		}
		if w.q.Cursor = found.Next; found.Next == "" {
			break
		}
		if w.writes {
			w.write()
			w.look()
		}
	}
	w.judge()
}

func (w *walk) judge() {
	w.Helper()
	times := map[string]int{}
	for _, id := range w.seen {
		if times[id]++; times[id] > 1 || !w.ever[id] {
			w.Fatalf("%s: %s %d times, ever matched: %t", w.what, id, times[id], w.ever[id])
		}
	}
	for id := range w.always {
		if times[id] != 1 {
			w.Fatalf("%s: %s is missing, one of %d", w.what, id, len(w.always))
		}
	}
	if w.q.SortBy == "userName" {
		want := slices.Sorted(slices.Values(w.names))
		if w.q.Descending {
			slices.Reverse(want)
		}
		if !slices.Equal(w.names, want) {
			w.Fatalf("%s: out of order: %q", w.what, w.names)
		}
	}
}

// TestBounds: the same question by startIndex is refused, with the advice; by cursor its pages may be empty.
func TestBounds(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 130)
	q := scim.Query{Types: c.tn.Types.List[:1], Filter: `title eq "none"`, HasFilter: true}
	_, err := c.p.Search(c.Context(), c.tn, q)
	var refused *scim.Error
	if !errors.As(err, &refused) || refused.Code != scim.CodeQueryTooWide || !strings.Contains(refused.Detail, "with cursor instead of startIndex") {
		t.Errorf("by startIndex: %v", err)
	}
	q.SortBy = "title"
	if _, err = c.p.Search(c.Context(), c.tn, q); !errors.As(err, &refused) || !strings.Contains(refused.Detail, "title has no index to sort by") {
		t.Errorf("sorted by startIndex: %v", err)
	}
	q.HasCursor, q.SortBy = true, ""
	pages := 0
	for ; pages == 0 || q.Cursor != ""; pages++ {
		found, err := c.p.Search(c.Context(), c.tn, q)
		if err != nil || len(found.Resources) > 0 || found.Total != -1 {
			t.Fatalf("page %d: %v %v", pages, found, err)
		}
		q.Cursor = found.Next
	}
	if pages < 3 {
		t.Errorf("%d pages", pages)
	}
	q.Cursor = ""
	slow := hurried{c.Context()}
	found, err := c.p.Search(slow, c.tn, q)
	if err != nil || found.Next == "" {
		t.Errorf("without time: %v %v", found, err)
	}
}

// hurried is a context whose time is over, and which does not end.
type hurried struct{ context.Context } //nolint:containedctx // it is one

func (hurried) Deadline() (time.Time, bool) { return time.Now(), true }

// TestJumps: pages by startIndex of all users in the order of an index are those of the whole list, from
// both ends.
func TestJumps(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 130)
	for _, descending := range []bool{false, true} {
		var names []string
		for _, doc := range c.matching("") {
			names = append(names, schema.UserType().Schema.Attribute("userName").Fold(doc["userName"].(string)))
		}
		if slices.Sort(names); descending {
			slices.Reverse(names)
		}
		for start := range len(names) + 3 {
			q := scim.Query{Types: c.tn.Types.List[:1], SortBy: "userName", Descending: descending, StartIndex: start + 1, HasStart: true, Count: 7, HasCount: true}
			found, err := c.p.Search(c.Context(), c.tn, q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, raw := range found.Resources {
				got = append(got, schema.UserType().Schema.Attribute("userName").Fold(body(t, string(raw))["userName"].(string)))
			}
			if want := names[min(start, len(names)):min(start+7, len(names))]; !slices.Equal(got, want) || found.Total != len(names) {
				t.Fatalf("start %d, descending %t: %q of %d, want %q", start, descending, got, found.Total, want)
			}
		}
	}
}

// TestPrefixForms: of all characters, ß alone begins a user name in one form and a part of it in another, so
// that the ranges of a prefix miss nothing.
func TestPrefixForms(t *testing.T) {
	t.Parallel()
	name := schema.UserType().Schema.Attribute("userName")
	for r := rune(0x80); r <= 0x1fbff; r++ {
		if r == 0x3000+1 {
			r = 0xa000 // what is between is Han and Hangul
		}
		if r == 0x10000 {
			r = 0x1d400
		}
		part, form := schema.Fold(string(r)), name.Fold(string(r))
		if part == "" || part[0] >= 0x80 || part[0] <= ' ' || strings.HasPrefix(form, part) {
			continue
		}
		if form != "ß" || part != "ss" {
			for i := range len(part) {
				if part[i] >= 0x80 || part[i] <= ' ' {
					part = part[:i]
					break
				}
			}
			if !strings.HasPrefix(form, part) {
				t.Errorf("%q (%U): part %q, form %q", r, r, part, form)
			}
		}
	}
}

// TestTime: a query by startIndex that has read for a third of its time is refused, and says which index is missing; it
// reads one page in any case.
func TestTime(t *testing.T) {
	t.Parallel()
	p, tn := engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), newTenant(t)
	q := scim.Query{Types: tn.Types.List[:1], Filter: `title eq "none"`, HasFilter: true}
	for n := range 501 {
		if n == 500 {
			if _, err := p.Search(hurried{t.Context()}, tn, q); err != nil {
				t.Errorf("one page: %v", err)
			}
		}
		user := fmt.Sprintf(`{"userName":"u%d"}`, n)
		if _, err := p.Create(t.Context(), scim.Target{Tenant: tn, Type: schema.UserType()}, body(t, user), scim.Projection{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := p.Search(hurried{t.Context()}, tn, q)
	var refused *scim.Error
	if !errors.As(err, &refused) || refused.Code != scim.CodeQueryTooWide || !strings.Contains(refused.Detail, "an index of title would answer it") {
		t.Errorf("two pages: %v", err)
	}
	if _, err := p.Search(t.Context(), tn, q); err != nil {
		t.Errorf("with time: %v", err)
	}
}
