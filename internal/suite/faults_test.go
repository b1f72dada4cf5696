package suite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// broken is a store whose errors contain secrets.
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
	t.Run("H-14 a fault shows an error id and nothing else", hiddenCause)
	t.Run("H-15 N-07 too many requests", rateLimit)
	t.Run("B-20 what the deadline cut off is reported as 503", deadlineInBulk)
	t.Run("Z-13 addresses in values are never fetched", addressesInValues)
	t.Run("Z-09 records hold no personal data", recordsWithoutValues)
}

func hiddenCause(t *testing.T) {
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
			t.Errorf("the record has no cause: %+v", rec)
		}
	}
}

func rateLimit(t *testing.T) {
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
		t.Errorf("no request was refused: %d", last)
	}
	if status, _, _ := other.do("GET", "/Users", ""); status != 200 {
		t.Errorf("the other tenant got %d", status)
	}
}

func deadlineInBulk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, deadlineInBulkOf) // the time of a request ends when all that is left to do is to wait for it
}

func deadlineInBulkOf(t *testing.T) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme}, Tokens: []tenant.Token{kept}})
	service, err := scimstack.New(scimstack.Config{Store: &slow{Store: memory.New()}, Tenants: tenants, PublicBase: "https://scim.example.com/scim/v2", NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	var ops []string
	for i := range 5 {
		ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"%d","data":{"userName":"u%d"}}`, i, i))
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/scim/v2/acme/Bulk", strings.NewReader(
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	list, _ := m["Operations"].([]any)
	if w.Code != 200 || len(list) != 5 || list[0].(map[string]any)["status"] != "201" || list[4].(map[string]any)["status"] != "503" {
		t.Errorf("%d %v", w.Code, m)
	}
}

func addressesInValues(t *testing.T) {
	t.Parallel()
	canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("fetched") }))
	defer canary.Close()
	c := connect(t, apptest.Start(t, nil), "acme", nil)
	u := c.create("/Users", fmt.Sprintf(`{"userName":"a","profileUrl":"%[1]s/p","photos":[{"value":"%[1]s/x"}]}`, canary.URL))
	c.create("/Groups", fmt.Sprintf(`{"displayName":"g","members":[{"value":%q,"$ref":"%s/Users/%s"}]}`, u, canary.URL, u))
	time.Sleep(50 * time.Millisecond)
}

func recordsWithoutValues(t *testing.T) {
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
}

// slow is a store whose commits block until the deadline of the request, from the third one on.
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
