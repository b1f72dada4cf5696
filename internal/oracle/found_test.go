package oracle

import (
	"fmt"
	"testing"
)

// TestFound: what random histories have found, as the shortest histories that show it.
func TestFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inMemory)
	post := func(n int, extension string) request {
		body := fmt.Sprintf(`{"schemas":[%q,%q],"userName":"u%d",%q:%s}`, urnUser, urnCustom, n, urnCustom, extension)
		return request{n: n, method: "POST", path: "Users", body: body}
	}
	patch := func(operation string) request {
		return request{method: "PATCH", path: "Users/{{1}}", body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operation + `]}`}
	}
	list := func(query string) request { return request{method: "GET", path: "Users?" + query} }
	for name, requests := range map[string][]request{
		"on request, in an extension":        {post(1, `{"onDemand":"x"}`)},
		"on request, a part":                 {post(1, `{"box":{"quiet":"x"}}`), patch(`{"op":"replace","path":"` + urnCustom + `:box.quiet","value":"y"}`)},
		"on request, an extension as a path": {post(1, `{"plain":"x"}`), patch(`{"op":"add","path":"` + urnCustom + `","value":{"onDemand":"y"}}`)},
		"sorted by a list in a part":         {post(1, `{"box":{"note":"x"}}`), post(2, `{"box":{"tags":["b"]}}`), post(3, `{"box":{"tags":["a"]}}`), list("sortBy=" + urnCustom + ":box.tags")},
		"sorted by times of two precisions":  {post(1, `{"since":"2020-01-01T00:00:00.5001Z"}`), post(2, `{"since":"2020-01-01T00:00:00.5Z"}`), list("sortBy=" + urnCustom + ":since")},
		"an extension and a part of it":      {post(1, `{"box":{"note":"x","size":1}}`), list("attributes=" + urnCustom + "," + urnCustom + ":box.note")},
		"an empty string has no order": {
			{n: 1, method: "POST", path: "Users", body: `{"schemas":["` + urnUser + `"],"userName":"a","externalId":""}`}, list(`filter=externalId+le+"9"`),
			{n: 3, method: "POST", path: "Users", body: `{"schemas":["` + urnUser + `"],"userName":"b","title":""}`}, list(`filter=title+le+"9"`),
		},
		"a required part is removed": {post(1, `{"parts":[{"code":"x"}]}`), patch(`{"op":"remove","path":"` + urnCustom + `:parts[code eq \"x\"].code"}`)},
	} {
		for _, strict := range []bool{false, true} {
			if at, difference := w.play(t, history{strict: strict, requests: requests}); at >= 0 {
				t.Errorf("%s, strict %t, request %d: %s", name, strict, at+1, difference)
			}
		}
	}
}
