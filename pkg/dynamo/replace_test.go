package dynamo_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestReplaceOverHTTP: a PUT of 100,000 members, on keys that take what the service gives them, is done after at
// most six requests of 28 seconds. Each answer before says what remains, and no reader sees a part of it.
// The small size has fewer members, and keys that take less in proportion. Time is that of a simulation.
func TestReplaceOverHTTP(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	const full, most = 100_000, 6
	n := dynamotest.Size(4_000, full)
	part := float64(n) / full
	synctest.Test(t, func(t *testing.T) {
		_, engine := unkindly(t, 0)
		api := bubbleClient(engine)
		store := dynamo.New(api, dynamo.Options{Table: table, LargeGroup: int(10_000 * part)})
		tenants := dynamo.NewTenants(api, table, nil)
		acme := id(t, "acme")
		createTenants(t, tenants, tenant.Settings{ID: acme, Limits: scim.Limits{MaxMembers: 200_000}})
		text, token := tenant.NewToken(acme, scim.All)
		if err := tenants.AddToken(t.Context(), acme, token); err != nil {
			t.Fatal(err)
		}
		handler, err := scimstack.New(scimstack.Config{Store: store, Tenants: tenants, PublicBase: "https://scim.example.com/scim/v2", Timeout: requestTime, NoLog: true})
		if err != nil {
			t.Fatal(err)
		}
		populate(t, api, 0, n)
		group(t, store, 1, userMembers(0, 3))
		u := dynamotest.Service()
		u.WriteUnits, u.ReadUnits = u.WriteUnits*part, u.ReadUnits*part
		engine.Unkind(u)
		put := func() (int, map[string]any) {
			body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"all","members":[` + references(userIDs(n)) + `]}`
			ctx, cancel := context.WithTimeout(t.Context(), requestTime)
			defer cancel()
			r := httptest.NewRequestWithContext(ctx, "PUT", "/scim/v2/acme/Groups/"+groupID(1)+"?excludedAttributes=members", strings.NewReader(body))
			r.Header.Set("Authorization", "Bearer "+text)
			r.Header.Set("Content-Type", "application/scim+json")
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			var m map[string]any
			_ = json.Unmarshal(w.Body.Bytes(), &m)
			return w.Code, m
		}
		total := func() int {
			l, err := store.Members(t.Context(), acme, groupID(1), scim.Page{Limit: 1})
			if err != nil {
				t.Error(err)
			}
			return l.Total
		}
		for request := 1; ; request++ {
			begin := time.Now()
			status, answer := put()
			detail, _ := answer["detail"].(string)
			t.Logf("request %d: %d after %.1f s: %s", request, status, time.Since(begin).Seconds(), detail)
			if status == http.StatusOK {
				break
			}
			if status != http.StatusServiceUnavailable || !strings.Contains(detail, "send the same request again") || request == most {
				t.Fatalf("request %d: %d %v", request, status, answer)
			}
			if have := total(); have != 3 {
				t.Errorf("after request %d: %d members", request, have)
			}
			time.Sleep(time.Second)
		}
		if have := total(); have != n {
			t.Errorf("%d members, want %d", have, n)
		}
	})
}

func userIDs(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = userID(i)
	}
	return out
}
