package suite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// client speaks to one tenant.
type client struct {
	*testing.T
	base, token string
}

func connect(t *testing.T, s *apptest.Server, name string, change func(*tenant.Settings)) *client {
	t.Helper()
	base, token := s.Tenant(t, name, change)
	return &client{t, base, token}
}

// do sends a request and gives status, headers and body.
func (c *client) do(method, path, body string, headers ...string) (int, http.Header, map[string]any) {
	c.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/scim+json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.Error(err)
		return 0, nil, nil
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.Error(err)
	}
	var m map[string]any
	_ = json.Unmarshal(raw, &m) // a 204 has no body
	return res.StatusCode, res.Header, m
}

func (c *client) create(path, body string) string {
	c.Helper()
	status, _, m := c.do("POST", path, body)
	if status != 201 {
		c.Fatalf("POST %s: %d %v", path, status, m)
	}
	return m["id"].(string)
}

func patchBody(ops ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(ops, ",") + `]}`
}

func TestLimits(t *testing.T) {
	t.Parallel()
	t.Run("F-30 long filters are refused before work", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		filters := map[string]string{
			"terms": strings.Repeat(`title%20pr%20or%20`, 300) + "title%20pr",
			"bytes": "title%20eq%20%22" + strings.Repeat("x", 9000) + "%22",
			"depth": strings.Repeat("(", 100) + "title%20pr" + strings.Repeat(")", 100),
		}
		for what, f := range filters {
			if status, _, m := c.do("GET", "/Users?filter="+f, ""); status != 400 || m["scimType"] != "invalidFilter" {
				t.Errorf("%s: %d %v", what, status, m)
			}
		}
	})
	t.Run("Z-12 deep JSON is refused", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		body := `{"userName":"a","x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`
		if status, _, m := c.do("POST", "/Users", body); status != 400 || m["scimType"] != "invalidSyntax" {
			t.Errorf("%d %v", status, m)
		}
	})
	t.Run("T-31 many operations in one PATCH", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		group := c.create("/Groups", `{"displayName":"g"}`)
		var ops []string
		for i := range 100 {
			u := c.create("/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
			ops = append(ops, fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q}]}`, u))
		}
		if status, h, _ := c.do("PATCH", "/Groups/"+group, patchBody(ops...)); status != 204 || h.Get("ETag") != `W/"2"` {
			t.Errorf("%d %s", status, h.Get("ETag"))
		}
		if _, _, m := c.do("GET", "/Groups/"+group, ""); len(m["members"].([]any)) != 100 {
			t.Errorf("%d members", len(m["members"].([]any)))
		}
		over := make([]string, 10001)
		for i := range over {
			over[i] = `{"op":"add","path":"title","value":"t"}`
		}
		if status, _, m := c.do("PATCH", "/Groups/"+group, patchBody(over...)); status != 400 || m["scimType"] != "tooMany" {
			t.Errorf("10,001 operations: %d %v", status, m["detail"])
		}
	})
	t.Run("G-09 K-17 walking all pages gives every user once and leaves nothing behind", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		for i := range 250 {
			c.create("/Users", fmt.Sprintf(`{"userName":"u%03d"}`, i))
		}
		for _, walk := range []string{"index", "cursor", "sorted cursor"} {
			seen, sizes := map[string]bool{}, []int{}
			query, cursor := "/Users?count=100", ""
			for page := 0; page < 4; page++ {
				q := query
				switch walk {
				case "index":
					q += fmt.Sprintf("&startIndex=%d", 1+100*page)
				case "cursor":
					q += "&cursor=" + cursor
				default:
					q += "&sortBy=userName&sortOrder=descending&cursor=" + cursor
				}
				_, _, m := c.do("GET", q, "")
				list := m["Resources"].([]any)
				if len(list) == 0 {
					break
				}
				sizes = append(sizes, len(list))
				for _, r := range list {
					seen[r.(map[string]any)["id"].(string)] = true
				}
				if cursor, _ = m["nextCursor"].(string); cursor == "" && walk != "index" {
					break
				}
			}
			if len(seen) != 250 || fmt.Sprint(sizes) != "[100 100 50]" {
				t.Errorf("%s: %d users in pages %v", walk, len(seen), sizes)
			}
		}
	})
}

// broken is a store that fails with an error full of secrets.
type broken struct{ scim.Store }

var errSecret = errors.New("dynamodb: table scim-prod, key TENANT#acme, password hunter2")

func (broken) Get(context.Context, scim.TenantID, string, string) (*scim.Resource, error) {
	return nil, errSecret
}

func (broken) Commit(context.Context, scim.TenantID, scim.Change) (*scim.Resource, error) {
	panic(errSecret)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("H-14 a fault shows an error id and nothing else", func(t *testing.T) {
		t.Parallel()
		s := apptest.Start(t, broken{memory.New()})
		c := connect(t, s, "acme", nil)
		for _, try := range [][3]string{{"GET", "/Users/x", ""}, {"POST", "/Users", `{"userName":"a"}`}} {
			status, h, m := c.do(try[0], try[1], try[2])
			detail, _ := m["detail"].(string)
			if status != 500 || !strings.Contains(detail, h.Get("X-Request-Id")) || strings.Contains(detail, "hunter2") {
				t.Errorf("%s: %d %q", try[0], status, detail)
			}
		}
		for _, rec := range s.Records() {
			if rec.ErrorID == "" || rec.Err == nil || !strings.Contains(rec.Err.Error()+fmt.Sprint(errors.Unwrap(rec.Err)), "hunter2") {
				t.Errorf("the log lacks the cause: %+v", rec)
			}
		}
	})
	t.Run("H-15 N-07 too many requests", func(t *testing.T) {
		t.Parallel()
		s := apptest.Start(t, nil)
		c := connect(t, s, "acme", func(st *tenant.Settings) { st.Limits.Rate = 2 })
		other := connect(t, s, "other", func(st *tenant.Settings) { st.Limits.Rate = 2 })
		last := 0
		for range 20 {
			var h http.Header
			var m map[string]any
			if last, h, m = c.do("GET", "/Users", ""); last == 429 {
				if h.Get("Retry-After") == "" || m["status"] != "429" {
					t.Errorf("%v %v", h, m)
				}
				break
			}
		}
		if last != 429 {
			t.Errorf("never turned away: %d", last)
		}
		if status, _, _ := other.do("GET", "/Users", ""); status != 200 {
			t.Errorf("the other tenant got %d", status)
		}
	})
	t.Run("B-20 what the deadline cut off is reported as 503", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.StartWith(t, &slow{Store: memory.New()}, func(c *app.Config) { c.Timeout = 200 * time.Millisecond }), "acme", nil)
		var ops []string
		for i := range 5 {
			ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"%d","data":{"userName":"u%d"}}`, i, i))
		}
		status, _, m := c.do("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`)
		list, _ := m["Operations"].([]any)
		if status != 200 || len(list) != 5 || list[0].(map[string]any)["status"] != "201" || list[4].(map[string]any)["status"] != "503" {
			t.Errorf("%d %v", status, m)
		}
	})
	t.Run("Z-13 addresses in values are never fetched", func(t *testing.T) {
		t.Parallel()
		canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("fetched") }))
		defer canary.Close()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		u := c.create("/Users", fmt.Sprintf(`{"userName":"a","profileUrl":"%[1]s/p","photos":[{"value":"%[1]s/x"}]}`, canary.URL))
		c.create("/Groups", fmt.Sprintf(`{"displayName":"g","members":[{"value":%q,"$ref":"%s/Users/%s"}]}`, u, canary.URL, u))
		time.Sleep(50 * time.Millisecond)
	})
	t.Run("Z-09 records hold no personal data", func(t *testing.T) {
		t.Parallel()
		s := apptest.Start(t, nil)
		c := connect(t, s, "acme", nil)
		c.create("/Users", `{"userName":"canary@example.com","password":"canary-secret","foo":1}`)
		c.do("POST", "/Users", `{"userName":"canary@example.com"}`)
		c.do("GET", "/Users?filter=userName%20eq%20%22canary@example.com%22", "")
		var out strings.Builder
		log := slog.New(slog.NewJSONHandler(&out, nil))
		for _, rec := range s.Records() {
			log.Info("request", "record", fmt.Sprintf("%+v", rec))
		}
		if strings.Contains(out.String(), "canary") || len(s.Records()) != 3 {
			t.Error(out.String())
		}
	})
}

// slow is a store whose third commit lasts until the deadline of the request.
type slow struct {
	scim.Store
	commits atomic.Int64
}

func (s *slow) Commit(ctx context.Context, id scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if s.commits.Add(1) >= 3 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Store.Commit(ctx, id, c)
}

func TestRaces(t *testing.T) {
	t.Parallel()
	t.Run("A-34 twenty creates of one name", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		counts := race(t, 20, func(int) int {
			status, _, _ := c.do("POST", "/Users", `{"userName":"one"}`)
			return status
		})
		if counts[201] != 1 || counts[409] != 19 {
			t.Error(counts)
		}
	})
	t.Run("E-08 twenty writers with one tag", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		u := c.create("/Users", `{"userName":"a"}`)
		counts := race(t, 20, func(i int) int {
			status, _, _ := c.do("PATCH", "/Users/"+u, patchBody(fmt.Sprintf(`{"op":"replace","path":"title","value":"t%d"}`, i)), "If-Match", `W/"1"`)
			return status
		})
		if counts[200] != 1 || counts[412] != 19 {
			t.Error(counts)
		}
	})
	t.Run("no update is lost without a tag", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		u := c.create("/Users", `{"userName":"a"}`)
		counts := race(t, 20, func(i int) int {
			status, _, _ := c.do("PATCH", "/Users/"+u, patchBody(fmt.Sprintf(`{"op":"add","path":"emails","value":[{"value":"%d@x.example"}]}`, i)))
			return status
		})
		_, _, m := c.do("GET", "/Users/"+u, "")
		if emails, _ := m["emails"].([]any); len(emails) != counts[200] || counts[200]+counts[503] != 20 {
			t.Errorf("%v, %d emails", counts, len(emails))
		}
	})
}

// race calls do n times at once, and counts the statuses that it returns.
func race(t *testing.T, n int, do func(int) int) map[int]int {
	t.Helper()
	statuses, numbers := make([]int, n), make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	if err := async.Each(t.Context(), n, numbers, func(_ context.Context, i int) error {
		statuses[i] = do(i)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	return counts
}
