package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Schemas are the schemas and resource types that a tenant adds.
type Schemas struct {
	Tenant    string           `json:"tenant"`
	Version   int64            `json:"version" doc:"of the tenant; the ETag"`
	Documents []SchemaDocument `json:"documents" doc:"schemas first"`
}

// SchemaDocument is a Schema or a ResourceType (RFC 7643 §6, §7).
type SchemaDocument struct {
	Kind     string          `json:"kind" enum:"Schema,ResourceType"`
	ID       string          `json:"id" doc:"the URN of a schema, the name of a resource type"`
	Document json.RawMessage `json:"document"`
}

// SchemaInput is what PutSchemas writes.
type SchemaInput struct {
	// Documents are Schema and ResourceType objects, lists of them, or ListResponses.
	Documents []json.RawMessage `json:"documents" doc:"Schema and ResourceType objects of RFC 7643 §6 and §7, or lists of them"`
	SchemaOptions
}

// SchemaOptions are options of PutSchemas and RemoveSchema.
type SchemaOptions struct {
	// Version is Tenant.Version as it was read; 0 changes any version.
	Version int64 `json:"-"`
	// DryRun reports what would happen and changes nothing.
	DryRun bool `json:"dryRun,omitempty" doc:"report what would happen, and change nothing"`
	// MaxRead bounds the stored resources that are read; 0 is 20,000.
	MaxRead int `json:"maxRead,omitempty" doc:"stored resources that are read at most; 0 is 20000"`
	// AcceptUnread goes on although not all stored resources were read.
	AcceptUnread bool `json:"acceptUnread,omitempty" doc:"go on although not all stored resources were read"`
}

// SchemaReport says what PutSchemas and RemoveSchema did or would do.
type SchemaReport struct {
	Tenant  string   `json:"tenant"`
	Version int64    `json:"version" doc:"of the tenant, afterwards"`
	Applied bool     `json:"applied" doc:"false: nothing was changed"`
	Added   []string `json:"added" doc:"schemas and resource types"`
	Changed []string `json:"changed"`
	Removed []string `json:"removed"`
	Read    int      `json:"read" doc:"stored resources that were checked"`
	All     bool     `json:"all" doc:"false: the tenant has more resources than were read"`
	Breaks  []Break  `json:"breaks" doc:"what stored resources contradict; nothing is changed then"`
	Note    string   `json:"note,omitempty" doc:"what to do next"`
}

// Break is a rule that stored resources contradict. It has no values: they are personal data.
type Break struct {
	Type      string   `json:"type" doc:"resource type"`
	Attribute string   `json:"attribute,omitempty"`
	Reason    string   `json:"reason"`
	Count     int      `json:"count" doc:"resources, among those that were read"`
	IDs       []string `json:"ids" doc:"of the first of them"`
}

// Schemas implements API.
func (s *Service) Schemas(ctx context.Context, name string) (*Schemas, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	docs, err := stored(&r.Settings)
	if err != nil {
		return nil, err
	}
	return &Schemas{Tenant: name, Version: r.Settings.Version, Documents: docs}, nil
}

// PutSchemas implements API.
func (s *Service) PutSchemas(ctx context.Context, name string, in SchemaInput) (*SchemaReport, error) {
	docs, err := flattened(in.Documents)
	if err != nil {
		return nil, err
	}
	return s.changeSchemas(ctx, name, in.SchemaOptions, func(was []SchemaDocument) (keep, put []SchemaDocument, err error) {
		for _, d := range was {
			if !slices.ContainsFunc(docs, d.same) {
				keep = append(keep, d)
			}
		}
		return keep, docs, nil
	})
}

// RemoveSchema implements API.
func (s *Service) RemoveSchema(ctx context.Context, name, id string, o SchemaOptions) (*SchemaReport, error) {
	return s.changeSchemas(ctx, name, o, func(was []SchemaDocument) (keep, put []SchemaDocument, err error) {
		var names []string
		for _, d := range was {
			names = append(names, d.ID)
			if !schema.SameName(d.ID, id) {
				keep = append(keep, d)
			}
		}
		switch {
		case len(was) == 0:
			return nil, nil, fail(NotFound, "id", "tenant "+name+" has no schemas and resource types but those of RFC 7643", "scimstack schema put "+name+" adds some")
		case len(keep) == len(was):
			return nil, nil, fail(NotFound, "id", "tenant "+name+" has no schema and no resource type "+shortened(id), use(id, names))
		}
		return keep, nil, nil
	})
}

// changeSchemas replaces the schemas of a tenant by those that f keeps and puts, unless stored resources
// contradict them.
func (s *Service) changeSchemas(ctx context.Context, name string, o SchemaOptions, f func(was []SchemaDocument) (keep, put []SchemaDocument, err error)) (*SchemaReport, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	if o.Version != 0 && o.Version != r.Settings.Version {
		return nil, AsError(tenant.ErrChanged)
	}
	was, err := stored(&r.Settings)
	if err != nil {
		return nil, err
	}
	keep, put, err := f(was)
	if err != nil {
		return nil, err
	}
	own := r.Settings
	if own.Types, err = load(keep, put); err != nil {
		return nil, err
	}
	if err := valid(&own); err != nil {
		return nil, err
	}
	now, err := stored(&own)
	if err != nil {
		return nil, err
	}
	if err := allUsed(put, now); err != nil {
		return nil, err
	}
	report := compared(was, append(slices.Clone(keep), put...))
	report.Tenant, report.Version = name, own.Version
	if err := s.checkStored(ctx, &r.Settings, &own, o, report); err != nil {
		return nil, AsError(err)
	}
	return s.applySchemas(ctx, &r.Settings, &own, o, report)
}

// allUsed refuses a schema that no resource type uses: types are what is stored, and it would be gone.
func allUsed(put, now []SchemaDocument) error {
	var problems []Problem
	for _, d := range put {
		if _, found := find(now, d); !found {
			problems = append(problems, Problem{
				Field: "documents", Reason: "no resource type uses the schema " + shortened(d.ID),
				Remedy: "put it together with a resource type that names it in schema or schemaExtensions, such as User with schemaExtensions",
			})
		}
	}
	return invalid(problems...)
}

// applySchemas writes schemas that were checked, or says why not.
func (s *Service) applySchemas(ctx context.Context, before, own *tenant.Settings, o SchemaOptions, report *SchemaReport) (*SchemaReport, error) {
	switch {
	case o.DryRun:
		return report, nil
	case len(report.Breaks) > 0:
		return nil, contradicted(report)
	case !report.All && !o.AcceptUnread:
		return nil, fail(Conflict, "documents", fmt.Sprintf("the tenant has more than the %d stored resources that were checked", report.Read),
			"check more of them (maxRead, --max-read), or accept that the rest may contradict the schemas (acceptUnread, --accept-unread)")
	case len(report.Added)+len(report.Changed)+len(report.Removed) == 0:
		report.Note = "the tenant has these already"
		return report, nil
	}
	if err := s.put(ctx, before, *own); err != nil {
		return nil, AsError(err)
	}
	after, err := s.Tenant(ctx, own.ID.String())
	if err != nil {
		return nil, err
	}
	report.Applied, report.Version, report.Note = true, after.Version, after.Note
	if report.Note == "" {
		report.Note = "it is in /Schemas and /ResourceTypes within a minute"
	}
	s.record(ctx, change{tenant: own.ID, operation: "schema.update", idp: own.IdP, after: map[string]any{
		"added": report.Added, "changed": report.Changed, "removed": report.Removed,
	}})
	return report, nil
}

// contradicted is the error for schemas that stored resources contradict.
func contradicted(report *SchemaReport) error {
	e := &Error{Kind: Conflict}
	for _, b := range report.Breaks {
		field := b.Type
		if b.Attribute != "" {
			field += "." + b.Attribute
		}
		remedy := "correct these resources first, or relax the schema"
		if b.Reason == unbuilt {
			remedy = "give the attribute another name, whose values are new, or create a tenant with the schemas and move the resources with scimstack export and scimstack import"
		}
		e.Problems = append(e.Problems, Problem{
			Field: field, Reason: fmt.Sprintf("%d stored resources contradict it: %s (%s)", b.Count, b.Reason, strings.Join(b.IDs, ", ")),
			Remedy: remedy,
		})
	}
	return e
}
