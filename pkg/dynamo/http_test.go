package dynamo_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// faulty makes one request in twenty fail, by a conflict or by throttling.
func faulty(op string, n int) dynamotest.Fault {
	r := rand.New(rand.NewPCG(uint64(n), 20))
	if r.IntN(20) > 0 {
		return dynamotest.Fault{}
	}
	kinds := []dynamotest.FaultKind{dynamotest.Throttle, dynamotest.Throttling}
	if op == "TransactWriteItems" || op == "PutItem" || op == "UpdateItem" {
		kinds = append(kinds, dynamotest.Conflict, dynamotest.Conflict)
	}
	return dynamotest.Fault{Kind: kinds[r.IntN(len(kinds))]}
}

// client speaks SCIM to one tenant.
type client struct {
	testing.TB
	base, token string
	http        *http.Client
}

// begin starts the service over a store.
func begin(t testing.TB, s *dynamo.Store) *client {
	t.Helper()
	return beginWith(t, s, nil)
}

// beginWith starts the service with an observer of its requests.
func beginWith(t testing.TB, s *dynamo.Store, observe func(*http.Request, *scim.Record)) *client {
	t.Helper()
	server := apptest.StartWith(t, s, func(c *scimstack.Config) { c.Timeout, c.Observe = 5*time.Minute, observe })
	base, token := server.Tenant(t, "acme", nil)
	pool := &http.Transport{MaxIdleConnsPerHost: 256}
	t.Cleanup(pool.CloseIdleConnections)
	return &client{t, base, token, &http.Client{Transport: pool}}
}

// do sends a request, and repeats it while the service is busy.
func (c *client) do(method, path, body string, headers ...string) (int, map[string]any) {
	c.Helper()
	for {
		status, m := c.once(method, path, body, headers...)
		if status != http.StatusServiceUnavailable {
			return status, m
		}
	}
}

func (c *client) once(method, path, body string, headers ...string) (int, map[string]any) {
	c.Helper()
	req, err := http.NewRequestWithContext(c.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.Error(err)
		return 0, nil
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/scim+json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.Error(err)
		return 0, nil
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.Error(err)
	}
	var m map[string]any
	_ = json.Unmarshal(raw, &m) // a 204 has no body
	return res.StatusCode, m
}

func (c *client) create(path, body string) string {
	c.Helper()
	status, m := c.do("POST", path, body)
	if status != http.StatusCreated {
		c.Fatalf("POST %s: %d %v", path, status, m)
	}
	return m["id"].(string)
}

// crowd sends n requests at the same time and counts the answers by status.
func crowd(n int, send func(int) int) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	counts := map[int]int{}
	gate := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-gate
			status := send(i)
			mu.Lock()
			defer mu.Unlock()
			counts[status]++
		})
	}
	close(gate)
	wg.Wait()
	return counts
}

// TestCrowds: many requests at the same time, while one DynamoDB call in twenty fails.
func TestCrowds(t *testing.T) {
	t.Parallel()
	crowds(t, func(t *testing.T) *client {
		t.Helper()
		e, api := serve(t)
		e.Inject(faulty)
		return begin(t, dynamo.New(api, dynamo.Options{Table: table}))
	})
}

// TestCrowdsOutside is the same on another implementation of DynamoDB.
func TestCrowdsOutside(t *testing.T) {
	t.Parallel()
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		t.Skip("DYNAMODB_ENDPOINT is not set: no other DynamoDB to test against")
	}
	api := outsideClient(t, &sync.Mutex{})
	crowds(t, func(t *testing.T) *client {
		t.Helper()
		s := outside(t, api)
		return begin(t, s(dynamodb.New(api.Options(), func(o *dynamodb.Options) { o.HTTPClient = &flaky{next: api.Options().HTTPClient} })))
	})
}

func crowds(t *testing.T, start func(*testing.T) *client) {
	t.Run("E-08 one tag, 64 writers", func(t *testing.T) {
		t.Parallel()
		c := start(t)
		u := c.create("/Users", `{"userName":"ann"}`)
		for round := range dynamotest.Size(4, 20) {
			tag := fmt.Sprintf(`W/"%d"`, round+1)
			got := crowd(64, func(i int) int {
				status, _ := c.do("PATCH", "/Users/"+u, ops(fmt.Sprintf(`{"op":"replace","path":"title","value":"%d/%d"}`, round, i)), "If-Match", tag)
				return status
			})
			if got[200] != 1 || got[412] != 63 {
				t.Fatalf("round %d: %v", round, got)
			}
		}
	})
	t.Run("A-34 one name, 64 creates", func(t *testing.T) {
		t.Parallel()
		c := start(t)
		got := crowd(64, func(int) int {
			status, _ := c.do("POST", "/Users", `{"userName":"one"}`)
			return status
		})
		if got[201] != 1 || got[409] != 63 {
			t.Error(got)
		}
	})
	t.Run("L-11 many members, one PATCH each", func(t *testing.T) {
		t.Parallel()
		c := start(t)
		n := dynamotest.Size(80, 200)
		users := make([]string, n)
		for i := range users {
			users[i] = c.create("/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
		}
		g := c.create("/Groups", `{"displayName":"g"}`)
		got := crowd(n, func(i int) int {
			status, _ := c.do("PATCH", "/Groups/"+g, addMember(users[i]))
			return status
		})
		_, m := c.do("GET", "/Groups/"+g, "")
		if members, _ := m["members"].([]any); got[204] != n || len(members) != n {
			t.Errorf("%v, %d members", got, len(members))
		}
	})
}

// TestLargeWrites: changes of more members than a transaction takes (L-11).
func TestLargeWrites(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, *client, *dynamo.Store){
		"thousands of members in one PUT":      manyMembersInOnePut,
		"X-03 a user in 120 groups is deleted": userInManyGroupsDeleted,
		"a group is created with 500 members":  groupCreatedWithMembers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, api := serve(t)
			s := dynamo.New(api, dynamo.Options{Table: table})
			run(t, begin(t, s), s)
		})
	}
}

func manyMembersInOnePut(t *testing.T, c *client, s *dynamo.Store) {
	n := dynamotest.Size(1000, 5000)
	users := seed(t, s, n)
	g := c.create("/Groups", `{"displayName":"g"}`)
	status, m := c.do("PUT", "/Groups/"+g, `{"displayName":"g","members":[`+references(users)+`]}`)
	if members, _ := m["members"].([]any); status != 200 || len(members) != n {
		t.Fatalf("%d, %d members", status, len(members))
	}
	status, m = c.do("PUT", "/Groups/"+g, `{"displayName":"h","members":[`+references(users[n-n/5:])+`]}`)
	if members, _ := m["members"].([]any); status != 200 || len(members) != n/5 || m["displayName"] != "h" {
		t.Fatalf("%d, %d members", status, len(members))
	}
	_, m = c.do("GET", "/Users/"+users[0], "")
	if m["groups"] != nil {
		t.Error("a user who was removed still has the group")
	}
	if _, m = c.do("GET", "/Users/"+users[n-n/10], ""); m["groups"] == nil {
		t.Error("a user who stayed lost the group")
	}
}

func userInManyGroupsDeleted(t *testing.T, c *client, s *dynamo.Store) {
	users := seed(t, s, 2)
	groups := make([]string, 120)
	for i := range groups {
		groups[i] = c.create("/Groups", fmt.Sprintf(`{"displayName":"g%d","members":[%s]}`, i, references(users)))
	}
	if status, _ := c.do("DELETE", "/Users/"+users[0], ""); status != 204 {
		t.Fatal(status)
	}
	for _, g := range groups {
		_, m := c.do("GET", "/Groups/"+g, "")
		if members, _ := m["members"].([]any); len(members) != 1 || m["meta"].(map[string]any)["version"] != `W/"2"` {
			t.Errorf("%d members, %v", len(members), m["meta"])
		}
	}
	_, m := c.do("GET", "/Users/"+users[1], "")
	if list, _ := m["groups"].([]any); len(list) != 120 {
		t.Errorf("the other user is in %d groups", len(list))
	}
}

func groupCreatedWithMembers(t *testing.T, c *client, s *dynamo.Store) {
	users := seed(t, s, 500)
	g := c.create("/Groups", `{"displayName":"g","members":[`+references(users)+`]}`)
	if _, m := c.do("GET", "/Groups/"+g, ""); len(m["members"].([]any)) != 500 {
		t.Errorf("%d members", len(m["members"].([]any)))
	}
	if status, _ := c.do("POST", "/Groups", `{"displayName":"g","members":[`+references(users)+`]}`); status != 409 {
		t.Errorf("a second group of the same name: %d", status)
	}
	if status, _ := c.do("DELETE", "/Groups/"+g, ""); status != 204 {
		t.Errorf("%d", status)
	}
	if _, m := c.do("GET", "/Users/"+users[3], ""); m["groups"] != nil {
		t.Error("a user still has the group that was deleted")
	}
}

func references(users []string) string {
	list := make([]string, len(users))
	for i, u := range users {
		list[i] = fmt.Sprintf(`{"value":%q}`, u)
	}
	return strings.Join(list, ",")
}
