package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestNotesOfNormalise: an observer may change the notes of a record, as activity.Clean does, without changing the list
// that Normalise has returned, which it may return for the next tenant too.
func TestNotesOfNormalise(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	shared := append(make([]string, 0, 10), "a note")
	seen := 0
	h, err := httpapi.NewHandler(engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), httpapi.Options{
		Authenticator: w, PublicBase: "https://x",
		Normalise: func(*scim.Tenant, *schema.ResourceType, bool, map[string]any) []string { return shared },
		Observe: func(_ *http.Request, rec *scim.Record) {
			for i := range rec.Notes {
				seen++
				rec.Notes[i] = "of " + rec.Tenant.String()
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"acme", "rival"} {
		h.ServeHTTP(httptest.NewRecorder(), request(name, ask{method: "POST", body: `{"userName":"one"}`}))
		bulk := httptest.NewRequest(http.MethodPost, "/scim/v2/"+name+"/Bulk", strings.NewReader(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"two"}}]}`))
		bulk.Header.Set("Authorization", "Bearer x")
		h.ServeHTTP(httptest.NewRecorder(), bulk)
	}
	if got := fmt.Sprint(shared[:3]); seen < 4 || got != "[a note  ]" {
		t.Errorf("%d notes, and then %s", seen, got)
	}
}
