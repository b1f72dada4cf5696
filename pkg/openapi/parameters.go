package openapi

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/pkg/scim"
)

// searchParameters are those of a search, without the projection.
func (b *builder) searchParameters() map[string]*huma.Param {
	query := func(name string, s *huma.Schema) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: s.Description, Schema: s}
	}
	out := map[string]*huma.Param{
		"filter":     query("filter", text(`such as userName eq "jane@example.com" (RFC 7644 §3.4.2.2)`)),
		"startIndex": query("startIndex", &huma.Schema{Type: huma.TypeInteger, Description: "position of the first resource, from 1"}),
		"count":      query("count", &huma.Schema{Type: huma.TypeInteger, Description: "resources at most; 0 counts alone"}),
	}
	if b.can.Sort {
		out["sortBy"] = query("sortBy", text("attribute to sort by"))
		out["sortOrder"] = query("sortOrder", &huma.Schema{Type: huma.TypeString, Enum: []any{"ascending", "descending"}, Default: "ascending"})
	}
	if b.can.Cursor {
		out["cursor"] = query("cursor", text("empty for the first page, then nextCursor of the page before (RFC 9865)"))
	}
	return out
}

// parameters are all parameters, by the name that parameter takes.
func (b *builder) parameters() map[string]*huma.Param {
	out := b.searchParameters()
	for _, p := range []*huma.Param{
		{Name: "attributes", In: "query", Description: "attributes to return, separated by commas", Schema: text("")},
		{Name: "excludedAttributes", In: "query", Description: "attributes to leave out, separated by commas", Schema: text("")},
		{Name: "id", In: "path", Required: true, Description: "id of the resource", Schema: text("")},
		{Name: "name", In: "path", Required: true, Description: "name of the resource type", Schema: text("")},
		{Name: "urn", In: "path", Required: true, Description: "URN of the schema", Schema: text("")},
	} {
		out[p.Name] = p
	}
	if b.can.ETag {
		out["If-Match"] = &huma.Param{Name: "If-Match", In: "header", Description: "the version that must be current; otherwise the answer is 412", Schema: text("")}
		out["If-None-Match"] = &huma.Param{Name: "If-None-Match", In: "header", Description: "the version that the client has; 304 if it is current", Schema: text("")}
	}
	return out
}

// use refers to parameters, as far as the service has them.
func (b *builder) use(names ...string) []*huma.Param {
	have, out := b.parameters(), []*huma.Param{}
	for _, name := range names {
		if have[name] != nil {
			out = append(out, &huma.Param{Ref: "#/components/parameters/" + name})
		}
	}
	return out
}

// headers are all header fields of answers.
func headers() map[string]*huma.Header {
	return map[string]*huma.Header{
		"ETag":             {Description: "version of the resource", Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{scim.ETag(1)}}},
		"Location":         {Description: "URL of the resource", Schema: &huma.Schema{Type: huma.TypeString, Format: "uri"}},
		"Content-Location": {Description: "the same, in an answer to GET", Schema: &huma.Schema{Type: huma.TypeString, Format: "uri"}},
		"Retry-After":      {Description: "seconds to wait before the next try", Schema: &huma.Schema{Type: huma.TypeInteger}},
		"Allow":            {Description: "the methods of the endpoint", Schema: text("")},
		"WWW-Authenticate": {Description: "the schemes that are accepted", Schema: text("")},
		"X-Request-Id":     {Description: "id of the request in the provisioning log and in the log of the service", Schema: text("")},
	}
}

func header(name string) *huma.Param { return &huma.Param{Ref: "#/components/headers/" + name} }
