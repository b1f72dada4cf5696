package openapi

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// The schema URNs of messages that are not those of another package.
const (
	messageURN = "urn:ietf:params:scim:api:messages:2.0:"
	listURN    = messageURN + "ListResponse"
	searchURN  = messageURN + "SearchRequest"
)

func ref(name string) *huma.Schema { return &huma.Schema{Ref: "#/components/schemas/" + name} }

func text(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: description}
}

func integer(description string, least float64) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Description: description}
}

func arrayOf(items *huma.Schema) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: items}
}

// message describes a message of RFC 7644 with its schema URN.
func message(urn string, required []string, properties map[string]*huma.Schema) *huma.Schema {
	properties["schemas"] = arrayOf(&huma.Schema{Type: huma.TypeString, Enum: []any{urn}})
	return &huma.Schema{Type: huma.TypeObject, Required: append([]string{"schemas"}, required...), Properties: properties}
}

// messages adds the components that do not depend on a resource type.
func (b *builder) messages() {
	b.schemas["Error"] = message(scim.URNError, []string{"status"}, map[string]*huma.Schema{
		"status": text("the HTTP status"), "detail": text("what is wrong, and the next step"),
		"scimType": {Type: huma.TypeString, Description: "detail error keyword (RFC 7644 §3.12, RFC 9865 §2.1)", Examples: anyOf(scimTypes(0))},
	})
	b.schemas["PatchRequest"] = message(patch.URN, []string{"Operations"}, map[string]*huma.Schema{"Operations": arrayOf(&huma.Schema{
		Type: huma.TypeObject, Required: []string{"op"}, Properties: map[string]*huma.Schema{
			"op":    {Type: huma.TypeString, Enum: []any{"add", "remove", "replace"}},
			"path":  text(`an attribute or a value path, such as emails[type eq "work"].value; required for remove`),
			"value": {Description: "the new value; without a path, an object of attributes"},
		},
	})})
	b.schemas["SearchRequest"] = message(searchURN, nil, b.search())
	for name, s := range map[string]*schema.Schema{"ServiceProviderConfig": schema.ServiceProviderConfig(), "ResourceType": schema.ResourceTypeSchema(), "Schema": schema.SchemaSchema()} {
		object := returned.object(s.Attributes)
		object.Properties["schemas"], object.Properties["meta"] = returned.attribute(schema.Common("schemas")), returned.attribute(schema.Common("meta"))
		object.Description, object.Required = s.Description, []string{"schemas"}
		b.schemas[name] = object
	}
	attributes := b.schemas["Schema"].Properties["attributes"]
	b.schemas["Attribute"], attributes.Items = attributes.Items, ref("Attribute")
	b.schemas["Attribute"].Properties["subAttributes"].Items = ref("Attribute") // the RFC has two levels, and its own schema three
	if b.can.Bulk {
		b.bulk()
	}
	b.page("ResourceType", ref("ResourceType"))
	b.page("Schema", ref("Schema"))
	b.schemas[everything+list] = nil // it needs the types, see servicePaths
}

// search describes the members of a SearchRequest.
func (b *builder) search() map[string]*huma.Schema {
	out := map[string]*huma.Schema{"attributes": arrayOf(text("")), "excludedAttributes": arrayOf(text(""))}
	for name, p := range b.searchParameters() {
		out[name] = p.Schema
	}
	return out
}

func (b *builder) bulk() {
	method := &huma.Schema{Type: huma.TypeString, Enum: []any{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}}
	b.schemas["BulkRequest"] = message(messageURN+"BulkRequest", []string{"Operations"}, map[string]*huma.Schema{
		"failOnErrors": integer("the number of errors after which the service stops", 1),
		"Operations": arrayOf(&huma.Schema{Type: huma.TypeObject, Required: []string{"method", "path"}, Properties: map[string]*huma.Schema{
			"method": method, "bulkId": text("names a new resource in the same request; required for POST"), "path": text("such as /Users, or /Users/ID"),
			"version": text("the version that must be current, as in If-Match"), "data": {Type: huma.TypeObject, AdditionalProperties: true, Description: "the body of the operation"},
		}}),
	})
	b.schemas["BulkResponse"] = message(messageURN+"BulkResponse", []string{"Operations"}, map[string]*huma.Schema{
		"Operations": arrayOf(&huma.Schema{Type: huma.TypeObject, Required: []string{"method", "status"}, Properties: map[string]*huma.Schema{
			"method": method, "bulkId": text(""), "location": text("URL of the resource"), "version": text("its entity tag"), "status": text("the HTTP status"),
			"response": ref("Error"),
		}}),
	})
}

// everything names the page of all types.
const everything = "Resource"

// page adds a ListResponse of elements and returns a reference to it.
func (b *builder) page(name string, element *huma.Schema) *huma.Schema {
	name += list
	properties := map[string]*huma.Schema{
		"totalResults": integer("matches in all pages; a page that was read by cursor may leave it out", 0),
		"startIndex":   integer("position of the first resource; absent with a cursor", 1),
		"itemsPerPage": integer("resources in this page", 0),
		"Resources":    arrayOf(element),
	}
	if b.can.Cursor {
		properties["nextCursor"] = text("cursor of the next page; absent on the last one")
	}
	b.schemas[name] = message(listURN, []string{"itemsPerPage", "Resources"}, properties)
	return ref(name)
}

// scimTypes are the keywords that errors of a status have, of any with 0, in order.
func scimTypes(status int) []string {
	found := map[string]bool{}
	for _, code := range scim.Codes() {
		if s, keyword := code.Answer(); keyword != "" && (status == 0 || s == status) {
			found[string(keyword)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func anyOf(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// component is the name of the response with a status of the 400s or 500s.
func component(status int) string { return identifier(http.StatusText(status)) }

// failures are the answers of all errors that a code can have.
func (b *builder) failures() map[string]*huma.Response {
	out := map[string]*huma.Response{"Failure": failure("another error")}
	for _, code := range scim.Codes() {
		status, _ := code.Answer()
		r := failure(strconv.Itoa(status) + " " + http.StatusText(status))
		if keywords := scimTypes(status); len(keywords) > 0 {
			r.Description += "; scimType: " + strings.Join(keywords, ", ")
		}
		switch status {
		case http.StatusUnauthorized:
			r.Headers["WWW-Authenticate"] = header("WWW-Authenticate")
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			r.Headers["Retry-After"] = header("Retry-After")
		case http.StatusMethodNotAllowed:
			r.Headers["Allow"] = header("Allow")
		}
		out[component(status)] = r
	}
	return out
}

func failure(description string) *huma.Response {
	return answer(description, ref("Error"))
}
