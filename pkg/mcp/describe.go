package mcp

import (
	"context"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// schemaArgs is what describe_schema takes.
type schemaArgs struct {
	Type      string `json:"type,omitempty" jsonschema:"resource type; omit it to list the tenant's types"`
	Attribute string `json:"attribute,omitempty" jsonschema:"only this attribute, e.g. emails.value or urn:...:User:department"`
}

// schemaResult is the answer of describe_schema.
type schemaResult struct {
	Types      []typeLine      `json:"types,omitempty"`
	Attributes []attributeLine `json:"attributes,omitempty"`
}

// typeLine is the summary of a resource type.
type typeLine struct {
	Name       string   `json:"name"`
	Endpoint   string   `json:"endpoint"`
	Schema     string   `json:"schema"`
	Extensions []string `json:"extensions,omitempty"`
	About      string   `json:"about,omitempty"`
}

// attributeLine is an attribute with its characteristics (RFC 7643 section 7).
type attributeLine struct {
	Path        string   `json:"path" jsonschema:"name to use in filters and PATCH paths"`
	Type        string   `json:"type"`
	MultiValued bool     `json:"multiValued,omitempty"`
	Required    bool     `json:"required,omitempty"`
	CaseExact   bool     `json:"caseExact,omitempty"`
	Mutability  string   `json:"mutability"`
	Returned    string   `json:"returned"`
	Uniqueness  string   `json:"uniqueness,omitempty"`
	Canonical   []string `json:"canonicalValues,omitempty"`
	About       string   `json:"about,omitempty"`
}

func defineSchema(ts *toolset) {
	define(ts, tool{
		name: "describe_schema", title: "Describe the schema", access: reads,
		refine: func(s *jsonschema.Schema) { longest(s, 512) },
		about:  "Lists the resource types of the tenant, or all attributes of one type, or one attribute, with their characteristics.",
	}, describe)
}

func describe(_ context.Context, c *call, in schemaArgs) (*schemaResult, error) {
	if in.Type == "" {
		return &schemaResult{Types: typeLines(c.Tenant)}, nil
	}
	rt, err := typeNamed(c.Tenant, in.Type)
	if err != nil {
		return nil, err
	}
	if in.Attribute == "" {
		return &schemaResult{Attributes: everyAttribute(rt)}, nil
	}
	ref, ok := rt.ResolveName(in.Attribute)
	if !ok || ref.Leaf() == nil {
		return nil, failf(404, "not_found", "the type has no such attribute; call describe_schema with only the type to list all")
	}
	lines := []attributeLine{lineOf(ref)}
	if ref.Sub == nil {
		for _, sub := range ref.Attr.SubAttributes {
			lines = append(lines, lineOf(schema.Ref{Container: ref.Container, Attr: ref.Attr, Sub: sub}))
		}
	}
	return &schemaResult{Attributes: lines}, nil
}

func typeLines(t *scim.Tenant) []typeLine {
	lines := make([]typeLine, 0, len(t.Types.List))
	for _, rt := range t.Types.List {
		line := typeLine{Name: rt.Name, Endpoint: rt.Endpoint, Schema: rt.Schema.ID, About: cleanText(rt.Description)}
		for _, e := range rt.Extensions {
			line.Extensions = append(line.Extensions, e.Schema.ID)
		}
		lines = append(lines, line)
	}
	return lines
}

func everyAttribute(rt *schema.ResourceType) []attributeLine {
	var lines []attributeLine
	add := func(container string, attrs []*schema.Attribute) {
		for _, a := range attrs {
			lines = append(lines, lineOf(schema.Ref{Container: container, Attr: a}))
			for _, sub := range a.SubAttributes {
				lines = append(lines, lineOf(schema.Ref{Container: container, Attr: a, Sub: sub}))
			}
		}
	}
	add("", []*schema.Attribute{schema.Common("id"), schema.Common("externalId")})
	add("", rt.Schema.Attributes)
	for _, e := range rt.Extensions {
		add(e.Schema.ID, e.Schema.Attributes)
	}
	return lines
}

func lineOf(ref schema.Ref) attributeLine {
	a := ref.Leaf()
	line := attributeLine{
		Path: ref.String(), Type: a.Type.String(), MultiValued: a.MultiValued, Required: a.Required, CaseExact: a.CaseExact,
		Mutability: a.Mutability.String(), Returned: a.Returned.String(), Canonical: a.CanonicalValues, About: cleanText(a.Description),
	}
	if a.Uniqueness != schema.None {
		line.Uniqueness = a.Uniqueness.String()
	}
	return line
}
