package httpapi

import (
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func (h *handler) collection(req *request, rt *schema.ResourceType) (*response, error) {
	switch req.http.Method {
	case http.MethodGet, http.MethodHead:
		req.rec.Operation = "search"
		if err := req.allow(scim.Read, rt.Name); err != nil {
			return nil, err
		}
		values := parseQuery(req.http.URL.RawQuery)
		q, err := queryOf(values)
		if err != nil {
			return nil, err
		}
		q.Types = []*schema.ResourceType{rt}
		if req.tenant.SensitiveFilters && q.HasFilter {
			return nil, scim.NewError(scim.CodeSensitive, "filters may hold personal data and are refused in URLs; use POST %s/.search", rt.Endpoint)
		}
		return h.search(req, q)
	case http.MethodPost:
		req.rec.Operation = "create"
		if err := req.allow(scim.Write, rt.Name); err != nil {
			return nil, err
		}
		body, err := h.body(req, rt)
		if err != nil {
			return nil, err
		}
		res, err := h.p.Create(req.ctx, req.target(rt, ""), body, projection(parseQuery(req.http.URL.RawQuery)))
		return req.answer(http.StatusCreated, res, err)
	}
	return nil, notAllowed("GET, HEAD, POST")
}

// body reads a resource or PATCH body and normalises it.
func (h *handler) body(req *request, rt *schema.ResourceType) (map[string]any, error) {
	body, err := req.readBody(req.tenant.Limits.MaxBody, "maxPayloadSize")
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

// recognise records the identity provider of the request, unless the tenant names it.
func (h *handler) recognise(req *request, body map[string]any) {
	if h.o.Recognise != nil && req.rec.IdP == "" {
		req.rec.IdP = h.o.Recognise(req.http, body)
	}
}

// answer makes the response of an operation on one resource.
func (req *request) answer(status int, res *scim.Result, err error) (*response, error) {
	if err != nil {
		return nil, err
	}
	req.rec.ResourceID, req.rec.Changed = res.ID, res.Changed
	req.rec.Notes = append(req.rec.Notes, res.Notes...)
	req.reply = response{status: status, body: res.Body, etag: scim.ETag(res.Version), location: res.Location}
	return &req.reply, nil
}

func (h *handler) item(req *request, rt *schema.ResourceType, id string) (*response, error) {
	req.rec.ResourceID = id
	verb := scim.Write
	if m := req.http.Method; m == http.MethodGet || m == http.MethodHead {
		verb = scim.Read
	}
	at, pr := req.target(rt, id), projection(parseQuery(req.http.URL.RawQuery))
	match := scim.ParseMatch(strings.Join(req.http.Header["If-Match"], ","))
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
		res, err := h.p.Replace(req.ctx, at, body, match, pr)
		return req.answer(http.StatusOK, res, err)
	case http.MethodPatch:
		return h.patch(req, at, match, pr)
	case http.MethodDelete:
		req.rec.Operation = "delete"
		if err := h.p.Delete(req.ctx, at, match); err != nil {
			return nil, err
		}
		req.rec.Changed = true
		return &response{status: http.StatusNoContent}, nil
	}
	req.rec.Operation = "get"
	res, err := h.p.Get(req.ctx, at, pr)
	out, err := req.answer(http.StatusOK, res, err)
	if err != nil {
		return nil, err
	}
	if none := scim.ParseMatch(strings.Join(req.http.Header["If-None-Match"], ",")); none.Present && none.Matches(res.Version) {
		return &response{status: http.StatusNotModified, etag: out.etag, location: out.location}, nil
	}
	return out, nil
}

// patch answers 200 with the body, but for groups 204, unless a projection asks for a body (T-05).
func (h *handler) patch(req *request, at scim.Target, match scim.Match, pr scim.Projection) (*response, error) {
	req.rec.Operation = "patch"
	body, err := h.body(req, at.Type)
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if pr.IsZero() && at.Type.HasMembers() {
		status, pr.None = http.StatusNoContent, true
	}
	res, err := h.p.Patch(req.ctx, at, body, match, pr)
	return req.answer(status, res, err)
}
