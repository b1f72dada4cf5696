package scim

import (
	"net/http"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// serve is the way of a request: path, credential, endpoint, method (design §4).
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
			e := errorf(CodeThrottled, "too many requests of this tenant; wait and try again")
			e.RetryAfter = max(wait, time.Second)
			return nil, e
		}
	}
	return h.route(req)
}

// isConfig also takes the plural that old clients use (AM-45).
func isConfig(s string) bool {
	return strings.EqualFold(s, "ServiceProviderConfig") || strings.EqualFold(s, "ServiceProviderConfigs")
}

func (h *handler) mounted(endpoint string) bool { return h.only == nil || h.only[endpoint] }

// mountedType: "*" in Only stands for all types that a tenant defines.
func (h *handler) mountedType(rt *schema.ResourceType) bool {
	custom := rt.Name != "User" && rt.Name != "Group"
	return h.mounted(strings.TrimPrefix(rt.Endpoint, "/")) || custom && h.mounted("*")
}

func (h *handler) route(req *request) (*response, error) {
	s := req.segments
	switch {
	case len(s) == 0:
		return h.only1("", req, h.rootGet, http.MethodGet)
	case len(s) == 1 && strings.EqualFold(s[0], ".search"):
		return h.only1("", req, h.rootSearch, http.MethodPost)
	case len(s) == 1 && strings.EqualFold(s[0], "Bulk"):
		return h.only1("Bulk", req, h.bulk, http.MethodPost)
	case len(s) <= 2 && strings.EqualFold(s[0], "Me"):
		return h.me(req)
	case len(s) <= 2 && strings.EqualFold(s[0], "ResourceTypes"):
		return h.only1("ResourceTypes", req, h.resourceTypes, http.MethodGet)
	case len(s) <= 2 && strings.EqualFold(s[0], "Schemas"):
		return h.only1("Schemas", req, h.schemas, http.MethodGet)
	}
	rt := req.typed()
	if rt == nil || !h.mountedType(rt) {
		return nil, errNoEndpoint()
	}
	req.rec.Type = rt.Name
	switch {
	case len(s) == 1:
		return h.collection(req, rt)
	case len(s) == 2 && strings.EqualFold(s[1], ".search"):
		return h.only1("", req, func(r *request) (*response, error) { return h.typeSearch(r, rt) }, http.MethodPost)
	case len(s) == 2:
		return h.item(req, rt, s[1])
	}
	return nil, errNoEndpoint()
}

func errNoEndpoint() *Error { return errorf(CodeEndpoint, "no such endpoint") }

func notAllowed(allow string) *Error {
	e := errorf(CodeMethod, "this endpoint offers %s", allow)
	e.Allow = allow
	return e
}

// only1 serves an endpoint with a single method (GET brings HEAD along).
func (h *handler) only1(endpoint string, req *request, serve func(*request) (*response, error), method string) (*response, error) {
	if endpoint != "" && !h.mounted(endpoint) || endpoint == "" && len(req.segments) < 2 && !h.mounted("*") {
		return nil, errNoEndpoint()
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

func (h *handler) collection(req *request, rt *schema.ResourceType) (*response, error) {
	switch req.http.Method {
	case http.MethodGet, http.MethodHead:
		req.rec.Operation = "search"
		if err := req.allow(Read, rt.Name); err != nil {
			return nil, err
		}
		values := parseQuery(req.http.URL.RawQuery)
		q, err := queryOf(values)
		if err != nil {
			return nil, err
		}
		q.Types = []*schema.ResourceType{rt}
		if req.tenant.SensitiveFilters && q.HasFilter {
			return nil, errorf(CodeSensitive, "filters may hold personal data and are refused in URLs; use POST %s/.search", rt.Endpoint)
		}
		return h.search(req, q)
	case http.MethodPost:
		req.rec.Operation = "create"
		if err := req.allow(Write, rt.Name); err != nil {
			return nil, err
		}
		body, err := h.body(req, rt)
		if err != nil {
			return nil, err
		}
		res, err := h.p.Create(req.ctx, req.tenant, rt, body, projection(parseQuery(req.http.URL.RawQuery)))
		return req.answer(http.StatusCreated, res, err)
	}
	return nil, notAllowed("GET, HEAD, POST")
}

// body reads a resource or PATCH body and lets the dialect normalise it.
func (h *handler) body(req *request, rt *schema.ResourceType) (map[string]any, error) {
	body, err := req.readBody(req.tenant.Limits.orDefault().MaxBody, "maxPayloadSize")
	if err != nil {
		return nil, err
	}
	h.recognise(req, body)
	if h.o.Normalise != nil {
		patch := req.http.Method == http.MethodPatch
		req.rec.Notes = append(req.rec.Notes, h.o.Normalise(req.tenant, rt, patch, body)...)
	}
	return body, nil
}

// recognise fills in who sent the request, unless that is known.
func (h *handler) recognise(req *request, body map[string]any) {
	if h.o.Recognise != nil && req.rec.IdP == "" {
		req.rec.IdP = h.o.Recognise(req.http, body)
	}
}

// answer makes the response of an operation on one resource.
func (req *request) answer(status int, res *Result, err error) (*response, error) {
	if err != nil {
		return nil, err
	}
	req.rec.ResourceID, req.rec.Changed = res.ID, res.Changed
	req.rec.Notes = append(req.rec.Notes, res.Notes...)
	req.reply = response{status: status, body: res.Body, etag: ETag(res.Version), location: res.Location}
	return &req.reply, nil
}

func (h *handler) item(req *request, rt *schema.ResourceType, id string) (*response, error) {
	req.rec.ResourceID = id
	verb := Write
	if m := req.http.Method; m == http.MethodGet || m == http.MethodHead {
		verb = Read
	}
	pr := projection(parseQuery(req.http.URL.RawQuery))
	match := ParseMatch(strings.Join(req.http.Header["If-Match"], ","))
	switch req.http.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete:
		if err := req.allow(verb, rt.Name); err != nil {
			return nil, err
		}
	default:
		return nil, notAllowed("GET, HEAD, PUT, PATCH, DELETE")
	}
	switch req.http.Method {
	case http.MethodPut:
		req.rec.Operation = "replace"
		body, err := h.body(req, rt)
		if err != nil {
			return nil, err
		}
		res, err := h.p.Replace(req.ctx, req.tenant, rt, id, body, match, pr)
		return req.answer(http.StatusOK, res, err)
	case http.MethodPatch:
		return h.patch(req, rt, id, match, pr)
	case http.MethodDelete:
		req.rec.Operation = "delete"
		if err := h.p.Delete(req.ctx, req.tenant, rt, id, match); err != nil {
			return nil, err
		}
		req.rec.Changed = true
		return &response{status: http.StatusNoContent}, nil
	}
	req.rec.Operation = "get"
	res, err := h.p.Get(req.ctx, req.tenant, rt, id, pr)
	out, err := req.answer(http.StatusOK, res, err)
	if err != nil {
		return nil, err
	}
	if none := ParseMatch(strings.Join(req.http.Header["If-None-Match"], ",")); none.Present && none.Matches(res.Version) {
		return &response{status: http.StatusNotModified, etag: out.etag, location: out.location}, nil
	}
	return out, nil
}

// patch answers 200 with the body for users and 204 for groups, unless a projection asks
// for a body (T-05, design §5.6).
func (h *handler) patch(req *request, rt *schema.ResourceType, id string, match Match, pr Projection) (*response, error) {
	req.rec.Operation = "patch"
	body, err := h.body(req, rt)
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if pr.IsZero() && rt.Schema.Attribute("members") != nil {
		status, pr.None = http.StatusNoContent, true
	}
	res, err := h.p.Patch(req.ctx, req.tenant, rt, id, body, match, pr)
	return req.answer(status, res, err)
}

func (h *handler) search(req *request, q Query) (*response, error) {
	found, err := h.p.Search(req.ctx, req.tenant, q)
	if err != nil {
		return nil, err
	}
	size := 200
	for _, r := range found.Resources {
		size += len(r) + 1
	}
	return &response{status: http.StatusOK, body: appendList(make([]byte, 0, size), found)}, nil
}

func (h *handler) typeSearch(req *request, rt *schema.ResourceType) (*response, error) {
	req.rec.Operation = "search"
	if err := req.allow(Read, rt.Name); err != nil {
		return nil, err
	}
	return h.searchBody(req, []*schema.ResourceType{rt}, false)
}

func (h *handler) searchBody(req *request, types []*schema.ResourceType, root bool) (*response, error) {
	body, err := req.readBody(req.tenant.Limits.orDefault().MaxBody, "maxPayloadSize")
	if err != nil {
		return nil, err
	}
	q, err := searchOf(body)
	if err != nil {
		return nil, err
	}
	q.Types, q.Root = types, root
	return h.search(req, q)
}

// visible are the types that the credential may read.
func (req *request) visible() ([]*schema.ResourceType, error) {
	var types []*schema.ResourceType
	for _, rt := range req.tenant.Types.List {
		if req.allow(Read, rt.Name) == nil {
			types = append(types, rt)
		}
	}
	if len(types) == 0 {
		return nil, req.allow(Read|Users, "User")
	}
	return types, nil
}

func (h *handler) rootGet(req *request) (*response, error) {
	req.rec.Operation = "search"
	types, err := req.visible()
	if err != nil {
		return nil, err
	}
	q, err := queryOf(parseQuery(req.http.URL.RawQuery))
	if err != nil {
		return nil, err
	}
	q.Types, q.Root = types, true
	return h.search(req, q)
}

func (h *handler) rootSearch(req *request) (*response, error) {
	req.rec.Operation = "search"
	types, err := req.visible()
	if err != nil {
		return nil, err
	}
	return h.searchBody(req, types, true)
}

// me serves the user a credential stands for; other credentials have no Me (RFC 7644 §3.11).
func (h *handler) me(req *request) (*response, error) {
	if !h.mounted("Users") || len(req.segments) > 1 {
		return nil, errNoEndpoint()
	}
	rt := req.tenant.Types.ByName("User")
	if req.principal.UserID == "" || rt == nil {
		return nil, errorf(CodeMe, "this credential stands for no user; use /Users")
	}
	req.rec.Type = rt.Name
	if req.http.Method == http.MethodPost {
		return nil, notAllowed("GET, HEAD, PUT, PATCH, DELETE")
	}
	return h.item(req, rt, req.principal.UserID)
}
