package function_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestActivity: once a function has answered, its record is in the table (Z-16).
func TestActivity(t *testing.T) {
	t.Parallel()
	for keep, want := range map[string][]string{"all": {"get", "create"}, "changes": {"create"}, "off": nil} {
		t.Run(keep, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			s.config.Activity = keep
			h := s.http(t, "Users")
			created := s.send(t, h, "POST", "/Users", "", `{"userName":"a"}`)
			if got := s.send(t, h, "GET", created.Headers["Location"][len("https://scim.example.com/scim/v2/acme"):], "", ""); got.StatusCode != http.StatusOK {
				t.Fatalf("%+v", got)
			}
			id, err := scim.ParseTenantID("acme")
			if err != nil {
				t.Fatal(err)
			}
			page, err := dynamolog.New(s.config.Client, dynamolog.Options{Table: "scim"}).Query(t.Context(), id, activity.Query{})
			if err != nil {
				t.Fatal(err)
			}
			var have []string
			for _, r := range page.Records {
				have = append(have, r.Operation)
			}
			if !slices.Equal(have, want) {
				t.Errorf("the log has %v, want %v", have, want)
			}
		})
	}
}
