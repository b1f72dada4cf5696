//go:build unix

package suite_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// costlies are requests that once cost seconds or gigabytes, and their neighbours.
func costlies() []costly {
	list := func(name string, n int, body func(n int) string) costly {
		return costly{shape: shape{name, n, 0, post(body)}}
	}
	values := func(attr, value, sub string) func(int) string {
		return func(n int) string {
			return `"` + attr + `":[` + join(n, ",", func(i int) string {
				return `{"value":"` + value + `",` + strings.ReplaceAll(sub, "%d", fmt.Sprint(i)) + `}`
			}) + `]`
		}
	}
	sharp := textOf("ß", 300)
	var out []costly
	for _, attr := range []string{"roles", "entitlements", "emails", "ims"} {
		out = append(out,
			list("one long value of many types: "+attr, 250, values(attr, sharp, `"type":"t%d"`)),
			list("long values that are refused: "+attr, 225, values(attr, textOf("ß", 5000)+"%d", `"type":"t"`)),
			list("elements without a value: "+attr, 225, func(n int) string {
				return `"` + attr + `":[` + join(n, ",", func(i int) string { return fmt.Sprintf(`{"display":"%s%d"}`, sharp, i) }) + `]`
			}))
	}
	out = append(out,
		list("a long displayName", 1<<20, func(n int) string {
			return `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"displayName":"` + textOf("ﷺ", n) + `"`
		}),
		list("a long e-mail", 1<<20, func(n int) string {
			return `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"emails":[{"value":"` + textOf("ﷺ", n) + `"}]`
		}),
		list("a long title", 1<<20, func(n int) string { return `"title":"` + textOf("ﷺ", n) + `"` }),
		list("unknown names", 100_000, func(n int) string { return join(n, ",", func(i int) string { return fmt.Sprintf(`"z%d":1`, i) }) }),
		list("unknown sub-attributes", 100_000, func(n int) string {
			return `"emails":[{` + join(n, ",", func(i int) string { return fmt.Sprintf(`"z%d":1`, i) }) + `}]`
		}))
	out = append(out, costly{shape: shape{"PUT that clears hidden parts", 225, 0, func(c *client, n int) request {
		body := func(secret string) string {
			return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:hidden"],"userName":"hidden","urn:example:hidden":{"items":[` +
				join(n, ",", func(i int) string { return fmt.Sprintf(`{"value":"v%d","secret":%s}`, i, secret) }) + `]}}`
		}
		return request{"PUT", "/Users/" + c.create("/Users", body(`"s"`)), body("null")}
	}}, settings: hiddenParts})
	for _, op := range []string{
		`{"op":"remove","path":"emails[value co \"q%d\"]"}`,
		`{"op":"remove","path":"emails[not (value pr) and type sw \"q%d\"]"}`,
		`{"op":"replace","path":"emails[value pr].display","value":"z%d"}`,
		`{"op":"replace","path":"emails[value pr].primary","value":false}`,
		`{"op":"remove","path":"emails[value pr].display"}`,
		`{"op":"remove","path":"emails","value":[{"primary":true}]}`,
		`{"op":"remove","path":"emails[value pr]","value":[{"value":"q%d"}]}`,
		`{"op":"replace","path":"emails[value eq \"%d@x\"].display","value":"z%d"}`,
		`{"op":"replace","path":"emails","value":["a%d@x","b@x","c@x"]}`,
		`{"op":"replace","path":"title","value":"z%d"}`,
	} {
		out = append(out, costly{shape: shape{"operations " + op, 2500, 0, onMails(op)}})
	}
	many := func(op string) func(*client, int) request {
		return onMails(fmt.Sprintf(op, join(900, ",", func(i int) string { return fmt.Sprintf(`"q%d-%%d"`, i) })))
	}
	out = append(out,
		costly{shape: shape{"operations with many values", 75, 0, many(`{"op":"remove","path":"emails[value pr]","value":[%s]}`)}, mib: 128},
		costly{shape: shape{"lists that replace each other", 75, 0, many(`{"op":"replace","path":"emails","value":[%s]}`)}, mib: 110},
		costly{shape: shape{"paths of many terms", 60, 0, func(c *client, n int) request {
			id := c.create("/Users", newUser(","+withMails(900)))
			path := join(n, " or ", func(i int) string { return fmt.Sprintf(`value co \"z%d\"`, i) })
			return request{"PATCH", "/Users/" + id, patchBody(join(700, ",", func(int) string { return `{"op":"remove","path":"emails[` + path + `]"}` }))}
		}}, mib: 110})
	for _, op := range []string{
		`{"op":"remove","path":"members[type eq \"q%d\"]"}`,
		`{"op":"remove","path":"members[display co \"q%d\"]"}`,
		`{"op":"remove","path":"members[type eq \"User\" and value eq \"q%d\"]"}`,
		`{"op":"remove","path":"members[value eq \"q%d\"]"}`,
		`{"op":"remove","path":"members"}`,
	} {
		out = append(out, costly{shape: shape{"operations " + op, 1000, 0, onGroup(op)}})
	}
	search := func(name string, n, users int, rest func(n int) string) costly {
		return costly{shape: shape{name, n, users, searchFor(rest)}}
	}
	terms := func(term string) func(int) string {
		return func(n int) string {
			return `"filter":"` + join(n, " or ", func(i int) string { return strings.ReplaceAll(term, "%d", fmt.Sprint(i)) }) + `"`
		}
	}
	lookUps := search("look-ups", 60, 100, terms(`userName eq \"u%d\"`))
	lookUps.calls = 256 // one for each term, of which a filter has 256
	return append(out, lookUps,
		search("a prefix of many forms", 2000, 100, func(n int) string { return `"filter":"userName sw \"` + strings.Repeat("s", n-20) + `\""` }),
		search("terms on a long value", 60, 0, func(n int) string { return terms(`title co \"ß%d\"`)(n) }),
		search("names", 100_000, 100, func(n int) string { return `"attributes":[` + join(n, ",", func(int) string { return `"a"` }) + `]` }),
		search("names in a string", 400_000, 100, func(n int) string { return `"excludedAttributes":"` + strings.Repeat("a,", n) + `"` }),
		costly{shape: shape{"bulk: circles of all with all", 20, 0, func(_ *client, n int) request {
			return request{"POST", "/Bulk", bulkBody(join(n, ",", func(i int) string {
				refs := join(20, ",", func(k int) string { return fmt.Sprintf(`{"value":"bulkId:%d"}`, (i+k+1)%n) })
				return fmt.Sprintf(`{"method":"POST","path":"/Groups","bulkId":"%d","data":{"displayName":%q,"members":[%s]}}`, i, newName(), refs)
			}))}
		}}, calls: 2 * 80})
}

// hiddenParts gives users a list whose elements have a part that no answer shows.
func hiddenParts(set *tenant.Settings) {
	rt := *schema.UserType()
	rt.Extensions = append(slices.Clone(rt.Extensions), schema.Extension{Schema: schema.NewSchema("urn:example:hidden", "Hidden", "",
		&schema.Attribute{Name: "items", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{
			{Name: "value"}, {Name: "secret", Returned: schema.Never, Mutability: schema.WriteOnly},
		}})})
	set.Types = []*schema.ResourceType{&rt, schema.GroupType()}
}
