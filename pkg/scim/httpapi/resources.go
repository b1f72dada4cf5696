package httpapi

import (
	"net/http"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func (h *handler) collection(req *request, rt *schema.ResourceType) (*response, error) {
	if err := req.untagged(); err != nil {
		return nil, err
	}
	switch req.http.Method {
	case http.MethodGet, http.MethodHead:
		req.record.Operation = "search"
		if err := req.allow(scim.Read, rt.Name); err != nil {
			return nil, err
		}
		q, err := req.query()
		if err != nil {
			return nil, err
		}
		q.Types = []*schema.ResourceType{rt}
		return h.search(req, q)
	case http.MethodPost:
		req.record.Operation = "create"
		if err := req.allow(scim.Write, rt.Name); err != nil {
			return nil, err
		}
		body, err := h.body(req, rt)
		if err != nil {
			return nil, err
		}
		res, err := h.p.Create(req.ctx, req.target(rt, ""), body, req.projection())
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
		req.record.Notes = append(req.record.Notes, h.o.Normalise(req.tenant, rt, patch, body)...)
	}
	return body, nil
}

// recognise records the identity provider of the request, unless the tenant names it.
func (h *handler) recognise(req *request, body map[string]any) {
	if h.o.Recognise != nil && req.record.IdP == "" {
		req.record.IdP = h.o.Recognise(req.http, body)
	}
	req.idp = req.record.IdP
}

// answer makes the response of an operation on one resource.
func (req *request) answer(status int, res *scim.Result, err error) (*response, error) {
	if err != nil {
		return nil, err
	}
	req.record.ResourceID, req.record.Changed = res.ID, res.Changed
	req.record.Notes = append(req.record.Notes, res.Notes...)
	req.reply.status, req.reply.body, req.reply.one, req.reply.own[location] = status, res.Body, res, res.Location
	if res.Version > 0 {
		req.reply.own[etag] = scim.ETag(res.Version)
	}
	return &req.reply, nil
}

func (h *handler) item(req *request, at scim.Target) (*response, error) {
	req.record.ResourceID = at.ID
	verb := scim.Write
	switch req.http.Method {
	case http.MethodGet, http.MethodHead:
		verb = scim.Read
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return nil, notAllowed("GET, HEAD, PUT, PATCH, DELETE")
	}
	if err := req.allow(verb, at.Type.Name); err != nil {
		return nil, err
	}
	match, none, err := req.conditions()
	if err == nil {
		match, err = h.tagged(req, match)
	}
	if err != nil {
		return nil, err
	}
	if verb == scim.Read {
		return h.get(req, at, match, none)
	}
	return h.change(req, at, match.Unless(none))
}

// change serves the methods that write to one resource.
func (h *handler) change(req *request, at scim.Target, match scim.Match) (*response, error) {
	switch req.http.Method {
	case http.MethodPut:
		req.record.Operation = "replace"
		body, err := h.body(req, at.Type)
		if err != nil {
			return nil, err
		}
		status, pr := req.afterWrite(at.Type)
		res, err := h.p.Replace(req.ctx, at, body, match, pr)
		return req.answer(status, res, err)
	case http.MethodPatch:
		return h.patch(req, at, match)
	}
	req.record.Operation = "delete"
	if err := h.p.Delete(req.ctx, at, match); err != nil {
		return nil, err
	}
	req.record.Changed = true
	return &response{status: http.StatusNoContent}, nil
}

// get reads one resource under the conditions of RFC 9110 §13.2.2.
func (h *handler) get(req *request, at scim.Target, match, none scim.Match) (*response, error) {
	req.record.Operation = "get"
	res, err := h.p.Get(req.ctx, at, req.projection())
	out, err := req.answer(http.StatusOK, res, err)
	if err != nil {
		return nil, err
	}
	if err := match.Check(res.Version); err != nil {
		return nil, err
	}
	if none.Present && none.Matches(res.Version) {
		return &response{status: http.StatusNotModified, own: out.own}, nil
	}
	return out, nil
}

// afterWrite is what a change of a resource is answered with: its representation, or nothing to a
// token that must not read it.
func (req *request) afterWrite(rt *schema.ResourceType) (status int, pr scim.Projection) {
	pr = req.projection()
	if !req.principal.Sees(rt.Name) {
		pr.None = true
		return http.StatusNoContent, pr
	}
	return http.StatusOK, pr
}

// patch answers 200 with the body, but for groups 204, unless a projection asks for a body (T-05).
func (h *handler) patch(req *request, at scim.Target, match scim.Match) (*response, error) {
	req.record.Operation = "patch"
	body, err := h.body(req, at.Type)
	if err != nil {
		return nil, err
	}
	status, pr := req.afterWrite(at.Type)
	if pr.IsZero() && at.Type.HasMembers() {
		status, pr.None = http.StatusNoContent, true
	}
	res, err := h.p.Patch(req.ctx, at, body, match, pr)
	out, err := req.answer(status, res, err)
	if err != nil {
		return nil, err
	}
	out.typed = true // clients with types look at the media type of a 204 too
	return out, nil
}
