package histories

// operated is where the operator finds the tenant.
const operated = "/admin/v1/tenants/{{tenant}}"

// operator is an action between the requests of an identity provider: settings and schemas change, a token is rotated, the
// tenant is paused, the service is started again.
func (r *random) operator() request {
	switch {
	case r.chance(0.25):
		return request{method: restart}
	case r.chance(0.1):
		return request{method: "POST", path: operated + "/pause", body: pick(r, `{"reason":"moving"}`, `{"reason":"moving","retryAfterSeconds":60}`)}
	case r.chance(0.15):
		return request{method: "POST", path: operated + "/tokens/{{key}}/rotate", body: pick(r, `{"grace":"0"}`, `{"grace":"24h"}`, `{}`)}
	case r.chance(0.16):
		return request{method: "GET", path: operated + pick(r, "", "/tokens", "/schemas")}
	case r.custom && r.chance(0.2):
		return request{method: "POST", path: operated + "/schemas", body: `{"documents":[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"` + badge + `","name":"Badge","attributes":[{"name":"plain"` +
			pick(r, `,"caseExact":true`, `,"multiValued":true`, "", `,"returned":"request"`) + `},{"name":"added"}]}]}`}
	}
	return request{method: "PATCH", path: operated, body: "{" + pick(r, `"mode":"strict"`, `"mode":"tolerant"`, `"idp":"okta"`, `"idp":"entra"`, `"idp":"google"`, `"idp":""`, `"sharedGroupNames":true`, `"sharedGroupNames":false`,
		`"uniqueExternalId":true`, `"uniqueExternalId":false`, `"noPassword":true`, `"sensitiveFilters":true`, `"sensitiveFilters":false`, `"keepValues":true`, `"skipReads":true`, `"skipReads":false`, `"noLog":true`, `"noLog":false`,
		`"indexes":["title","userType"]`, `"indexes":[]`, `"rules":{"emails.value":"refuse"}`, `"rules":{"emails.value":null,"locale":"note"}`, `"limits":{"maxResults":2}`, `"limits":{"maxMembers":2,"maxValues":2}`,
		`"limits":{"maxResults":0,"maxValues":0,"maxMembers":0}`, `"limits":{"maxPatchOps":2,"maxOperations":2}`, `"nosuch":1`) + "}"}
}
