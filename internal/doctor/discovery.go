package doctor

import (
	"context"
	"net/http"
	"strings"
)

// usable returns the token for discovery; ok is false, and the check is skipped, if there is none to use.
func (r *run) usable() (token string, ok bool) {
	if r.unusable != "" {
		r.skip("%s", r.unusable)
		return "", false
	}
	if r.secret != "" {
		return "", true
	}
	return r.Token, true
}

// document reads a document of discovery.
func (r *run) document(ctx context.Context, path, urn string) *answer {
	token, ok := r.usable()
	if !ok {
		return nil
	}
	a := r.scim(ctx, path, nil, token)
	switch {
	case a == nil:
	case a.status == http.StatusUnauthorized && token == "":
		r.skip("it needs a token")
	case a.status != http.StatusOK || !a.has(urn):
		found, todo := r.stranger(a)
		if found == "" {
			found, todo = "the answer is "+http.StatusText(a.status)+": "+a.text("detail"), "the operator must look at the log of the service"
		}
		r.add(Fail, todo, "%s", found)
	default:
		return a
	}
	return nil
}

func (r *run) providerConfig(ctx context.Context) {
	a := r.document(ctx, "/ServiceProviderConfig", urnConfig)
	if a == nil {
		return
	}
	var can, ways []string
	for _, feature := range []string{"patch", "bulk", "filter", "sort", "etag"} {
		if m, _ := a.members()[feature].(map[string]any); m["supported"] == true {
			can = append(can, feature)
		}
	}
	schemes, _ := a.members()["authenticationSchemes"].([]any)
	for _, s := range schemes {
		m, _ := s.(map[string]any)
		if name, ok := m["type"].(string); ok {
			ways = append(ways, line(name))
		}
	}
	if len(can) == 0 || can[0] != "patch" {
		r.add(Warn, "the operator must look why: identity providers change groups by PATCH", "PATCH is not offered")
		return
	}
	r.ok("%s; %s", strings.Join(can, ", "), strings.Join(ways, ", "))
}

func (r *run) resourceTypes(ctx context.Context) { r.listed(ctx, "/ResourceTypes", "User", "name") }

func (r *run) schemas(ctx context.Context) { r.listed(ctx, "/Schemas", urnUser, "id") }

// listed checks that a list of discovery has an element.
func (r *run) listed(ctx context.Context, path, want, member string) {
	a := r.document(ctx, path, urnList)
	if a == nil {
		return
	}
	var names []string
	list, _ := a.members()["Resources"].([]any)
	has := false
	for _, e := range list {
		m, _ := e.(map[string]any)
		id, _ := m[member].(string)
		name, _ := m["name"].(string)
		has = has || id == want
		names = append(names, line(name))
	}
	if !has {
		r.add(Fail, "the operator must look at the schemas of the tenant: scimstack tenant show "+r.tenant, "%s does not list %s", path, want)
		return
	}
	r.ok("%s", strings.Join(names, ", "))
}

// search looks at the answer to the search for a name that no person has, which an identity provider sends first.
func (r *run) search(context.Context) {
	switch {
	case r.Token == "":
		r.skip("it needs a token")
		return
	case r.secret != "":
		r.skip("%s", r.secret)
		return
	case r.unusable != "":
		r.skip("%s", r.unusable)
		return
	case r.found == nil || r.found.status != http.StatusOK:
		r.skip("the token may not read users")
		return
	}
	total, isNumber := r.found.members()["totalResults"].(float64)
	switch {
	case !r.found.has(urnList) || !isNumber:
		r.add(Fail, "the operator must look at what changes the answers of the service", "the answer is no list of SCIM: %s", line(string(r.found.body)))
	case total != 0:
		r.add(Fail, "the operator must look at what is before the service: it drops the query of requests", "a search for a name that no person has finds %v", total)
	default:
		r.ok("userName eq a random name finds nothing, in %d ms", r.found.took.Milliseconds())
	}
}
