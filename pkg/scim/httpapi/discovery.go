package httpapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// config serves /ServiceProviderConfig, which needs no credential (D-04, AM-46). It does not reveal
// whether a tenant exists: an unknown one is answered with general settings.
func (h *handler) config(req *request, tenantName string) (*response, error) {
	req.record.Operation = "discovery"
	if m := req.http.Method; m != http.MethodGet && m != http.MethodHead {
		return nil, notAllowed("GET, HEAD")
	}
	var err error
	if req.params, err = parameters(req.http.URL.RawQuery); err != nil {
		return nil, err
	}
	if err := noFilter(req); err != nil {
		return nil, err
	}
	t, ok := h.o.Authenticator.Settings(req.ctx, tenantName)
	if !ok {
		t = &scim.Tenant{}
		t.Limits = scim.DefaultLimits()
	}
	location := h.o.PublicBase + "/" + url.PathEscape(tenantName) + "/ServiceProviderConfig"
	return (&response{status: http.StatusOK, body: h.appendConfig(t, location)}).at(location), nil
}

// conformant reports whether a tenant claims interopProfileConformant: a strict tenant does, as
// docs/reference/interop-profile.md shows row by row.
func conformant(t *scim.Tenant) bool { return t.Strict }

// Authentication schemes. A strict tenant takes bearer tokens only.
const (
	//nolint:gosec // the description of a scheme, not a credential
	bearerScheme = `{"type":"oauthbearertoken","name":"Bearer token","description":"A token of the tenant in the Authorization header","specUri":"https://www.rfc-editor.org/info/rfc6750","primary":true}`
	oauthScheme  = `,{"type":"oauth2","name":"OAuth 2.0","description":"An access token of the grant client_credentials in the Authorization header","specUri":"https://www.rfc-editor.org/info/rfc6749"}`
	basicScheme  = `,{"type":"httpbasic","name":"HTTP Basic","description":"A token of the tenant as the password; the user name is not used","specUri":"https://www.rfc-editor.org/info/rfc7617"}`
)

func (h *handler) appendConfig(t *scim.Tenant, location string) []byte {
	l, num, schemes := t.Limits, strconv.Itoa, bearerScheme
	if t.OAuth {
		schemes += oauthScheme
	}
	if !t.Strict {
		schemes += basicScheme
	}
	flag, can := strconv.FormatBool, h.p.Abilities(t)
	var b strings.Builder
	b.WriteString(`{"schemas":["` + schema.URNServiceProviderConfig + `"],`)
	if can.DocumentationURI != "" {
		b.Write(append(schema.AppendValue([]byte(`"documentationUri":`), can.DocumentationURI), ','))
	}
	b.WriteString(`"patch":{"supported":true},`)
	b.WriteString(`"bulk":{"supported":` + flag(can.Bulk && !h.o.NoBulk) + `,"maxOperations":` + num(l.MaxOperations) + `,"maxPayloadSize":` + num(l.MaxBody) + `},`)
	b.WriteString(`"filter":{"supported":true,"maxResults":` + num(l.MaxResults) + `},`)
	b.WriteString(`"changePassword":{"supported":` + flag(can.ChangePassword) + `},"sort":{"supported":` + flag(can.Sort) + `},"etag":{"supported":` + flag(can.ETag) + `},`)
	b.WriteString(`"pagination":{"cursor":` + flag(can.Cursor) + `,"index":true,"defaultPaginationMethod":"index","defaultPageSize":` + num(l.DefaultResults) + `,"maxPageSize":` + num(l.MaxResults))
	if can.Cursor {
		b.WriteString(`,"cursorTimeout":` + num(l.CursorSeconds))
	}
	b.WriteString(`},`)
	if conformant(t) {
		b.WriteString(`"interopProfileConformant":true,`)
	}
	if len(h.o.SecurityEvents) > 0 {
		b.WriteString(`"securityEvents":{"asyncRequest":"none","eventUris":["` + strings.Join(h.o.SecurityEvents, `","`) + `"]},`)
	}
	b.WriteString(`"authenticationSchemes":[` + schemes + `],`)
	b.WriteString(`"meta":{"resourceType":"ServiceProviderConfig","location":`)
	return append(schema.AppendValue([]byte(b.String()), location), '}', '}')
}

// noFilter refuses filters on discovery endpoints; paging is ignored there (D-12, D-13).
func noFilter(req *request) error {
	if req.params.Get("filter") != "" {
		return scim.NewError(scim.CodeDiscoveryFilter, "this endpoint cannot be filtered")
	}
	return nil
}

func (h *handler) resourceTypes(req *request) (*response, error) {
	req.record.Operation = "discovery"
	base := h.o.PublicBase + "/" + req.tenant.ID.String() + "/ResourceTypes"
	if len(req.segments) == 2 {
		rt := req.tenant.Types.ByName(req.segments[1])
		if rt == nil {
			return nil, scim.NewError(scim.CodeDiscoveryUnknown, "no such resource type")
		}
		location := base + "/" + rt.Name
		return (&response{status: http.StatusOK, body: rt.AppendJSON(nil, location)}).at(location), nil
	}
	if err := noFilter(req); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, rt := range req.tenant.Types.List {
		out = append(out, rt.AppendJSON(nil, base+"/"+rt.Name))
	}
	return listOf(out), nil
}

func (h *handler) schemas(req *request) (*response, error) {
	req.record.Operation = "discovery"
	base := h.o.PublicBase + "/" + req.tenant.ID.String() + "/Schemas"
	all := allSchemas(req.tenant.Types)
	if len(req.segments) == 2 {
		for _, s := range all {
			if strings.EqualFold(s.ID, req.segments[1]) {
				location := base + "/" + s.ID
				return (&response{status: http.StatusOK, body: s.AppendJSON(nil, location)}).at(location), nil
			}
		}
		return nil, scim.NewError(scim.CodeDiscoveryUnknown, "no such schema")
	}
	if err := noFilter(req); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, s := range all {
		out = append(out, s.AppendJSON(nil, base+"/"+s.ID))
	}
	return listOf(out), nil
}

// allSchemas are the schemas in use by a tenant, each once, and those of discovery itself.
func allSchemas(ts *scim.Types) []*schema.Schema {
	var all []*schema.Schema
	seen := map[string]bool{}
	add := func(s *schema.Schema) {
		if !seen[s.ID] {
			seen[s.ID] = true
			all = append(all, s)
		}
	}
	for _, rt := range ts.List {
		add(rt.Schema)
		for _, e := range rt.Extensions {
			add(e.Schema)
		}
	}
	add(schema.ServiceProviderConfig())
	add(schema.ResourceTypeSchema())
	add(schema.SchemaSchema())
	return all
}

// listOf answers with a complete list.
func listOf(list [][]byte) *response {
	f := &scim.Found{Total: len(list), StartIndex: 1, Resources: list}
	return &response{status: http.StatusOK, body: appendList(nil, f)}
}
