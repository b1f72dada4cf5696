package activity_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// keyless is a Log without a secret of its own.
type keyless struct{ activity.Log }

// deleted logs the deletion of a user whose creation the log has forgotten, and returns the record.
func deleted(t *testing.T, log activity.Log, in *scim.Tenant) activity.Record {
	t.Helper()
	r := activity.NewRecorder(log, activity.Options{})
	prior := &scim.Resource{Type: "User", ID: noID, Version: 3, ExternalID: "E1", Document: []byte(`{"schemas":[],"userName":"jane@acme.com"}`)}
	r.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		activity.After(req.Context(), in, &scim.Change{Type: "User", ID: noID, Prior: prior, Remove: true}, nil)
		r.Observe(req, &scim.Record{Tenant: in.ID, Settings: in, Time: time.Now(), Operation: "delete", Type: "User", ResourceID: noID, Status: 204})
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodDelete, "/", nil))
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := log.Query(t.Context(), in.ID, activity.Query{})
	if err != nil || len(page.Records) != 1 {
		t.Fatal(err, page)
	}
	return page.Records[0]
}

// TestNamesAreKeyed: the record of a deletion finds the person by userName and externalId. What it has for that
// depends on the key of the tenant, and without any key there is nothing.
func TestNamesAreKeyed(t *testing.T) {
	t.Parallel()
	memory := activity.NewMemory(0)
	seen := map[string]bool{}
	for i, name := range []string{"acme", "globex", "initech"} {
		c := scim.TenantConfig{ID: mustID(t, name), CursorKey: [32]byte{byte(min(i, 1))}} // acme has no key, the others have the same
		in, err := scim.NewTenant(c)
		if err != nil {
			t.Fatal(err)
		}
		if name != "acme" {
			if r := deleted(t, keyless{activity.NewMemory(0)}, in); len(r.Known) != 2 {
				t.Errorf("%s: %v", name, r.Known)
			}
		} else if r := deleted(t, keyless{activity.NewMemory(0)}, in); len(r.Known) != 0 {
			t.Errorf("without a key: %v", r.Known)
		}
		r := deleted(t, memory, in)
		for _, known := range r.Known {
			if seen[known] {
				t.Errorf("%s: the same for two tenants: %s", name, known)
			}
			seen[known] = true
			for _, text := range []string{"jane@acme.com", "E1", "userName\x00jane@acme.com", "externalId\x00E1"} {
				if sum := sha256.Sum256([]byte(text)); strings.Contains(known, hex.EncodeToString(sum[:8])) {
					t.Errorf("%s: a hash without a key", name)
				}
			}
		}
		for _, by := range []string{"jane@acme.com", "JANE@ACME.COM", "E1"} {
			if ids, err := activity.Find(t.Context(), memory, in, by); err != nil || !slices.Equal(ids, []string{noID}) {
				t.Errorf("%s by %s: %v %v", name, by, ids, err)
			}
		}
	}
}
