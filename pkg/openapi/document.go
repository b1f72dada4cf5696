package openapi

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Options of Document.
type Options struct {
	// Abilities are those of the Provider that serves the tenant: Provider.Abilities. What is not among them is
	// not described.
	Abilities scim.Abilities
	// Base is the base URL of the tenant, as identity providers use it, such as
	// https://scim.example.com/scim/v2/acme. {host} and {tenant} in it are variables of the document; "" is a base
	// URL with both.
	Base string
}

// builder makes one document.
type builder struct {
	tenant *scim.Tenant
	can    scim.Abilities

	schemas map[string]*huma.Schema
	types   map[*schema.ResourceType]string // their components, without suffix
	named   map[*schema.Schema]string       // those of extensions
	paths   map[string]*huma.PathItem
}

// Document returns the SCIM API of a tenant as an OpenAPI 3.1 document, indented and the same for the same input.
//
// Each resource type has two schemas: one of what an answer has (User), one of what a client sends (UserInput). An
// attribute that clients cannot write is in the first alone, and readOnly; one that is never returned is in the
// second alone, and writeOnly. The document is what the RFCs say: a tolerant tenant accepts more. (RFC 7643 §7,
// RFC 7644 §3)
func Document(t *scim.Tenant, o Options) ([]byte, error) {
	b := &builder{
		tenant: t, can: o.Abilities, paths: map[string]*huma.PathItem{},
		schemas: map[string]*huma.Schema{}, types: map[*schema.ResourceType]string{}, named: map[*schema.Schema]string{},
	}
	b.messages()
	for _, rt := range t.Types.List {
		b.types[rt] = b.free(rt.Name)
	}
	var tags []*huma.Tag
	for _, rt := range t.Types.List {
		b.resourceType(rt)
		b.typePaths(rt)
		tags = append(tags, &huma.Tag{Name: rt.Name, Description: rt.Description})
	}
	b.servicePaths()
	tags = append(tags, &huma.Tag{Name: "Service", Description: "Searches in all types, requests of many operations, and discovery"})
	security, schemes := b.security()
	return encoded(map[string]any{
		"openapi":  "3.1.0",
		"info":     &huma.Info{Title: "SCIM 2.0", Version: "2.0", Description: description},
		"servers":  []*huma.Server{server(o.Base)},
		"tags":     tags,
		"security": security,
		"paths":    b.paths,
		"components": map[string]any{
			"schemas": b.schemas, "responses": b.failures(), "parameters": b.parameters(), "headers": headers(), "securitySchemes": schemes,
		},
	})
}

const description = "The service provider of RFC 7643, RFC 7644 and RFC 9865. Names of attributes are case-insensitive. HEAD is answered where GET is. " +
	"A tenant in tolerant mode accepts more than this document says: identity providers differ from the RFCs."

func encoded(document any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func server(base string) *huma.Server {
	if base == "" {
		base = "https://{host}/scim/v2/{tenant}"
	}
	out := &huma.Server{URL: base}
	for name, v := range map[string]*huma.ServerVariable{
		"host":   {Default: "scim.example.com", Description: "public name of the service"},
		"tenant": {Default: "acme", Description: "name of the tenant"},
	} {
		if strings.Contains(base, "{"+name+"}") {
			if out.Variables == nil {
				out.Variables = map[string]*huma.ServerVariable{}
			}
			out.Variables[name] = v
		}
	}
	return out
}

// security returns the schemes that the tenant accepts, any one of which is enough.
func (b *builder) security() ([]map[string][]string, map[string]*huma.SecurityScheme) {
	schemes := map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer", Description: "a token of the tenant, or an OAuth access token"}}
	either := []map[string][]string{{"bearer": {}}}
	if !b.tenant.Strict {
		schemes["basic"] = &huma.SecurityScheme{Type: "http", Scheme: "basic", Description: "a token of the tenant as the password; the user name is not used"}
		either = append(either, map[string][]string{"basic": {}})
	}
	return either, schemes
}
