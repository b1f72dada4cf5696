package adminclient_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminclient"
)

// TestForeign: an answer that the administration did not make says who made it and what to do. Its body is not shown.
func TestForeign(t *testing.T) {
	t.Parallel()
	signed := adminclient.Options{Sign: func(*http.Request, []byte) error { return nil }}
	token := adminclient.Options{Token: "scimop_x"}
	for _, c := range []struct {
		o      adminclient.Options
		status int
		kind   admin.Kind
		says   string
	}{
		{signed, 403, admin.Forbidden, "execute-api:Invoke"}, {signed, 401, admin.Forbidden, "execute-api:Invoke"},
		{token, 403, admin.Forbidden, "--aws-iam"}, {token, 502, admin.Busy, "try again"}, {signed, 429, admin.Busy, "try again"},
		{token, 404, admin.NotFound, "--admin on"}, {token, 302, admin.NotFound, "check the URL"}, {token, 200, admin.Internal, "something else than JSON"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte("<html>hello</html>"))
		}))
		api, err := adminclient.New(server.URL, c.o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = api.Tenants(t.Context(), "", 0)
		server.Close()
		var e *admin.Error
		if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hello") {
			t.Errorf("%d: %v", c.status, err)
		}
	}
}
