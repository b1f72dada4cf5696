package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// lintArgs is what lint_scim takes.
type lintArgs struct {
	Kind    string         `json:"kind" jsonschema:"what to check: a resource (POST or PUT body), a patch (PATCH body), a filter or a path"`
	Type    string         `json:"type,omitempty" jsonschema:"resource type, User by default"`
	Payload map[string]any `json:"payload,omitempty" jsonschema:"the body, for kind resource and patch"`
	Text    string         `json:"text,omitempty" jsonschema:"the filter or the path"`
}

// lintResult is the answer of lint_scim.
type lintResult struct {
	Accepted  bool      `json:"accepted" jsonschema:"whether this tenant accepts it"`
	Canonical string    `json:"canonical,omitempty" jsonschema:"the filter or path as the service reads it"`
	Findings  []finding `json:"findings"`
}

// finding is one error, warning or note.
type finding struct {
	Severity  string `json:"severity" jsonschema:"error: rejected; warning: accepted by this tenant but not by the RFC; note: read differently from what was sent"`
	ScimType  string `json:"scimType,omitempty"`
	Attribute string `json:"attribute,omitempty"`
	Detail    string `json:"detail"`
}

func defineLint(ts *toolset) {
	define(ts, tool{
		name: "lint_scim", title: "Check a SCIM payload, filter or path", access: reads,
		refine: func(s *jsonschema.Schema) {
			oneOf(s.Properties["kind"], "resource", "patch", "filter", "path")
			longest(s, 8192)
		},
		about: "Checks a resource body, a PATCH body, a filter or a PATCH path against the tenant's schema and reports what is wrong. Reads no resources and changes nothing.",
	}, lint)
}

// linter collects findings: first in the tenant's own mode; then, for a tolerant tenant, what the
// RFC does not allow.
type linter struct {
	rt     *schema.ResourceType
	limits scim.Limits
	strict bool
	second bool // looking for warnings
	out    lintResult
}

func lint(ctx context.Context, c *call, in lintArgs) (*lintResult, error) {
	name := in.Type
	if name == "" {
		name = schema.TypeUser
	}
	rt, err := typeNamed(c.Tenant, name)
	if err != nil {
		return nil, err
	}
	l := &linter{rt: rt, limits: c.Tenant.Limits, strict: c.Tenant.Strict, out: lintResult{Accepted: true, Findings: []finding{}}}
	body := map[string]any{}
	if in.Kind == "resource" || in.Kind == "patch" {
		if body, err = decoded(in.Payload, c.Tenant.Limits); err != nil {
			return nil, err
		}
	}
	if err := l.check(ctx, in, body); err != nil {
		return nil, err
	}
	if !l.strict && l.out.Accepted {
		l.strict, l.second = true, true
		err = l.check(ctx, in, body)
	}
	return &l.out, err
}

func (l *linter) check(ctx context.Context, in lintArgs, body map[string]any) error {
	switch in.Kind {
	case "filter":
		return l.filter(in.Text)
	case "path":
		return l.path(in.Text)
	case "patch":
		return l.patch(ctx, body)
	}
	return l.resource(body)
}

// decoded converts arguments to the form that the core works with, within its limits.
func decoded(v map[string]any, l scim.Limits) (map[string]any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	limits := schema.JSONLimits{Depth: 32, Nodes: l.MaxNodes}
	return limits.Decode(text)
}

// found adds a schema fault as a finding and returns any other error.
func (l *linter) found(err error) error {
	var f *schema.Fault
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &f):
		return err
	}
	severity := "error"
	if l.second {
		severity = "warning"
	}
	l.out.Accepted = l.out.Accepted && l.second
	l.add(finding{Severity: severity, ScimType: string(scim.AsError(f).ScimType), Attribute: f.Attribute, Detail: cleanText(f.Detail)})
	return nil
}

func (l *linter) add(f finding) {
	if !slices.Contains(l.out.Findings, f) && len(l.out.Findings) < maxList {
		l.out.Findings = append(l.out.Findings, f)
	}
}

func (l *linter) notes(notes []string) {
	for _, n := range notes {
		l.add(finding{Severity: "note", Detail: cleanText(n)})
	}
}

func (l *linter) filter(text string) error {
	parse := filter.Parse
	if l.strict {
		parse = filter.ParseStrict
	}
	expr, err := parse(text)
	if err != nil {
		return l.found(err)
	}
	l.out.Canonical = cleanText(expr.String())
	_, err = filter.Compile(expr, l.rt)
	return l.found(err)
}

func (l *linter) path(text string) error {
	p, err := filter.ParsePath(text, l.rt)
	if err == nil {
		l.out.Canonical = cleanText(p.Ref.String())
	}
	return l.found(err)
}

// resource checks each attribute separately, so that one fault does not hide the next.
func (l *linter) resource(body map[string]any) error {
	mode := schema.Mode{Strict: l.strict, MaxValues: l.limits.MaxValues}
	doc, notes, err := l.rt.Canonical(body, mode)
	if err == nil {
		l.notes(notes)
		return l.found(l.rt.CheckRequired(doc))
	}
	merged := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if schema.Fold(name) == "schemas" {
			continue
		}
		doc, notes, err := l.rt.Canonical(l.single(body, name), mode)
		if err := l.found(err); err != nil {
			return err
		}
		l.notes(notes)
		maps.Copy(merged, doc)
	}
	if err := l.found(err); err != nil {
		return err
	}
	return l.found(l.rt.CheckRequired(merged))
}

// single returns a body with only one of its attributes.
func (l *linter) single(body map[string]any, name string) map[string]any {
	one := map[string]any{name: body[name], "schemas": []any{l.rt.Schema.ID}}
	if _, isExtension := l.rt.Extension(name); isExtension {
		one["schemas"] = []any{l.rt.Schema.ID, name}
	}
	return one
}

// patch applies each operation to an empty resource. A missing target there says nothing about the
// request, so it is skipped where the path is valid.
func (l *linter) patch(ctx context.Context, body map[string]any) error {
	o := patch.Options{Strict: l.strict, MaxOps: l.limits.MaxPatchOps, MaxValues: l.limits.MaxValues, MaxNodes: l.limits.MaxNodes}
	req, err := patch.Parse(l.rt, body, o)
	if err != nil {
		return l.found(err)
	}
	for _, op := range req.Split() {
		res, err := op.ApplyContext(ctx, map[string]any{})
		var f *schema.Fault
		if errors.As(err, &f) && f.Code == schema.FaultTarget {
			continue // the path is valid, only the element is missing
		}
		if err := l.found(err); err != nil {
			return err
		}
		if res != nil {
			l.notes(res.Notes)
		}
	}
	return nil
}
