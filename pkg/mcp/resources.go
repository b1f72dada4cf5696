package mcp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// The resources that a client can read.
const (
	uriConfig  = "scim://service-provider-config"
	uriSchemas = "scim://schemas/"
	uriErrors  = "scim://errors/"
	uriIdPs    = "scim://identity-providers/"
)

const mediaJSON = "application/json"

// read returns the content of a resource by the part of its URI after the prefix. ok is false if
// there is none.
type read func(ctx context.Context, name string) (body []byte, ok bool, err error)

// addResources adds what a client can read about the caller's tenant: schemas, configuration, the
// error catalogue, and the profiles of identity providers.
func (s *Service) addResources(server *sdk.Server, who Caller) {
	if s.o.Config != nil {
		serve := func(ctx context.Context, _ string) ([]byte, bool, error) {
			body, err := s.o.Config(ctx, who.Tenant)
			return body, err == nil, err
		}
		server.AddResource(&sdk.Resource{
			URI: uriConfig, Name: "service-provider-config", Title: "ServiceProviderConfig", MIMEType: mediaJSON,
			Description: "What the SCIM service of this tenant supports (RFC 7643 section 5).",
		}, reader(uriConfig, serve))
	}
	schemas := schemasOf(who.Tenant)
	for _, one := range schemas {
		server.AddResource(&sdk.Resource{
			URI: uriSchemas + one.ID, Name: one.ID, Title: "Schema " + cleanText(one.Name), MIMEType: mediaJSON,
			Description: "Schema document (RFC 7643 section 7).",
		}, reader(uriSchemas, s.schemaBody(who, schemas)))
	}
	server.AddResourceTemplate(&sdk.ResourceTemplate{
		URITemplate: uriErrors + "{code}", Name: "errors", Title: "Error catalogue", MIMEType: mediaJSON,
		Description: "What an error code in a record of the activity log means, and what to do about it. \"all\" lists the codes.",
	}, reader(uriErrors, errorBody))
	server.AddResourceTemplate(&sdk.ResourceTemplate{
		URITemplate: uriIdPs + "{name}", Name: "identity-providers", Title: "Identity providers", MIMEType: mediaJSON,
		Description: "How to set up an identity provider (okta, entra, google, …), what it does not support, and hints for its failures. \"all\" lists the names.",
	}, reader(uriIdPs, idpBody))
}

func reader(prefix string, serve read) sdk.ResourceHandler {
	return func(ctx context.Context, req *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
		name, err := url.PathUnescape(strings.TrimPrefix(req.Params.URI, prefix))
		if err != nil {
			return nil, sdk.ResourceNotFoundError(req.Params.URI)
		}
		body, ok, err := serve(ctx, name)
		if err != nil {
			return nil, failureOf(err)
		}
		if !ok {
			return nil, sdk.ResourceNotFoundError(req.Params.URI)
		}
		return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: req.Params.URI, MIMEType: mediaJSON, Text: string(body)}}}, nil
	}
}

// schemasOf are the schemas of the tenant's resource types, each once.
func schemasOf(t *scim.Tenant) []*schema.Schema {
	var list []*schema.Schema
	seen := map[string]bool{}
	add := func(s *schema.Schema) {
		if !seen[s.ID] {
			seen[s.ID] = true
			list = append(list, s)
		}
	}
	for _, rt := range t.Types.List {
		add(rt.Schema)
		for _, e := range rt.Extensions {
			add(e.Schema)
		}
	}
	return list
}

func (s *Service) schemaBody(who Caller, schemas []*schema.Schema) read {
	return func(_ context.Context, name string) ([]byte, bool, error) {
		for _, one := range schemas {
			if one.ID == name {
				return one.AppendJSON(nil, s.o.PublicBase+"/"+who.Tenant.ID.String()+"/Schemas/"+one.ID), true, nil
			}
		}
		return nil, false, nil
	}
}

// catalogued is an entry of the error catalogue.
type catalogued struct {
	Code        scim.Code            `json:"code"`
	Status      int                  `json:"status"`
	ScimType    string               `json:"scimType,omitempty"`
	Explanation activity.Explanation `json:"explanation"`
}

func entry(code scim.Code, idp string) catalogued {
	status, scimType := code.Answer()
	return catalogued{
		Code: code, Status: status, ScimType: string(scimType),
		Explanation: activity.Explain(&activity.Record{Status: max(status, 400), ScimType: string(scimType), Code: string(code), IdP: idp}),
	}
}

func errorBody(_ context.Context, name string) ([]byte, bool, error) {
	if name == "all" {
		body, err := json.Marshal(map[string]any{"codes": scim.Codes()})
		return body, true, err
	}
	for _, code := range scim.Codes() {
		if string(code) == name {
			body, err := json.Marshal(entry(code, ""))
			return body, true, err
		}
	}
	return nil, false, nil
}

// hint is what the error catalogue says about an error code for one identity provider.
type hint struct {
	Code scim.Code `json:"code"`
	Text string    `json:"text"`
}

// idpBody is the profile of an identity provider, with hints for its failures.
func idpBody(_ context.Context, name string) ([]byte, bool, error) {
	if name == "all" {
		var names []string
		for _, p := range dialect.Profiles() {
			names = append(names, p.Name)
		}
		body, err := json.Marshal(map[string]any{"identityProviders": names})
		return body, true, err
	}
	profile, ok := dialect.ByName(name)
	if !ok {
		return nil, false, nil
	}
	hints := []hint{}
	for _, code := range scim.Codes() {
		if text := entry(code, name).Explanation.IdP; text != "" {
			hints = append(hints, hint{code, text})
		}
	}
	body, err := json.Marshal(map[string]any{"profile": profile, "hints": hints})
	return body, true, err
}

// ConfigFrom reads ServiceProviderConfig from the SCIM handler h, so that agents and SCIM clients get
// the same answer (RFC 7643 §5). prefix is the path before the tenant. Any status but 200 is an
// error.
func ConfigFrom(h http.Handler, prefix string) func(context.Context, *scim.Tenant) ([]byte, error) {
	return func(ctx context.Context, t *scim.Tenant) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, prefix+"/"+t.ID.String()+"/ServiceProviderConfig", http.NoBody)
		if err != nil {
			return nil, err
		}
		w := &body{header: http.Header{}}
		h.ServeHTTP(w, req)
		if w.status != http.StatusOK {
			return nil, failf(503, "unavailable", "the configuration cannot be read at the moment")
		}
		return w.text, nil
	}
}

// body is an http.ResponseWriter that keeps the response.
type body struct {
	header http.Header
	status int
	text   []byte
}

func (b *body) Header() http.Header         { return b.header }
func (b *body) WriteHeader(status int)      { b.status = status }
func (b *body) Write(p []byte) (int, error) { b.text = append(b.text, p...); return len(p), nil }
