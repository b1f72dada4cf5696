package histories

import (
	"fmt"
	"slices"
	"strings"
)

// legacyGroup is a schema that Entra names in the groups that it creates.
const legacyGroup = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

// sent is a request in a form that an identity provider is known to send, which the grammar of random requests makes
// seldom or never: steps of one user's life, and spellings.
func (r *random) sent(n int) request {
	switch {
	case r.chance(0.3) && len(r.users) > 0:
		return r.life(n)
	case r.custom && r.chance(0.25):
		return r.device(n)
	case r.chance(0.25):
		return r.spelled(n)
	case r.chance(0.3):
		return r.conditional(request{method: "PATCH", path: "Groups/" + r.group(), body: patchBody(r.sentGroupOp())})
	case r.chance(0.2):
		return request{method: "GET", path: r.probe()}
	}
	return r.conditional(request{method: "PATCH", path: "Users/" + r.user(), body: patchBody(r.sentUserOps()...)})
}

func patchBody(ops ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(ops, ",") + `]}`
}

// life is a step in the life of a user: leaver, joiner, renamed, or deleted and created again with the same name.
func (r *random) life(n int) request {
	id := pick(r, r.users...)
	name := r.named[id]
	if name == "" {
		name = r.userName()
	}
	active := pick(r, "true", "false")
	whole := `{"schemas":["` + core + `"],"userName":` + name + `,"externalId":"00u` + fmt.Sprint(r.IntN(9)) + `","active":` + active + `}`
	switch r.IntN(6) {
	case 0:
		return request{method: "PATCH", path: "Users/" + id, body: patchBody(`{"op":"replace","value":{"active":` + active + `}}`)}
	case 1:
		return request{method: "PUT", path: "Users/" + id, body: whole}
	case 2: // in case only, which is no other name
		name = `"` + pick(r, strings.ToUpper, strings.ToLower)(strings.Trim(name, `"`)) + `"`
		r.named[id] = name
		return request{method: "PATCH", path: "Users/" + id, body: patchBody(`{"op":"replace","path":"` + pick(r, "userName", core+":userName") + `","value":` + name + `}`)}
	case 3:
		r.left = append(r.left, name)
		r.users = slices.DeleteFunc(slices.Clone(r.users), func(u string) bool { return u == id })
		return request{method: "DELETE", path: "Users/" + id}
	case 4:
		return request{method: "PATCH", path: "Users/" + id, body: patchBody(`{"op":"replace","path":"externalId","value":"00u`+fmt.Sprint(r.IntN(9))+`"}`, `{"op":"Replace","path":"active","value":"`+pick(r, "True", "False")+`"}`)}
	}
	if len(r.left) > 0 {
		name = r.left[len(r.left)-1]
		whole = strings.Replace(whole, `"userName":`, `"title":"again","userName":`, 1)
		whole = strings.Replace(whole, r.nameIn(whole), name, 1)
	}
	created := fmt.Sprintf("{{%d}}", n)
	r.users = append(r.users, created)
	r.named[created] = name
	return request{method: "POST", path: "Users", body: whole}
}

// nameIn is the userName of a body, as in JSON.
func (*random) nameIn(body string) string {
	_, rest, _ := strings.Cut(body, `"userName":`)
	name, _, _ := strings.Cut(rest, ",")
	return name
}

// sentUserOps are the operations of one PATCH of a user.
func (r *random) sentUserOps() []string {
	manager := enterprise + ":manager"
	switch r.IntN(9) {
	case 0: // the manager as a string, in a list, without the URN, and removed in several forms
		return []string{pick(r, `{"op":"Add","path":"`+manager+`","value":"`+r.user()+`"}`, `{"op":"replace","path":"`+manager+`","value":[{"value":"`+r.user()+`"}]}`,
			`{"op":"replace","path":"manager","value":"`+r.user()+`"}`, `{"op":"replace","path":"`+manager+`.value","value":"`+r.user()+`"}`,
			`{"op":"add","path":"`+manager+`","value":{"$ref":"../Users/`+r.user()+`","value":"`+r.user()+`"}}`)}
	case 1:
		return []string{pick(r, `{"op":"Remove","path":"`+manager+`"}`, `{"op":"remove","path":"`+manager+`","value":""}`, `{"op":"replace","path":"`+manager+`","value":""}`,
			`{"op":"replace","path":"`+manager+`.value","value":""}`, `{"op":"replace","value":{"`+manager+`":null}}`)}
	case 2: // several sub-attributes of an element that is there or not
		typ, list := pick(r, "work", "home", "Work"), pick(r, "addresses", "emails", "phoneNumbers", core+":addresses")
		sub := pick(r, "streetAddress", "locality", "value", "display", "Value")
		return []string{`{"op":"Add","path":"` + list + `[type eq \"` + typ + `\"].` + sub + `","value":` + r.text() + `}`,
			`{"op":"Replace","path":"` + list + `[TYPE Eq \"` + typ + `\"].country","value":` + r.text() + `}`, `{"op":"replace","path":"` + list + `[type eq \"` + typ + `\"].primary","value":"True"}`}
	case 3:
		return []string{pick(r, `{"op":"add","path":"roles[primary eq \"True\"].value","value":`+r.text()+`}`, `{"op":"add","path":"roles","value":[{"value":"{\"id\":\"1\",\"value\":\"Admin\",\"displayName\":\"A\"}"}]}`,
			`{"op":"replace","path":"emails[primary eq true].value","value":"b@example.com"}`, `{"op":"replace","path":"emails[value ne \"a@example.com\" and type sw \"w\"].display","value":"x"}`,
			`{"op":"remove","path":"emails[not (type eq \"work\") or value co \"@X\"]"}`, `{"op":"remove","path":"emails[type pr]","value":null}`)}
	case 4: // the keys of a value are paths
		return []string{`{"op":"replace","value":{"name.givenName":` + r.text() + `,"emails[type eq \"work\"].value":"c@x.org","` + enterprise + `:department":` + r.text() + `,"title":` + r.text() + `,"active":"` + pick(r, "True", "False") + `"}}`}
	case 5:
		return []string{`{"op":"replace","path":"` + enterprise + `","value":{"department":` + r.text() + `,"costCenter":""}}`, `{"op":"add","path":"` + enterprise + `:employeeNumber","value":` + pick(r, "7", `"7"`, `["7"]`) + `}`}
	case 6: // all values of a list
		return []string{`{"op":"replace","path":"emails","value":` + pick(r, `[{"value":"a@example.com","type":"work","primary":true},{"value":"b@example.com","type":"home","primary":true}]`, `[]`, `{"value":"a@example.com"}`, `"a@example.com"`) + `}`}
	case 7:
		return []string{`{"op":"Replace","path":"name.Formatted","value":` + r.text() + `}`, `{"op":"Replace","path":"displayName","value":` + r.text() + `}`, `{"op":"remove","path":"` + core + `:nickName"}`}
	}
	return []string{`{"op":"add","value":` + r.attributesOf() + `}`, `{"op":"remove","path":"title"}`, `{"op":"add","path":"title","value":` + r.text() + `}`}
}

// sentGroupOp is an operation of a PATCH of a group.
func (r *random) sentGroupOp() string {
	u := r.user()
	return pick(r, `{"op":"Add","path":"members","value":[{"$ref":null,"value":"`+u+`"}]}`, `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"`+u+`"}]}`,
		`{"op":"Remove","path":"members[value eq \"`+u+`\"]"}`, `{"op":"remove","path":"members[VALUE EQ \"`+u+`\"]"}`, `{"op":"remove","path":"members[value sw \"0\" and type eq \"User\"]"}`,
		`{"op":"add","path":"members","value":{"members":[{"value":"`+u+`"}]}}`, `{"op":"add","value":{"members":[{"value":"`+u+`","display":null}]}}`,
		`{"op":"replace","value":{"members":[{"value":"`+u+`"}]}}`, `{"op":"replace","path":"members","value":[{"value":"`+u+`"}]}`, `{"op":"replace","path":"members","value":[]}`,
		`{"op":"add","path":"members","value":"`+u+`"}`, `{"op":"remove","path":"members","value":null}`, `{"op":"remove","path":"members","value":[]}`,
		`{"op":"replace","value":{"id":"`+r.group()+`","displayName":`+r.groupName()+`}}`, `{"op":"remove","value":{"members":[{"value":"`+u+`"}]}}`)
}

// probe is a search that looks for what is there before something is created.
func (r *random) probe() string {
	name := strings.Trim(pick(r, append(slices.Clone(r.names), `"stranger"`)...), `"`)
	return pick(r, `Users?filter=userName+eq+%22`+name+`%22`, `Users/?filter=userName%20eq%20%22`+strings.ToUpper(name)+`%22&startIndex=1&count=100`, `Users?filter=`+core+`:userName+Eq+"`+name+`"&`,
		`Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22a@example.com%22`, `Users?filter=externalId+eq+%2200u1%22&attributes=id`, `Users?filter=userName+eq+`+name,
		`Users?filter=id+eq+%22`+r.user()+`%22+and+manager+eq+%22`+r.user()+`%22&attributes=id`, `Groups?excludedAttributes=members&filter=displayName+eq+%22g1%22`,
		`Groups?filter=id+eq+%22`+r.group()+`%22+and+members+eq+%22`+r.user()+`%22`, `Groups/`+r.group()+`?excludedAttributes=members`, `Users?filter=meta.lastModified+gt+%22{{at+`+fmt.Sprint(1+r.IntN(40))+`}}%22`,
		`Groups?filter=meta.lastModified+ge+%22{{at+`+fmt.Sprint(1+r.IntN(40))+`}}%22&sortBy=meta.lastModified`, `Users?count=2&cursor=`, `//Users?startIndex=2&count=2`, `Users?filter=active+eq+%22False%22`,
		`Users?filter=groups.value+eq+%22`+r.group()+`%22+or+not+(userName+pr)`, `ServiceProviderConfig`, `ResourceTypes`)
}

// spelled creates a user or a group in a spelling of an identity provider, or with a name that is there.
func (r *random) spelled(n int) request {
	created := fmt.Sprintf("{{%d}}", n)
	if r.chance(0.5) {
		r.groups = append(r.groups, created)
		name := pick(r, `"first 4"`, `"First 5"`, r.groupName())
		return request{method: "POST", path: "Groups", body: pick(r, `{"schemas":["`+coreGroup+`","`+legacyGroup+`"],"externalId":"e`+fmt.Sprint(r.IntN(5))+`","displayName":`+name+`,"meta":{"resourceType":"Group"}}`,
			`{"schemas":["`+coreGroup+`"],"displayName":`+name+`,"members":[]}`, `{"displayName":`+name+`,"members":{"value":"`+r.user()+`"}}`, `{"Schemas":["urn:scim:schemas:core:1.0"],"DISPLAYNAME":`+name+`,"members":["`+r.user()+`"]}`)}
	}
	name := r.userName()
	r.users = append(r.users, created)
	r.named[created] = name
	rest := pick(r, `"emails":{"value":"a@example.com","type":"work"}`, `"active":"True","roles":[],"meta":{"resourceType":"User"}`, `"id":null,"title":"","nickName":null,"active":"False"`,
		`"emails":["a@example.com"],"groups":[]`, `"`+enterprise+`":{"manager":"`+r.user()+`","department":""}`, `"`+strings.ToUpper(enterprise)+`":{"MANAGER":{"VALUE":"`+r.user()+`"}}`,
		`"addresses":[{"type":"work"}],"phoneNumbers":[{"value":"1","primary":true},{"value":"2","primary":true}]`, `"password":"secret","externalId":"00u1"`, `"manager":"`+r.user()+`"`)
	schemas := pick(r, `["`+core+`"]`, `["`+core+`","`+enterprise+`"]`, `["urn:scim:schemas:core:2.0"]`, `[]`)
	return request{method: "POST", path: pick(r, "Users", "Users", "Users/", "/Users"[1:]+"?"), body: `{"schemas":` + schemas + `,"userName":` + name + `,` + rest + `}`}
}

// device is a request about a resource type of the tenant's own.
func (r *random) device(n int) request {
	const schemas = `"schemas":["urn:example:schemas:Device","urn:example:schemas:Asset"]`
	serial := pick(r, `"S1"`, `"s1"`, `"S2"`, `"S3"`, `"S4"`)
	body := `{` + schemas + `,"serial":` + serial + `,"model":` + r.text() + `,"secret":"x","os":{"name":` + r.text() + `},"urn:example:schemas:Asset":{"number":"` + fmt.Sprint(r.IntN(9)) + `"}}`
	id := r.one(r.devices, "nosuchdevice")
	switch {
	case len(r.devices) == 0 || r.chance(0.2):
		r.devices = append(r.devices, fmt.Sprintf("{{%d}}", n))
		return request{method: "POST", path: "Devices", body: body}
	case r.chance(0.2):
		return r.conditional(request{method: "PUT", path: "Devices/" + id, body: body})
	case r.chance(0.4):
		return r.conditional(request{method: "PATCH", path: "Devices/" + id + r.projection("?"), body: patchBody(pick(r, `{"op":"replace","path":"serial","value":`+serial+`}`, `{"op":"replace","value":{"os.version":`+r.text()+`,"model":""}}`,
			`{"op":"replace","path":"urn:example:schemas:Asset:number","value":"5"}`, `{"op":"remove","path":"urn:example:schemas:Asset"}`, `{"op":"add","path":"secret","value":`+r.text()+`}`, `{"op":"remove","path":"os"}`))})
	case r.chance(0.25):
		return r.conditional(request{method: "DELETE", path: "Devices/" + id})
	}
	return request{method: "GET", path: pick(r, "Devices/"+id, "Devices?filter=serial+eq+%22S1%22", "Devices?filter=model+co+%22a%22+and+os.name+pr&sortBy=model", "Devices?sortBy=serial&count=2", "?filter=model+pr+or+title+pr", "Devices?count=1&cursor=", "Devices?filter=urn:example:schemas:Asset:number+gt+%224%22")}
}
