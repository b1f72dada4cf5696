package dynamo_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

var update = flag.Bool("update", false, "write testdata/*.golden and docs/reference/cost.md")

// figures are the cost of one operation: round trips one after the other, and units.
type figures struct{ trips, reads, writes float64 }

func (f figures) String() string {
	return fmt.Sprintf("%g RT %g RRU %g WRU", f.trips, f.reads, f.writes)
}

// price is in millionths of a dollar, at $0.125 and $0.625 per million units.
func (f figures) price() float64 { return f.reads*0.125 + f.writes*0.625 }

// operation is one line of the table: its name, the minimum that DynamoDB allows, the request.
type operation struct {
	name  string
	floor figures
	run   func(c *costs) (method, path, body string)
}

// latency is the time that every call takes in the bubble. Nothing else takes time there, so the
// duration of a request is the number of its calls in sequence.
const latency = time.Millisecond

// bubble answers DynamoDB calls in the same process, each after latency.
type bubble struct{ engine http.Handler }

func (b bubble) Do(r *http.Request) (*http.Response, error) {
	time.Sleep(latency)
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, r)
	return w.Result(), nil
}

// costsLarge is the number of members of a large group in these tests.
const costsLarge = 1050

// costs is a service whose requests are measured.
type costs struct {
	t        *testing.T
	engine   *dynamotest.Engine
	consumer *dynamo.Consumer
	handler  http.Handler
	store    *dynamo.Store
	tenant   scim.TenantID
	token    string
	users    []string // ids
	groups   map[string]string
}

func newCosts(t *testing.T) *costs {
	t.Helper()
	engine := dynamotest.New()
	client := dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: "http://dynamodb.test", HTTPClient: bubble{engine},
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})})
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	c := &costs{t: t, engine: engine, store: dynamo.New(client, dynamo.Options{Table: table, LargeGroup: costsLarge}), consumer: dynamo.NewConsumer(client, dynamo.Options{Table: table}),
		tenant: id(t, "acme"), groups: map[string]string{}}
	tenants := dynamo.NewTenants(client, table, nil)
	text, token := tenant.NewToken(c.tenant, scim.All)
	if err := tenants.Create(t.Context(), tenant.Settings{ID: c.tenant}); err != nil {
		t.Fatal(err)
	}
	if err := tenants.AddToken(t.Context(), c.tenant, token); err != nil {
		t.Fatal(err)
	}
	c.token = text
	var err error
	if c.handler, err = scimstack.New(scimstack.Config{Store: c.store, Tenants: tenants, PublicBase: "https://scim.example.com/scim/v2", Timeout: time.Hour, NoLog: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.store.MemberOf(t.Context(), c.tenant, []string{userID(0)}); err != nil { // that there are no large groups too
		t.Fatal(err)
	}
	c.do("GET", "/Users?count=0", "") // settings and token are in the cache after this
	return c
}

// do sends a request over the whole HTTP path and measures it. The meter must have counted the same
// as the engine, except for failed conditions, whose units only the engine knows.
func (c *costs) do(method, path, body string) (figures, map[string]any) {
	c.t.Helper()
	ctx, meter := dynamo.WithMeter(c.t.Context())
	r := httptest.NewRequestWithContext(ctx, method, "/scim/v2/acme"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	c.engine.Reset()
	start := time.Now()
	c.handler.ServeHTTP(w, r)
	took := time.Since(start)
	c.settle()
	if w.Code >= 300 {
		c.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	var m map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &m)
	seen, billed := meter.Usage(), c.engine.Meter()
	if seen.ReadUnits != billed.ReadUnits || seen.Calls != billed.RoundTrips() || seen.WriteUnits != billed.WriteUnits && seen.WriteUnits != 0 {
		c.t.Errorf("%s %s: the meter saw %+v of %+v", method, path, seen, billed)
	}
	return figures{float64(took / latency), billed.ReadUnits, billed.WriteUnits}, m
}

// settle waits until bookmarks are written.
func (c *costs) settle() {
	synctest.Wait()
	time.Sleep(latency)
	synctest.Wait()
}

// body is a user that has 1.5 KB when it is stored.
func body(userName, extra string) string {
	pad := strings.Repeat("x", 1240)
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"title":%q,"active":true%s}`, userName, pad, extra)
}

// loaded is the document of a user that load adds: of those after the first hundred, every other one is inactive.
func loaded(i int, userName string) []byte {
	text := body(userName, "")
	if i >= 100 && i%2 == 1 {
		text = strings.Replace(text, `"active":true`, `"active":false`, 1)
	}
	return []byte(text)
}

// madeAt is when a user that load adds was created: one in each second.
func madeAt(i int) time.Time {
	return time.UnixMilli(1767323045000).UTC().Add(time.Duration(i) * time.Second)
}

// madeID is an id with the time of creation, as a Provider makes them.
func madeID(i int) string {
	ms := madeAt(i).UnixMilli()
	return fmt.Sprintf("%08x-%04x-7000-8000-%012d", ms>>16, ms&0xffff, i)
}

// madeBetween is a filter of the users from one up to another, without it.
func madeBetween(from, to int) string {
	return filter(fmt.Sprintf(`meta.created ge %q and meta.created lt %q`, madeAt(from).Format(time.RFC3339), madeAt(to).Format(time.RFC3339)))
}

func (c *costs) create(path, body string) string {
	c.t.Helper()
	_, m := c.do("POST", path, body)
	return m["id"].(string)
}

// load adds users through the store.
func (c *costs) load(n int) {
	c.t.Helper()
	var records []dynamo.StreamRecord
	for len(c.users) < n {
		i := len(c.users)
		name := fmt.Sprintf("user%06d@example.com", i)
		uid, now := madeID(i), madeAt(i)
		_, err := c.store.Commit(c.t.Context(), c.tenant, scim.Change{Type: "User", ID: uid, If: scim.IfAbsent, Now: now,
			Put:  &scim.Resource{Created: now, LastModified: now, Document: loaded(i, name)},
			Keys: []scim.IndexKey{{Attr: "userName", Value: name, Unique: true}}})
		if err != nil {
			c.t.Fatal(err)
		}
		c.users = append(c.users, uid)
		records = append(records, inserted(c.tenant, "User", uid, i+1))
	}
	if _, err := c.consumer.Process(c.t.Context(), records); err != nil {
		c.t.Fatal(err)
	}
}

func ops(list ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(list, ",") + `]}`
}

func filter(f string) string { return "?filter=" + url.QueryEscape(f) }

func addMember(uid string) string {
	return ops(fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q}]}`, uid))
}

var operations = []operation{
	{"GET a user, without groups", figures{1, 1, 0}, func(c *costs) (string, string, string) {
		return "GET", "/Users/" + c.users[0] + "?excludedAttributes=groups", ""
	}},
	{"GET a user with groups (in none)", figures{1, 1.5, 0}, func(c *costs) (string, string, string) {
		return "GET", "/Users/" + c.users[0], ""
	}},
	{"GET a user with groups (in 20)", figures{1, 2, 0}, func(c *costs) (string, string, string) {
		for i := range 20 {
			c.create("/Groups", fmt.Sprintf(`{"displayName":"twenty%d","members":[{"value":%q}]}`, i, c.users[90]))
		}
		c.do("GET", "/Users/"+c.users[90], "")
		return "GET", "/Users/" + c.users[90], ""
	}},
	{"filter userName eq, no match", figures{1, 1, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users" + filter(`userName eq "absent@example.com"`), ""
	}},
	{"filter userName eq, found, without groups", figures{1, 1, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users" + filter(`userName eq "user000001@example.com"`) + "&excludedAttributes=groups", ""
	}},
	{"filter userName eq, found, with groups", figures{1, 1.5, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users" + filter(`userName eq "user000001@example.com"`), ""
	}},
	{"filter externalId eq, no match", figures{1, 1, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users" + filter(`externalId eq "absent"`), ""
	}},
	{"POST a user with userName", figures{1, 0, 6}, func(*costs) (string, string, string) {
		return "POST", "/Users", body("new1@example.com", "")
	}},
	{"POST a user with userName, externalId and e-mail", figures{1, 0, 10}, func(*costs) (string, string, string) {
		return "POST", "/Users", body("new2@example.com", `,"externalId":"e-2","emails":[{"value":"new2@example.com","primary":true}]`)
	}},
	{"PATCH active, answer without groups", figures{2, 1, 2}, func(c *costs) (string, string, string) {
		return "PATCH", "/Users/" + c.users[1] + "?excludedAttributes=groups", ops(`{"op":"replace","path":"active","value":false}`)
	}},
	{"PATCH active, answer with groups", figures{2, 1.5, 2}, func(c *costs) (string, string, string) {
		return "PATCH", "/Users/" + c.users[2], ops(`{"op":"replace","path":"active","value":false}`)
	}},
	{"PATCH without effect", figures{1, 1, 0}, func(c *costs) (string, string, string) {
		return "PATCH", "/Users/" + c.users[3] + "?excludedAttributes=groups", ops(`{"op":"replace","path":"active","value":true}`)
	}},
	{"PUT without effect", figures{1, 1, 0}, func(c *costs) (string, string, string) {
		return "PUT", "/Users/" + c.users[3] + "?excludedAttributes=groups", body("user000003@example.com", "")
	}},
	{"PATCH userName", figures{2, 1, 8}, func(c *costs) (string, string, string) {
		return "PATCH", "/Users/" + c.users[4] + "?excludedAttributes=groups", ops(`{"op":"replace","path":"userName","value":"renamed@example.com"}`)
	}},
	{"DELETE a user in no group", figures{2, 1, 6}, func(c *costs) (string, string, string) {
		return "DELETE", "/Users/" + c.users[99], ""
	}},
	{"DELETE a user in 3 groups", figures{2, 2.5, 21}, func(c *costs) (string, string, string) {
		for i := range 3 {
			c.create("/Groups", fmt.Sprintf(`{"displayName":"three%d","members":[{"value":%q}]}`, i, c.users[98]))
		}
		return "DELETE", "/Users/" + c.users[98], ""
	}},
	{"page of 100 users, the first of many", figures{1, 19, 0}, func(c *costs) (string, string, string) {
		c.load(1200)
		return "GET", "/Users?count=100&startIndex=1&excludedAttributes=groups", ""
	}},
	{"page of 100 users, the second", figures{1, 19, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users?count=100&startIndex=101&excludedAttributes=groups", ""
	}},
	{"page of 100 users, the third, with groups (in none)", figures{1, 19.5, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users?count=100&startIndex=201", ""
	}},
	{"page of 100 users by cursor", figures{1, 19, 0}, func(c *costs) (string, string, string) {
		_, m := c.do("GET", "/Users?count=100&cursor=&excludedAttributes=groups", "")
		return "GET", "/Users?excludedAttributes=groups&cursor=" + m["nextCursor"].(string), ""
	}},
	{"jump to startIndex=1101", figures{1, 19, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users?count=100&startIndex=1101&excludedAttributes=groups", ""
	}},
	{"POST a group with 20 members", figures{2, 20, 66}, func(c *costs) (string, string, string) {
		list := make([]string, 20)
		for i := range list {
			list[i] = fmt.Sprintf(`{"value":%q}`, c.users[i+20])
		}
		return "POST", "/Groups?excludedAttributes=members", `{"displayName":"team","members":[` + strings.Join(list, ",") + `]}`
	}},
	{"GET a group without members", figures{1, 1, 0}, func(c *costs) (string, string, string) {
		return "GET", "/Groups/" + c.group("small", 10) + "?excludedAttributes=members", ""
	}},
	{"GET a group with 10 members", figures{1, 2, 0}, func(c *costs) (string, string, string) {
		return "GET", "/Groups/" + c.group("small", 10), ""
	}},
	{"is a user in a group of 1,000", figures{1, 1, 0}, func(c *costs) (string, string, string) {
		return "GET", "/Groups" + filter(fmt.Sprintf(`id eq %q and members.value eq %q`, c.group("large", 1000), c.users[7])) + "&excludedAttributes=members", ""
	}},
	{"add one member to a group of 10", figures{2, 2, 5}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.group("small", 10), addMember(c.users[50])
	}},
	{"add a user who is already a member", figures{2, 2, 0}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.group("small", 10), addMember(c.users[50])
	}},
	{"add one member to a group of 1,000", figures{2, 2, 5}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.group("large", 1000), addMember(c.users[1100])
	}},
	{"remove one member from a group of 10", figures{2, 1, 5}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.group("small", 10), ops(fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, c.users[50]))
	}},
	{"remove one member from a group of 1,000", figures{2, 1, 5}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.group("large", 1000), ops(fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, c.users[1100]))
	}},
	{"add 1,000 members to an empty group", figures{2, 1000, 2002}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.create("/Groups", `{"displayName":"filled"}`), addMembers(c.users[100:1100])
	}},
	// From here on the tenant has a large group.
	{"add one member to a large group", figures{2, 2, 5}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.group("huge", 1100), addMember(c.users[1101])
	}},
	{"remove one member from a large group", figures{2, 1, 5}, func(c *costs) (string, string, string) {
		return "PATCH", "/Groups/" + c.group("huge", 1100), ops(fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, c.users[1101]))
	}},
	{"is a user in a large group", figures{1, 1, 0}, func(c *costs) (string, string, string) {
		return "GET", "/Groups" + filter(fmt.Sprintf(`id eq %q and members.value eq %q`, c.group("huge", 1100), c.users[7])) + "&excludedAttributes=members", ""
	}},
	{"GET a user with groups (in none), in a tenant with a large group", figures{1, 1.5, 0}, func(c *costs) (string, string, string) {
		i := 1110 // the second of the three shards costs another read
		for dynamo.SlotOf(c.users[i])%3 != 1 {
			i++
		}
		return "GET", "/Users/" + c.users[i], ""
	}},
	{"page of 100 users by cursor, with groups (in none), in a tenant with a large group", figures{1, 19.5, 0}, func(c *costs) (string, string, string) {
		cursor := ""
		for range 11 {
			_, m := c.do("GET", "/Users?count=100&cursor="+cursor, "")
			cursor = m["nextCursor"].(string)
		}
		return "GET", "/Users?count=100&cursor=" + cursor, ""
	}},
	{"page of 100 users with userName sw, the first", figures{2, 54, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users" + filter(`userName sw "user0002"`) + "&count=100&cursor=&excludedAttributes=groups", ""
	}},
	{"page of 100 users in the order of userName, the first", figures{2, 54, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users?sortBy=userName&count=100&startIndex=1&excludedAttributes=groups", ""
	}},
	{"page of 100 users in the order of userName, by cursor", figures{2, 54, 0}, func(c *costs) (string, string, string) {
		_, m := c.do("GET", "/Users?sortBy=userName&count=100&cursor=&excludedAttributes=groups", "")
		return "GET", "/Users?sortBy=userName&excludedAttributes=groups&cursor=" + m["nextCursor"].(string), ""
	}},
	{"page of 100 users in the order of userName, the last", figures{2, 54, 0}, func(c *costs) (string, string, string) {
		_, m := c.do("GET", "/Users?count=0", "")
		return "GET", fmt.Sprintf("/Users?sortBy=userName&count=100&startIndex=%d&excludedAttributes=groups", int(m["totalResults"].(float64))-99), ""
	}},
	{"page of 100 users created in ten minutes (meta.created), by cursor", figures{1, 19, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users" + madeBetween(300, 900) + "&count=100&cursor=&excludedAttributes=groups", ""
	}},
	{"page of 100 users with active eq false by cursor, where it is one in two", figures{1, 37, 0}, func(c *costs) (string, string, string) {
		_, m := c.do("GET", "/Users"+filter(`active eq false`)+"&count=100&cursor=&excludedAttributes=groups", "")
		return "GET", "/Users" + filter(`active eq false`) + "&excludedAttributes=groups&cursor=" + m["nextCursor"].(string), ""
	}},
	{"filter externalId eq or userName eq", figures{2, 3, 0}, func(*costs) (string, string, string) {
		return "GET", "/Users" + filter(`externalId eq "absent" or userName eq "user000007@example.com"`) + "&excludedAttributes=groups", ""
	}},
}

func addMembers(users []string) string {
	list := make([]string, len(users))
	for i, u := range users {
		list[i] = fmt.Sprintf(`{"value":%q}`, u)
	}
	return ops(`{"op":"add","path":"members","value":[` + strings.Join(list, ",") + `]}`)
}

// group returns a group with the first n users, which it creates once.
func (c *costs) group(name string, n int) string {
	c.t.Helper()
	if c.groups[name] == "" {
		gid := c.create("/Groups", fmt.Sprintf(`{"displayName":%q}`, name))
		c.do("PATCH", "/Groups/"+gid, addMembers(c.users[:n]))
		c.groups[name] = gid
	}
	return c.groups[name]
}

// TestCost measures every operation over the whole HTTP path and compares it with the golden file.
// A cheaper operation needs a new file; a more expensive one is an error.
func TestCost(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		c := newCosts(t)
		c.load(100)
		for _, op := range operations {
			method, path, body := op.run(c)
			f, _ := c.do(method, path, body)
			fmt.Fprintf(&out, "%s\t%s\t%s\t%.2f\n", op.name, f, op.floor, ratio(f, op.floor))
		}
	})
	const hint = "if an operation is cheaper, renew with -update; it must not be more expensive"
	golden(t, "testdata/cost.golden", out.String(), hint)
	golden(t, "../../docs/reference/cost.md", document(out.String()), hint)
}

func ratio(f, floor figures) float64 {
	return math.Round(100*f.price()/floor.price()) / 100
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, file, have, hint string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(have), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), have); d != "" {
		t.Errorf("%s: %s (-want +got):\n%s", file, hint, d)
	}
}

// TestPagesDoNotGrow: pages that are read one after another by startIndex cost no more in a tenant
// of 100,000 users than in one of 1,000, which are few enough to be counted for each page (G-09).
func TestPagesDoNotGrow(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	large := dynamotest.Size(3_000, 100_000)
	seen := map[int][]figures{}
	for _, n := range []int{1_000, large} {
		synctest.Test(t, func(t *testing.T) {
			c := newCosts(t)
			c.load(n)
			for page := range 6 {
				f, m := c.do("GET", fmt.Sprintf("/Users?count=100&startIndex=%d&excludedAttributes=groups", 1+100*page), "")
				if int(m["totalResults"].(float64)) != n || len(m["Resources"].([]any)) != 100 {
					t.Errorf("page %d of %d users: %v results, %d of them", page, n, m["totalResults"], len(m["Resources"].([]any)))
				}
				seen[n] = append(seen[n], f)
			}
		})
	}
	for page := 1; page < 6; page++ {
		small, big := seen[1_000][page], seen[large][page]
		if big.trips > small.trips || big.reads > small.reads || big.writes > small.writes || big.trips > 2 || big.reads > 21 || big.writes > 1 {
			t.Errorf("page %d: %s of 1,000 users, %s of %d", page+1, small, big, large)
		}
	}
	t.Logf("second page: %s", seen[large][1])
}

// TestRangesDoNotGrow: pages that ordered look-ups answer cost no more than twice as much in a tenant of 100,000
// users as in one of 1,000.
func TestRangesDoNotGrow(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	large := dynamotest.Size(3_000, 100_000)
	seen := map[int][]figures{}
	questions := []string{
		"/Users" + filter(`userName sw "user0005"`) + "&count=100",
		"/Users" + filter(`userName sw "user0005"`) + "&count=100&cursor=",
		"/Users" + filter(`userName gt "user000500"`) + "&count=100&cursor=&sortBy=userName",
		"/Users" + filter(`externalId eq "x" or userName eq "user000007@example.com"`),
		"/Users?sortBy=userName&count=100&startIndex=1",
		"/Users?sortBy=userName&sortOrder=descending&count=100&startIndex=1",
		"/Users?sortBy=userName&count=100&startIndex=",
		"/Users" + filter(`title pr`) + "&count=100&cursor=",
		"/Users" + filter(`active eq false`) + "&count=100&cursor=",
		"/Users" + madeBetween(300, 900) + "&count=100&cursor=",
		"/Users" + madeBetween(300, 390) + "&count=100",
	}
	for _, n := range []int{1_000, large} {
		synctest.Test(t, func(t *testing.T) {
			c := newCosts(t)
			c.load(n)
			for _, q := range questions {
				if strings.HasSuffix(q, "startIndex=") { // the last page
					q += fmt.Sprint(n - 99)
				}
				f, m := c.do("GET", q, "")
				if n := len(m["Resources"].([]any)); n == 0 {
					t.Errorf("%s: nothing found", q)
				}
				seen[n] = append(seen[n], f)
			}
		})
	}
	for i, q := range questions {
		small, big := seen[1_000][i], seen[large][i]
		t.Logf("%s: %s of 1,000 users, %s of %d", q, small, big, large)
		if big.trips > 2*small.trips || big.reads > 2*small.reads || big.trips > 8 {
			t.Errorf("%s: %s of 1,000 users, %s of %d", q, small, big, large)
		}
	}
}
