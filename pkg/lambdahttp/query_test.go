package lambdahttp_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/params"
	"github.com/scimstack/scimstack/pkg/lambdahttp"
)

// TestQuery: both formats carry every parameter to the handler, or what makes it refuse the request:
// a filter is never lost.
func TestQuery(t *testing.T) {
	t.Parallel()
	var got seen
	h := lambdahttp.New(recorder(&got), lambdahttp.Options{})
	for raw, want := range map[string]string{
		`filter=userName%20eq%20%22a;b%22`: `userName eq "a;b"`,
		`filter=userName+eq+"a;b"&`:        `userName eq "a;b"`,
		`filter=a%2525`:                    `a%25`,
		`filter=a#b`:                       `a#b`,
		`count=1&filter=Ä;%C3%84`:          `Ä;Ä`,
		`filter=%zz`:                       "",
		`filter=userName eq "100%"`:        "",
		`filter=a&filter=b`:                "",
		`filter=%ff`:                       "",
	} {
		got = seen{}
		invoke(t, h, v2("GET", "/scim/v2/acme/Users", raw))
		list, err := params.Parse(got.Query)
		if (err != nil) != (want == "") || list.Get("filter") != want {
			t.Errorf("HTTP API, %s: %q %v", raw, got.Query, err)
		}
	}
	for _, value := range []string{`userName eq "a;b"`, `100%`, `%zz`, `a&b=c+d#e`, `Ä`} {
		e := v1("GET", "/scim/v2/acme/Users")
		e.MultiValueQueryStringParameters = map[string][]string{"filter": {value}, "attributes": {"a", "b;c"}}
		invoke(t, h, e)
		list, err := params.Parse(got.Query, "attributes")
		if err != nil || list.Get("filter") != value || list.All("attributes") != "a,b;c" {
			t.Errorf("REST API, %s: %q %v", value, got.Query, err)
		}
	}
}
