package httpapi

import (
	"net/http"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// serve is the request flow: path, credential, endpoint, method (design §4).
func (h *handler) serve(req *request) (*response, error) {
	tenantName, segments, err := h.locate(req.http, req.parts[:0])
	if err != nil {
		return nil, err
	}
	req.segments = segments
	if len(segments) == 1 && isConfig(segments[0]) && h.mounted("ServiceProviderConfig") {
		return h.config(req, tenantName)
	}
	if err := h.authenticate(req, tenantName); err != nil {
		return nil, err
	}
	if h.o.Admit != nil {
		if wait, ok := h.o.Admit(req.tenant); !ok {
			e := scim.NewError(scim.CodeThrottled, "too many requests of this tenant; wait and try again")
			e.RetryAfter = max(wait, time.Second)
			return nil, e
		}
	}
	if err := req.tenant.Serves(); err != nil {
		return nil, err
	}
	if req.params, err = parameters(req.http.URL.RawQuery); err != nil {
		return nil, err
	}
	return h.route(req)
}

// isConfig also takes the plural that old clients use (AM-45).
func isConfig(s string) bool {
	return strings.EqualFold(s, "ServiceProviderConfig") || strings.EqualFold(s, "ServiceProviderConfigs")
}

func (h *handler) mounted(endpoint string) bool { return h.only == nil || h.only[endpoint] }

// mountedType tells whether a type is served; "*" in Options.Only stands for all types that a
// tenant defines.
func (h *handler) mountedType(rt *schema.ResourceType) bool {
	custom := rt.Name != schema.TypeUser && rt.Name != schema.TypeGroup
	return h.mounted(strings.TrimPrefix(rt.Endpoint, "/")) || custom && h.mounted("*")
}

func (h *handler) route(req *request) (*response, error) {
	s := req.segments
	switch {
	case len(s) == 0:
		return h.singleMethod("", req, h.rootGet, http.MethodGet)
	case len(s) == 1 && strings.EqualFold(s[0], ".search"):
		return h.singleMethod("", req, h.rootSearch, http.MethodPost)
	case len(s) == 1 && strings.EqualFold(s[0], "Bulk"):
		return h.singleMethod("Bulk", req, h.bulk, http.MethodPost)
	case len(s) <= 2 && strings.EqualFold(s[0], "Me"):
		return h.me(req)
	case len(s) <= 2 && strings.EqualFold(s[0], "ResourceTypes"):
		return h.singleMethod("ResourceTypes", req, h.resourceTypes, http.MethodGet)
	case len(s) <= 2 && strings.EqualFold(s[0], "Schemas"):
		return h.singleMethod("Schemas", req, h.schemas, http.MethodGet)
	}
	rt := req.typed()
	if rt == nil || !h.mountedType(rt) {
		return nil, errNoEndpoint()
	}
	req.record.Type = rt.Name
	switch {
	case len(s) == 1:
		return h.collection(req, rt)
	case len(s) == 2 && strings.EqualFold(s[1], ".search"):
		return h.singleMethod("", req, func(r *request) (*response, error) { return h.typeSearch(r, rt) }, http.MethodPost)
	case len(s) == 2:
		return h.item(req, req.target(rt, s[1]))
	}
	return nil, errNoEndpoint()
}

func errNoEndpoint() *scim.Error { return scim.NewError(scim.CodeEndpoint, "no such endpoint") }

func notAllowed(allow string) *scim.Error {
	e := scim.NewError(scim.CodeMethod, "this endpoint offers %s", allow)
	e.Allow = allow
	return e
}

// singleMethod serves an endpoint that has one method; GET includes HEAD.
func (h *handler) singleMethod(endpoint string, req *request, serve func(*request) (*response, error), method string) (*response, error) {
	if endpoint != "" && !h.mounted(endpoint) || endpoint == "" && len(req.segments) < 2 && !h.mounted("*") {
		return nil, errNoEndpoint()
	}
	if err := req.untagged(); err != nil {
		return nil, err
	}
	got := req.http.Method
	if got == method || got == http.MethodHead && method == http.MethodGet {
		return serve(req)
	}
	if method == http.MethodGet {
		return nil, notAllowed("GET, HEAD")
	}
	return nil, notAllowed(method)
}

// me serves the user that the token is linked to; other tokens have no /Me (RFC 7644 §3.11).
func (h *handler) me(req *request) (*response, error) {
	if !h.mounted("Users") || len(req.segments) > 1 {
		return nil, errNoEndpoint()
	}
	rt := req.tenant.Types.ByName(schema.TypeUser)
	if req.principal.UserID == "" || rt == nil {
		return nil, scim.NewError(scim.CodeMe, "this token is not linked to a user; use /Users")
	}
	req.record.Type = rt.Name
	if req.http.Method == http.MethodPost {
		return nil, notAllowed("GET, HEAD, PUT, PATCH, DELETE")
	}
	return h.item(req, req.target(rt, req.principal.UserID))
}
