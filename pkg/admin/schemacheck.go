package admin

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const (
	maxReadDefault = 20000 // stored resources that a change of schemas is checked against
	readPage       = 500
	maxBreaks      = 50 // rules that a report lists
	maxBreakIDs    = 5  // resources that it names for each
)

// checkStored reads the stored resources of every type that changes, and reports what of the new types
// they contradict and did not contradict before.
func (s *Service) checkStored(ctx context.Context, was, now *tenant.Settings, o SchemaOptions, report *SchemaReport) error {
	if o.MaxRead <= 0 {
		o.MaxRead = maxReadDefault
	}
	report.All = true
	before, err := was.Tenant()
	if err != nil {
		return err
	}
	after, err := now.Tenant()
	if err != nil {
		return err
	}
	for _, old := range typesOf(was) {
		next := byName(typesOf(now), old.Name)
		if next != nil && bytes.Equal(described(old), described(next)) {
			continue
		}
		w := &walk{s: s, before: before, after: after, old: old, next: next, report: report, left: o.MaxRead - report.Read, seen: map[string]string{}}
		if err := w.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

func typesOf(s *tenant.Settings) []*schema.ResourceType {
	if len(s.Types) == 0 {
		return []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	}
	return s.Types
}

func byName(list []*schema.ResourceType, name string) *schema.ResourceType {
	i := slices.IndexFunc(list, func(rt *schema.ResourceType) bool { return rt.Name == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

// described is everything of a resource type that resources can contradict.
func described(rt *schema.ResourceType) []byte {
	out := rt.Schema.AppendJSON(rt.AppendJSON(nil, ""), "")
	for _, e := range rt.Extensions {
		out = e.Schema.AppendJSON(out, "")
	}
	return out
}

// walk checks the stored resources of one type.
type walk struct {
	s         *Service
	before    *scim.Tenant
	after     *scim.Tenant
	old, next *schema.ResourceType // next is nil if the type is removed
	report    *SchemaReport
	left      int               // resources that may still be read
	seen      map[string]string // unique key → id of the resource that has it
}

func (w *walk) run(ctx context.Context) error {
	for after := ""; ; {
		if w.left <= 0 {
			w.report.All = false
			return nil
		}
		page, err := w.s.o.Store.List(ctx, w.before.ID, w.old.Name, scim.Page{After: after, Limit: min(readPage, w.left)})
		if err != nil {
			return err
		}
		for _, r := range page.Resources {
			w.report.Read++
			w.left--
			w.check(r)
			after = r.ID
		}
		if !page.More || len(page.Resources) == 0 {
			return nil
		}
	}
}

func (w *walk) check(r *scim.Resource) {
	if w.next == nil {
		w.note("", "its resource type is removed", r.ID)
		return
	}
	doc, err := whole(r)
	if err != nil {
		return // the old schema does not read it either
	}
	if attribute, reason := refusal(w.next, doc); reason != "" {
		if _, before := refusal(w.old, doc); before == "" {
			w.note(attribute, reason, r.ID)
		}
	}
	w.checkKeys(r)
	for _, p := range w.next.UniquePaths() {
		for _, key := range p.Keys(doc) {
			k := p.Path + "\x00" + key
			if other := w.seen[k]; other == "" {
				w.seen[k] = r.ID
			} else if !slices.ContainsFunc(w.old.UniquePaths(), func(was schema.UniquePath) bool { return was.Path == p.Path }) {
				w.note(p.Path, "it is to be unique, and several have the same value", r.ID)
			}
		}
	}
}

// checkKeys looks for values that the new types look up, and that nothing in the store leads to. Writers make the keys of
// their resource: a store that does not build those of the others would not find them, without an error.
func (w *walk) checkKeys(r *scim.Resource) {
	if w.s.o.Reindexer != nil {
		return
	}
	had, err := engine.Keys(w.before, w.old, r)
	if err != nil {
		return // check has said so
	}
	has, err := engine.Keys(w.after, w.next, r)
	if err != nil {
		return
	}
	for _, k := range has {
		if !slices.ContainsFunc(had, func(h scim.IndexKey) bool { return h.Attr == k.Attr && h.Value == k.Value }) {
			w.note(k.Attr, unbuilt, r.ID)
		}
	}
}

// unbuilt is why a value that is there cannot be looked up from now on.
const unbuilt = "it is to be looked up (uniqueness, caseExact), and nothing in this store builds the index of values that are there"

// whole is the document of a resource with its hidden attributes.
func whole(r *scim.Resource) (map[string]any, error) {
	doc, err := schema.DecodeJSON(r.Document, 64)
	if err != nil || r.Hidden == nil {
		return doc, err
	}
	hidden, err := schema.DecodeJSON(r.Hidden, 64)
	for k, v := range hidden {
		doc[k] = v
	}
	return doc, err
}

// refusal says why a resource type refuses a stored document, without its values; "" if it does not.
func refusal(rt *schema.ResourceType, doc map[string]any) (attribute, reason string) {
	canonical, _, err := rt.Canonical(doc, schema.Mode{Strict: true})
	if err == nil {
		err = rt.CheckRequired(canonical)
	}
	var fault *schema.Fault
	if err == nil {
		return "", ""
	}
	if !errors.As(err, &fault) {
		return "", "the resource cannot be read"
	}
	switch fault.Code {
	case schema.FaultUnknown, schema.FaultSchemas:
		reason = "the new schemas do not have the attribute"
	case schema.FaultRequired:
		reason = "it is to be required, and has no value"
	case schema.FaultSingle:
		reason = "it is to have one value, and has several"
	default:
		reason = "the value has another type or form than the new schema says"
	}
	return fault.Attribute, reason
}

// note counts a contradiction.
func (w *walk) note(attribute, reason, id string) {
	i := slices.IndexFunc(w.report.Breaks, func(b Break) bool {
		return b.Type == w.old.Name && b.Attribute == attribute && b.Reason == reason
	})
	if i < 0 {
		if len(w.report.Breaks) >= maxBreaks {
			return
		}
		i = len(w.report.Breaks)
		w.report.Breaks = append(w.report.Breaks, Break{Type: w.old.Name, Attribute: attribute, Reason: reason})
	}
	b := &w.report.Breaks[i]
	b.Count++
	if len(b.IDs) < maxBreakIDs {
		b.IDs = append(b.IDs, id)
	}
}
