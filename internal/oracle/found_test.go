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
	put := func(extension string) request {
		return request{method: "PUT", path: "Users/{{1}}", body: post(1, extension).body}
	}
	get := request{method: "GET", path: "Users/{{1}}?attributes=" + urnCustom + ":box.quiet," + urnCustom + ":box.note"}
	group := func(n int, members string) request {
		return request{n: n, method: "POST", path: "Groups", body: fmt.Sprintf(`{"schemas":[%q],"displayName":"g%d","members":[%s]}`, urnGroup, n, members)}
	}
	members := func(operation string) request {
		q := patch(operation)
		q.path = "Groups/{{2}}"
		return q
	}
	list := func(query string) request { return request{method: "GET", path: "Users?" + query} }
	for name, requests := range map[string][]request{
		"on request, in an extension":                   {post(1, `{"onDemand":"x"}`)},
		"on request, a part":                            {post(1, `{"box":{"quiet":"x"}}`), patch(`{"op":"replace","path":"` + urnCustom + `:box.quiet","value":"y"}`)},
		"on request, an extension as a path":            {post(1, `{"plain":"x"}`), patch(`{"op":"add","path":"` + urnCustom + `","value":{"onDemand":"y"}}`)},
		"sorted by a list in a part":                    {post(1, `{"box":{"note":"x"}}`), post(2, `{"box":{"tags":["b"]}}`), post(3, `{"box":{"tags":["a"]}}`), list("sortBy=" + urnCustom + ":box.tags")},
		"sorted by times of two precisions":             {post(1, `{"since":"2020-01-01T00:00:00.5001Z"}`), post(2, `{"since":"2020-01-01T00:00:00.5Z"}`), list("sortBy=" + urnCustom + ":since")},
		"an extension and a part of it":                 {post(1, `{"box":{"note":"x","size":1}}`), list("attributes=" + urnCustom + "," + urnCustom + ":box.note")},
		"a part on request is cleared by PUT":           {post(1, `{"box":{"note":"x","quiet":"y"}}`), put(`{"box":{"note":"x","quiet":null}}`), get},
		"a part on request is cleared alone":            {post(1, `{"box":{"quiet":"y"}}`), put(`{"box":{"quiet":null}}`), get},
		"a part on request is kept beside another":      {post(1, `{"box":{"note":"x","quiet":"y"}}`), put(`{"box":{"size":null}}`), get},
		"a value with a part on request is cleared":     {post(1, `{"box":{"quiet":"y"}}`), put(`{"box":null}`), get},
		"a value and a part of it on request":           {post(1, `{"box":{"note":"x","quiet":"y"}}`), list("attributes=" + urnCustom + ":box," + urnCustom + ":box.quiet")},
		"a part of it on request and a value":           {post(1, `{"box":{"note":"x","quiet":"y"}}`), list("attributes=" + urnCustom + ":box.quiet," + urnCustom + ":box")},
		"replace of a member that is none":              {post(1, `{}`), group(2, ""), members(`{"op":"replace","path":"members[value eq \"{{1}}\"]","value":{"value":"{{1}}"}}`)},
		"replace of a member that is one":               {post(1, `{}`), group(2, `{"value":"{{1}}"}`), members(`{"op":"replace","path":"members[value eq \"{{1}}\"]","value":{"value":"{{1}}"}}`)},
		"replace of a member that was just added":       {post(1, `{}`), group(2, ""), members(`{"op":"add","path":"members","value":[{"value":"{{1}}"}]},{"op":"replace","path":"members[value eq \"{{1}}\"]","value":null}`)},
		"replace of a member that was just removed":     {post(1, `{}`), group(2, `{"value":"{{1}}"}`), members(`{"op":"remove","path":"members"},{"op":"replace","path":"members[value eq \"{{1}}\"]","value":{"value":"{{1}}"}}`)},
		"replace of no element with null":               {post(1, `{"items":[{"value":"a"}]}`), patch(`{"op":"replace","path":"` + urnCustom + `:items[value eq \"b\"]","value":null}`)},
		"replace of a part of no element with null":     {post(1, `{"items":[{"value":"a"}]}`), patch(`{"op":"replace","path":"` + urnCustom + `:items[value eq \"b\"].label","value":null}`)},
		"add of a value that is there but for case":     {post(1, `{"tags":["Alpha"]}`), patch(`{"op":"add","path":"` + urnCustom + `:tags","value":["alpha"]}`)},
		"add of an element that is there but for case":  {post(1, `{"items":[{"value":"Alpha","type":"a"}]}`), patch(`{"op":"add","path":"` + urnCustom + `:items","value":[{"value":"alpha","type":"A"}]}`)},
		"add of a part to an element but for case":      {post(1, `{"items":[{"value":"Alpha"}]}`), patch(`{"op":"add","path":"` + urnCustom + `:items","value":[{"value":"alpha","n":5}]}`)},
		"add of an element without a value":             {post(1, `{"items":[{"type":"Alpha","n":1}]}`), patch(`{"op":"add","path":"` + urnCustom + `:items","value":[{"type":"alpha","n":1},{"type":"alpha"}]}`)},
		"add of a list in a part but for case":          {post(1, `{"box":{"tags":["Alpha"]}}`), patch(`{"op":"add","path":"` + urnCustom + `:box","value":{"tags":["alpha"]}}`), patch(`{"op":"add","path":"` + urnCustom + `:box.tags","value":["ALPHA"]}`)},
		"add of an exact value in another case":         {post(1, `{"codes":["Alpha"]}`), patch(`{"op":"add","path":"` + urnCustom + `:codes","value":["alpha"]}`)},
		"parts of what is always returned are excluded": {post(1, `{"shown":{"note":"x","value":"y"}}`), list("excludedAttributes=" + urnCustom + ":shown," + urnCustom + ":shown.note")},
		"a bare value on request":                       {post(1, `{"shown":"y"}`), put(`{"shown":"z"}`)},
		"a filter makes no part that is read-only":      {post(1, `{}`), patch(`{"op":"add","path":"` + urnCustom + `:marks[value eq \"x\"].label","value":"y"}`)},
		"a bare value that is read-only":                {post(1, `{"marks":[{"label":"x"}]}`), patch(`{"op":"replace","path":"` + urnCustom + `:marks","value":5}`), put(`{"marks":"y"}`)},
		"a member whose displayName is empty": {
			{n: 1, method: "POST", path: "Users", body: `{"schemas":["` + urnUser + `"],"userName":"a","displayName":""}`}, group(2, `{"value":"{{1}}"}`), {method: "GET", path: "Groups/{{2}}"},
		},
		"a member whose displayName becomes empty": {
			{n: 1, method: "POST", path: "Users", body: `{"schemas":["` + urnUser + `"],"userName":"a","displayName":"b"}`}, group(2, `{"value":"{{1}}"}`),
			patch(`{"op":"replace","path":"displayName","value":""}`), {method: "GET", path: "Groups/{{2}}"},
		},
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
