package openapi

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	typeSCIM = "application/scim+json"
	typeJSON = "application/json"
)

// answer is an answer with a body, in the media type that the client asks for.
func answer(description string, body *huma.Schema) *huma.Response {
	return &huma.Response{
		Description: description,
		Headers:     map[string]*huma.Param{"X-Request-Id": header("X-Request-Id")},
		Content:     map[string]*huma.MediaType{typeSCIM: {Schema: body}, typeJSON: {Schema: body}},
	}
}

// empty is an answer without a body.
func empty(description string) *huma.Response {
	r := answer(description, nil)
	r.Content = nil
	return r
}

// body is what a client sends.
func body(s *huma.Schema) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{typeSCIM: {Schema: s}, typeJSON: {Schema: s}}}
}

// located adds the headers of an answer about one document.
func located(r *huma.Response) *huma.Response {
	r.Headers["Location"], r.Headers["Content-Location"] = header("Location"), header("Content-Location")
	return r
}

// resource adds the headers of an answer about one resource.
func (b *builder) resource(r *huma.Response) *huma.Response {
	if located(r); b.can.ETag {
		r.Headers["ETag"] = header("ETag")
	}
	return r
}

// operation completes an operation with its tag and the errors that every request can have, and others.
func operation(op huma.Operation, tag string, errors ...int) *huma.Operation {
	op.Tags = []string{tag}
	for _, status := range append(errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + component(status)}
	}
	op.Responses["default"] = &huma.Response{Ref: "#/components/responses/Failure"}
	return &op
}

// searched are the parameters of a search in a URL.
var searched = []string{"filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"}

// typePaths adds the endpoints of a resource type (RFC 7644 §3.2).
func (b *builder) typePaths(rt *schema.ResourceType) {
	many, name := identifier(strings.TrimPrefix(rt.Endpoint, "/")), b.types[rt]
	found := map[string]*huma.Response{"200": answer("a page", b.page(name, ref(name)))}
	query := map[string]*huma.Response{"200": found["200"]}
	b.paths[rt.Endpoint] = &huma.PathItem{
		Get: operation(huma.Operation{OperationID: "search" + many, Summary: "Search", Parameters: b.use(searched...), Responses: found}, rt.Name),
		Post: operation(huma.Operation{
			OperationID: "create" + name, Summary: "Create", Parameters: b.use("attributes", "excludedAttributes"), RequestBody: body(ref(name + input)),
			Responses: map[string]*huma.Response{"201": b.resource(answer("created", ref(name)))},
		}, rt.Name, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType),
	}
	b.paths[rt.Endpoint+"/.search"] = &huma.PathItem{
		Post: operation(huma.Operation{OperationID: "query" + many, Summary: "Search with a body", RequestBody: body(ref("SearchRequest")), Responses: query},
			rt.Name, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType),
	}
	b.paths[rt.Endpoint+"/{id}"] = b.item(rt, func(verb string) string { return verb + name }, b.use("id"))
	if rt.IsUser() && rt.Name == schema.TypeUser {
		me := b.item(rt, func(verb string) string { return "me" + strings.ToUpper(verb[:1]) + verb[1:] }, nil, http.StatusNotImplemented)
		me.Description = "The user that the credential is linked to; 501 for one that is linked to none."
		b.paths["/Me"] = me
	}
}

// item has the operations on one resource. id makes the id of an operation.
func (b *builder) item(rt *schema.ResourceType, id func(verb string) string, parameters []*huma.Param, errors ...int) *huma.PathItem {
	name := b.types[rt]
	one := func() *huma.Response { return b.resource(answer("the resource", ref(name))) }
	written := append([]int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, errors...)
	nothing := "done; the credential must not read the resource"
	patched := nothing
	if rt.HasMembers() {
		patched = "done; the answer has the resource only if attributes or excludedAttributes ask for it"
	}
	read := map[string]*huma.Response{"200": one()}
	if b.can.ETag {
		read["304"] = b.resource(empty("the version in If-None-Match is current"))
	}
	return &huma.PathItem{
		Parameters: parameters,
		Get: operation(huma.Operation{OperationID: id("get"), Summary: "Read", Parameters: b.use("attributes", "excludedAttributes", "If-Match", "If-None-Match"), Responses: read},
			rt.Name, append([]int{http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge}, errors...)...),
		Put: operation(huma.Operation{
			OperationID: id("replace"), Summary: "Replace", Parameters: b.use("attributes", "excludedAttributes", "If-Match"), RequestBody: body(ref(name + input)),
			Responses: map[string]*huma.Response{"200": one(), "204": b.resource(empty(nothing))},
		}, rt.Name, written...),
		Patch: operation(huma.Operation{
			OperationID: id("patch"), Summary: "Change attributes", Parameters: b.use("attributes", "excludedAttributes", "If-Match"), RequestBody: body(ref("PatchRequest")),
			Responses: map[string]*huma.Response{"200": one(), "204": b.resource(empty(patched))},
		}, rt.Name, written...),
		Delete: operation(huma.Operation{
			OperationID: id("delete"), Summary: "Delete", Parameters: b.use("If-Match"), Responses: map[string]*huma.Response{"204": empty("deleted")},
		}, rt.Name, append([]int{http.StatusPreconditionFailed}, errors...)...),
	}
}

// servicePaths adds the endpoints that are not of one resource type (RFC 7644 §3.2, §4).
func (b *builder) servicePaths() {
	const tag = "Service"
	anything := &huma.Schema{}
	for _, rt := range b.tenant.Types.List {
		anything.AnyOf = append(anything.AnyOf, ref(b.types[rt]))
	}
	all := b.page(everything, anything)
	found := func() map[string]*huma.Response { return map[string]*huma.Response{"200": answer("a page", all)} }
	b.paths["/"] = &huma.PathItem{Get: operation(huma.Operation{OperationID: "search", Summary: "Search in all types", Parameters: b.use(searched...), Responses: found()}, tag)}
	b.paths["/.search"] = &huma.PathItem{Post: operation(huma.Operation{OperationID: "query", Summary: "Search in all types with a body", RequestBody: body(ref("SearchRequest")), Responses: found()},
		tag, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)}
	if b.can.Bulk {
		b.paths["/Bulk"] = &huma.PathItem{Post: operation(huma.Operation{
			OperationID: "bulk", Summary: "Send many operations", RequestBody: body(ref("BulkRequest")),
			Responses: map[string]*huma.Response{"200": answer("one result for each operation that was tried", ref("BulkResponse"))},
		}, tag, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)}
	}
	get := func(path, id, summary string, what *huma.Schema, parameters ...string) *huma.Operation {
		op := operation(huma.Operation{
			OperationID: id, Summary: summary, Parameters: b.use(parameters...), Responses: map[string]*huma.Response{"200": located(answer("the answer", what))},
		}, tag)
		b.paths[path] = &huma.PathItem{Get: op}
		return op
	}
	get("/ServiceProviderConfig", "discoverServiceProviderConfig", "What the service can do", ref("ServiceProviderConfig")).Security = []map[string][]string{{}}
	get("/ResourceTypes", "discoverResourceTypes", "The resource types of the tenant", ref("ResourceType"+list))
	get("/ResourceTypes/{name}", "discoverResourceType", "One resource type", ref("ResourceType"), "name")
	get("/Schemas", "discoverSchemas", "The schemas of the tenant", ref("Schema"+list))
	get("/Schemas/{urn}", "discoverSchema", "One schema", ref("Schema"), "urn")
}
