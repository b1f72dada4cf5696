package mcp

import (
	"context"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// SchemaQuery is what describe_schema takes.
type SchemaQuery struct {
	Type      string `json:"type,omitempty" jsonschema:"resource type; without it the types of the tenant are listed"`
	Attribute string `json:"attribute,omitempty" jsonschema:"only this attribute, e.g. emails.value or urn:...:User:department"`
}

// Description is the answer of describe_schema.
type Description struct {
	Types      []TypeLine      `json:"types,omitempty"`
	Attributes []AttributeLine `json:"attributes,omitempty"`
}

// TypeLine is a resource type in short.
type TypeLine struct {
	Name       string   `json:"name"`
	Endpoint   string   `json:"endpoint"`
	Schema     string   `json:"schema"`
	Extensions []string `json:"extensions,omitempty"`
	About      string   `json:"about,omitempty"`
}

// AttributeLine is an attribute with its characteristics (RFC 7643 section 7).
type AttributeLine struct {
	Path        string   `json:"path" jsonschema:"the name as filters and PATCH paths take it"`
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
		name: "describe_schema", title: "Describe the schema", effect: reads,
		refine: func(s *jsonschema.Schema) { longest(s, 512) },
		about:  "Lists the resource types of the tenant, or all attributes of one type, or one attribute, with their characteristics.",
	}, describe)
}

func describe(_ context.Context, c *call, in SchemaQuery) (*Description, error) {
	if in.Type == "" {
		return &Description{Types: typeLines(c.Tenant)}, nil
	}
	rt, err := typeNamed(c.Tenant, in.Type)
	if err != nil {
		return nil, err
	}
	if in.Attribute == "" {
		return &Description{Attributes: everyAttribute(rt)}, nil
	}
	ref, ok := rt.ResolveName(in.Attribute)
	if !ok || ref.Leaf() == nil {
		return nil, failf(404, "not_found", "the type has no such attribute; describe_schema with the type alone lists all")
	}
	lines := []AttributeLine{lineOf(ref)}
	if ref.Sub == nil {
		for _, sub := range ref.Attr.SubAttributes {
			lines = append(lines, lineOf(schema.Ref{Container: ref.Container, Attr: ref.Attr, Sub: sub}))
		}
	}
	return &Description{Attributes: lines}, nil
}

func typeLines(t *scim.Tenant) []TypeLine {
	lines := make([]TypeLine, 0, len(t.Types.List))
	for _, rt := range t.Types.List {
		line := TypeLine{Name: rt.Name, Endpoint: rt.Endpoint, Schema: rt.Schema.ID, About: cleanText(rt.Description)}
		for _, e := range rt.Extensions {
			line.Extensions = append(line.Extensions, e.Schema.ID)
		}
		lines = append(lines, line)
	}
	return lines
}

func everyAttribute(rt *schema.ResourceType) []AttributeLine {
	var lines []AttributeLine
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

func lineOf(ref schema.Ref) AttributeLine {
	a := ref.Leaf()
	line := AttributeLine{
		Path: ref.String(), Type: a.Type.String(), MultiValued: a.MultiValued, Required: a.Required, CaseExact: a.CaseExact,
		Mutability: a.Mutability.String(), Returned: a.Returned.String(), Canonical: a.CanonicalValues, About: cleanText(a.Description),
	}
	if a.Uniqueness != schema.None {
		line.Uniqueness = a.Uniqueness.String()
	}
	return line
}
