package suite_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestLargeGroups: one group above the limit of members in an answer (25,000) never makes a list, a
// search or a write fail. At full size it also runs on the DynamoDB store.
func TestLargeGroups(t *testing.T) {
	t.Parallel()
	for _, name := range dynamotest.Size([]string{"memory"}, []string{"memory", "dynamo"}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			largeGroup(t, stores[name](t))
		})
	}
}

func largeGroup(t *testing.T, store scim.Store) {
	t.Helper()
	ids := seedUsers(t, store, 26_000)
	c := connect(t, apptest.Start(t, store), "acme", nil)
	e := expecting(t)
	c.create("/Groups", fmt.Sprintf(`{"displayName":"Small","members":[{"value":%q}]}`, ids[0]))
	body := `{"displayName":"Everyone","members":[` + values(ids[:25_001]) + `],"externalId":"everyone"}`
	status, _, m := c.do("POST", "/Groups", body)
	group, _ := m["id"].(string)
	if e.check("large-group-post", status == 201, status); group == "" {
		t.Fatal(m["detail"])
	}
	status, _, m = c.do("PUT", "/Groups/"+group, body)
	e.check("large-group-put", status == 200 || status == 204, status, m["detail"])
	_, _, m = c.do("GET", "/Groups/"+group+"?excludedAttributes=members", "")
	meta, _ := m["meta"].(map[string]any)
	e.check("large-group-put-no-effect", meta["version"] == `W/"1"`, meta)
	for name, query := range map[string]string{
		"list": "", "list-count": "?startIndex=1&count=100", "filter": "?filter=displayName%20eq%20%22Everyone%22",
		"filter-small": "?filter=displayName%20eq%20%22Small%22",
	} {
		status, _, m = c.do("GET", "/Groups"+query, "")
		want := map[bool]int{true: 1, false: 2}[strings.HasPrefix(name, "filter")]
		list, _ := m["Resources"].([]any)
		e.check("large-group-"+name, status == 200 && len(list) == want, status, len(list), m["detail"])
	}
	status, _, m = c.do("GET", "/Groups/"+group, "")
	detail, _ := m["detail"].(string)
	e.check("large-group-get", status == 413 && detail != "", status, detail)
	status, _, m = c.do("GET", "/Users?count=1000&filter=groups.value%20eq%20%22"+group+"%22", "")
	e.check("large-group-pages", status == 200 && fmt.Sprint(m["totalResults"]) == "25001", status, m["totalResults"], m["detail"])
}

// TestLambdaPage: a page whose body would pass the payload limit of Lambda leaves out members of its
// largest groups. It skips no group, and it is not refused.
func TestLambdaPage(t *testing.T) {
	t.Parallel()
	store := memory.New()
	ids := seedUsers(t, store, 5_000)
	members := make([]scim.Member, len(ids))
	for i, id := range ids {
		members[i] = scim.Member{ID: id, Type: "User", Display: fmt.Sprintf("u%d", i)}
	}
	tn, now := parseTenant(t, "acme"), time.UnixMilli(1767323045000).UTC()
	for i := range 7 {
		name := fmt.Sprintf("Department %d", i)
		_, err := store.Commit(t.Context(), tn, scim.Change{
			Type: "Group", ID: fmt.Sprintf("02900000-0000-7000-8000-%012d", i), If: scim.IfAbsent, Now: now, AddMembers: members,
			Put:  &scim.Resource{Document: []byte(fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q}`, name))},
			Keys: []scim.IndexKey{{Attr: "displayName", Value: strings.ToLower(name), Unique: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tenants := tenant.NewMemory()
	secret, token := tenant.NewToken(tn, scim.All)
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: tn, Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{token}})
	h, err := scimstack.New(scimstack.Config{Store: store, Tenants: tenants, PublicBase: "https://scim.customer.example/production/scim/v2",
		Prefix: scimstack.Prefix, NoLog: true, MaxAnswer: lambdahttp.MaxPayload / 4 * 3})
	if err != nil {
		t.Fatal(err)
	}
	status, body, size := invoke(t, h, "/scim/v2/acme/Groups", secret)
	list, _ := body["Resources"].([]any)
	expecting(t).check("lambda-page", status == http.StatusOK && len(list) == 7 && size <= lambdahttp.MaxPayload,
		status, len(list), size, body["detail"])
}

// invoke sends a GET as an event of an HTTP API, without Accept-Encoding. It returns the status, the
// body and the size of the whole answer.
func invoke(t *testing.T, h http.Handler, path, secret string) (status int, body map[string]any, size int) {
	t.Helper()
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, Headers: map[string]string{"authorization": "Bearer " + secret}}
	event.RequestContext.HTTP.Method, event.RequestContext.HTTP.Path = http.MethodGet, path
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := lambdahttp.New(h, lambdahttp.Options{}).Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(answer.Body), &body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body, len(raw)
}

// seedUsers adds users to tenant acme without HTTP and returns their ids.
func seedUsers(t *testing.T, store scim.Store, n int) []string {
	t.Helper()
	tn, now := parseTenant(t, "acme"), time.UnixMilli(1767323045000).UTC()
	ids, next := make([]string, n), make(chan int)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range next {
				name := fmt.Sprintf("u%d", i)
				_, err := store.Commit(t.Context(), tn, scim.Change{
					Type: "User", ID: ids[i], If: scim.IfAbsent, Now: now,
					Put:  &scim.Resource{Document: []byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + name + `","active":true}`)},
					Keys: []scim.IndexKey{{Attr: "userName", Value: name, Unique: true}},
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		ids[i] = fmt.Sprintf("01900000-0000-7000-8000-%012d", i)
		next <- i
	}
	close(next)
	wg.Wait()
	return ids
}

// values returns ids as elements of members.
func values(ids []string) string { return `{"value":"` + strings.Join(ids, `"},{"value":"`) + `"}` }

func parseTenant(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
