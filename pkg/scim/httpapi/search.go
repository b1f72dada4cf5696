package httpapi

import (
	"net/http"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func (h *handler) search(req *request, q scim.Query) (*response, error) {
	q.By = req.principal
	q.HasFilter = q.HasFilter && (q.Filter != "" || req.tenant.Strict) // an empty one is no filter of the grammar (F-13)
	if q.HasFilter && req.tenant.SensitiveFilters && req.http.Method != http.MethodPost {
		return nil, scim.NewError(scim.CodeSensitive, "filters may hold personal data and are refused in URLs; use POST .search")
	}
	if err := h.able(req, &q); err != nil {
		return nil, err
	}
	found, err := h.p.Search(req.ctx, req.tenant, q)
	if err != nil {
		return nil, err
	}
	req.record.Notes, req.record.Plan = append(req.record.Notes, found.Notes...), found.Plan
	size := 256 + len(found.Next)
	if found.Joined != nil { // it is sent without a copy
		found.Joined = append(found.Joined, ']', '}')
		return &response{status: http.StatusOK, body: appendHead(make([]byte, 0, size), found), page: found}, nil
	}
	for _, r := range found.Resources {
		size += len(r) + 1
	}
	return &response{status: http.StatusOK, body: appendList(make([]byte, 0, size), found), page: found}, nil
}

// able keeps from the Provider what it cannot do: it ignores a sort order (O-01) and refuses a cursor,
// without which the client would take the first page for all.
func (h *handler) able(req *request, q *scim.Query) error {
	if q.SortBy == "" && !q.HasCursor {
		return nil
	}
	can := h.p.Abilities(req.tenant)
	if q.HasCursor && !can.Cursor {
		return scim.NewError(scim.CodeCursor, "this service has no cursors; use startIndex and count")
	}
	if q.SortBy != "" && !can.Sort {
		q.SortBy, q.Descending = "", false
		req.note("sortBy was ignored: this service does not sort")
	}
	return nil
}

func (h *handler) typeSearch(req *request, rt *schema.ResourceType) (*response, error) {
	req.record.Operation = "search"
	if err := req.allow(scim.Read, rt.Name); err != nil {
		return nil, err
	}
	return h.searchBody(req, []*schema.ResourceType{rt}, false)
}

func (h *handler) searchBody(req *request, types []*schema.ResourceType, root bool) (*response, error) {
	body, err := req.readBody(req.tenant.Limits.MaxBody, "maxPayloadSize")
	if err != nil {
		return nil, err
	}
	q, err := req.bodyQuery(body)
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
		if req.allow(scim.Read, rt.Name) == nil {
			types = append(types, rt)
		}
	}
	if len(types) == 0 {
		return nil, req.allow(scim.Read|scim.Users, schema.TypeUser)
	}
	return types, nil
}

func (h *handler) rootGet(req *request) (*response, error) {
	req.record.Operation = "search"
	types, err := req.visible()
	if err != nil {
		return nil, err
	}
	q, err := req.query()
	if err != nil {
		return nil, err
	}
	q.Types, q.Root = types, true
	return h.search(req, q)
}

func (h *handler) rootSearch(req *request) (*response, error) {
	req.record.Operation = "search"
	types, err := req.visible()
	if err != nil {
		return nil, err
	}
	return h.searchBody(req, types, true)
}
