package suite_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// hangUp is a store whose client leaves after a commit.
type hangUp struct {
	scim.Store
	commits atomic.Int32
	after   int32
	cancel  context.CancelFunc
}

func (h *hangUp) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	r, err := h.Store.Commit(ctx, t, c)
	if h.cancel != nil && h.commits.Add(1) == h.after {
		h.cancel()
	}
	return r, err
}

// TestCyclesWithoutClient (B-15): the client of a bulk request leaves after the n-th commit. Where both resources
// of a circle of references exist, the circle is closed.
func TestCyclesWithoutClient(t *testing.T) {
	t.Parallel()
	stores := map[string]func(*testing.T) scim.Store{
		"memory": func(*testing.T) scim.Store { return memory.New() },
		"dynamo": func(t *testing.T) scim.Store {
			t.Helper()
			_, api := dynamotest.NewDirect()
			if err := dynamo.Create(t.Context(), api, "scim"); err != nil {
				t.Fatal(err)
			}
			return dynamo.New(api, dynamo.Options{Table: "scim"})
		},
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			closed := 0
			for after := int32(1); after <= 7; after++ {
				closed += bulkCycles(t, open(t), after)
			}
			if closed < 8 { // two circles, in the cases after their last POST
				t.Errorf("only %d circles were created", closed)
			}
		})
	}
}

// bulkCycles creates two circles and returns how many were created whole.
func bulkCycles(t *testing.T, inside scim.Store, after int32) (closed int) {
	t.Helper()
	const manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	store := &hangUp{Store: inside, after: after}
	server := apptest.Start(t, store)
	c := connect(t, server, "acme", nil)
	ops := ""
	for _, pair := range [][2]string{{"g1", "g2"}, {"g2", "g1"}} {
		ops += `{"method":"POST","path":"/Groups","bulkId":"` + pair[0] + `","data":{"displayName":"` + pair[0] + `","members":[{"value":"bulkId:` + pair[1] + `"}]}},`
	}
	for _, pair := range [][2]string{{"u1", "u2"}, {"u2", "u1"}} {
		ops += `{"method":"POST","path":"/Users","bulkId":"` + pair[0] + `","data":{"userName":"` + pair[0] + `","` + manager + `":{"manager":{"value":"bulkId:` + pair[1] + `"}}}},`
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req := httptest.NewRequestWithContext(ctx, "POST", c.base+"/Bulk", bytes.NewBufferString(bulkBody(ops[:len(ops)-1])))
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/scim+json")
	store.cancel = cancel
	server.Handler.ServeHTTP(httptest.NewRecorder(), req)
	store.cancel = nil

	ends := func(path, attribute string) [][2]string { // each resource, and what it refers to
		_, _, found := c.do("GET", path, "")
		raw, _ := json.Marshal(found["Resources"])
		var list []struct {
			ID      string                       `json:"id"`
			Members []struct{ Value string }     `json:"members"`
			User    map[string]map[string]string `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
		}
		if err := json.Unmarshal(raw, &list); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		var out [][2]string
		for _, r := range list {
			to := r.User[attribute]["value"]
			if len(r.Members) == 1 {
				to = r.Members[0].Value
			}
			out = append(out, [2]string{r.ID, to})
		}
		return out
	}
	for _, pair := range [][][2]string{ends("/Groups", ""), ends("/Users", "manager")} {
		if len(pair) < 2 {
			continue
		}
		closed++
		back := [2]string{pair[0][1], pair[0][0]}
		if !slices.Contains(pair, back) {
			t.Errorf("hang-up after commit %d: %v is no circle", after, pair)
		}
	}
	return closed
}
