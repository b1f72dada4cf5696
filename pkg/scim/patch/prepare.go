package patch

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// operation is one operation as a list of steps: an operation without a path has one step for
// each key of its value.
type operation struct {
	kind  opKind
	steps []step
}

// step is one write to one attribute, prepared as far as possible without a document. Notes and
// errors are kept in the step, because they count only when Apply reaches it.
type step struct {
	note    string       // reported first
	err     error        // ends the PATCH
	path    *filter.Path // what to write; nil if the step only reports
	value   any
	members *memberList // value, if it is a list of members
	listed  []any       // the attribute schemas of a value without a path: not written, but reported
}

// preparer turns operations into steps.
type preparer struct {
	rt    *schema.ResourceType
	mode  schema.Mode
	kind  opKind // of the current operation
	steps []step // of all operations so far
	paths *filter.Paths
}

func (p *preparer) operation(raw rawOperation) operation {
	p.kind = raw.kind
	first := len(p.steps)
	if raw.hasPath {
		p.pathed(raw)
	} else {
		p.pathless(raw.value)
	}
	return operation{kind: raw.kind, steps: p.steps[first:len(p.steps):len(p.steps)]}
}

// pathless prepares an operation without a path. SCIM-SDK's client sends the object in a list.
func (p *preparer) pathless(v any) {
	if list, ok := v.([]any); ok && len(list) == 1 && p.mode.Allows(schema.ListOfOne) {
		p.note("without a path, a list of one object was read as the object")
		v = list[0]
	}
	value, ok := v.(map[string]any)
	switch {
	case !ok:
		p.fail(invalid("without a path the value must be an object"))
	case len(value) == 0:
		p.note("the value is an empty object; nothing was changed")
	default:
		p.keys("", value)
	}
}

// pathed prepares an operation that has a path.
func (p *preparer) pathed(raw rawOperation) {
	if schema.SameName(strings.TrimSpace(raw.path), p.rt.Schema.ID) && !p.mode.Strict {
		p.base(raw)
		return
	}
	st, err := p.path(raw.path)
	switch {
	case err == nil:
		st.value = raw.value
		p.write(st)
	case p.mode.Allows(schema.UnknownNames) && err.Code == schema.FaultPathName:
		p.note("unknown attribute %q in path was ignored", err.Attribute)
	default:
		p.fail(err)
	}
}

// base prepares an operation whose path is the URN of the base schema: it reads like one without
// a path.
func (p *preparer) base(raw rawOperation) {
	value, err := p.container(p.rt.Schema.ID, raw.value)
	switch {
	case err != nil && p.kind == opRemove:
		p.fail(mutability("the base schema %s cannot be removed", p.rt.Schema.ID))
	case err != nil:
		p.fail(err)
	case len(value) > 0:
		p.note("the path %s was read as no path", p.rt.Schema.ID)
		p.keys("", value)
	case p.kind == opRemove && raw.value == nil:
		p.fail(mutability("the base schema %s cannot be removed", p.rt.Schema.ID))
	default:
		p.note("the value for %s is empty; nothing was changed", p.rt.Schema.ID)
	}
}

// container reads the value of the URN of a schema.
func (p *preparer) container(urn string, v any) (map[string]any, error) {
	mode := p.mode
	var notes []string
	mode.Notes = &notes
	out, err := mode.Container(urn, v)
	for _, n := range notes {
		p.add(step{note: n})
	}
	return out, err
}

func (p *preparer) add(st step) { p.steps = append(p.steps, st) }

func (p *preparer) fail(err error) { p.add(step{err: err}) }

func (p *preparer) note(format string, args ...any) { p.add(step{note: fmt.Sprintf(format, args...)}) }

// path parses a path or a key. The attribute of an extension is found without the extension's
// URN in tolerant mode only (RFC 7644 §3.10), and so are a dot after a URN and a filter on a
// singular attribute.
func (p *preparer) path(text string) (step, *schema.Fault) {
	path, err := p.paths.Parse(text, p.rt, p.mode)
	note := ""
	if err != nil {
		if text, note = p.dotted(text); note != "" {
			path, err = p.paths.Parse(text, p.rt, p.mode)
		}
	}
	if f, ok := errors.AsType[*schema.Fault](err); ok {
		return step{}, f
	}
	if path.Ref.Container == "" || schema.IsURN(text) {
		return step{path: path, note: note}, nil
	}
	name := path.Ref.Attr.Name
	if !p.mode.Allows(schema.BareExtension) {
		return step{}, schema.NewFault(schema.FaultPathName, "path must name %s with its schema URN %s", name, path.Ref.Container).About(name)
	}
	return step{path: path, note: name + " was read without its schema URN"}, nil
}

// dotted replaces a dot after a schema URN with the colon of RFC 7644 §3.10.
func (p *preparer) dotted(text string) (out, note string) {
	out, urn, ok := p.rt.Undot(strings.TrimSpace(text))
	if !ok || p.mode.Strict {
		return text, ""
	}
	return out, "the dot after the URN " + urn + " was read as a colon"
}

// keys makes a step of every key of a value without a path: names, dotted names, names after
// a URN, and whole containers (T-23). Read-only keys are ignored with a note (T-13).
func (p *preparer) keys(urn string, value map[string]any) {
	var listed []step // reported after the other keys
	for _, k := range slices.Sorted(maps.Keys(value)) {
		v := value[k]
		switch {
		case schema.SameName(k, p.rt.Schema.ID):
			p.base(rawOperation{value: v})
		case urn == "" && schema.SameName(k, "schemas"):
			if _, isURN := v.(string); isURN {
				v = []any{v}
			}
			list, _ := v.([]any)
			listed = append(listed, step{listed: list})
		case urn == "":
			p.key(k, v)
		default:
			p.key(urn+":"+k, v)
		}
	}
	p.steps = append(p.steps, listed...)
}

func (p *preparer) key(text string, v any) {
	st, err := p.path(text)
	switch {
	case err == nil && readOnly(st.path.Ref):
		p.note("%s is read-only and was ignored", st.path.Ref)
	case err == nil:
		st.value = v
		p.write(st)
	case p.mode.Allows(schema.UnknownNames):
		p.note("unknown attribute %q was ignored", schema.NameOnly(text))
	default:
		p.fail(schema.NewFault(schema.FaultUnknown, "unknown attribute %q", shorten(text)).About(schema.NameOnly(text)))
	}
}

// write adds a step that writes. A whole extension is written, or removed, key by key.
func (p *preparer) write(st step) {
	ref := st.path.Ref
	if ref.Attr == nil && st.value != nil {
		p.extension(st)
		return
	}
	if isMembers(ref) && !st.path.HasFilter() && (p.kind != opRemove || st.value != nil) {
		st.members = p.memberList(ref.Attr, st.value)
	}
	p.add(st)
}

// extension adds steps that write the attributes in the value of an extension's URN.
func (p *preparer) extension(st step) {
	ref := st.path.Ref
	inner, err := p.container(ref.Container, st.value)
	switch {
	case err != nil:
		p.fail(err)
		return
	case len(inner) == 0:
		p.note("the value for %s is empty; nothing was changed", ref)
	}
	if st.note != "" {
		p.add(step{note: st.note})
	}
	p.keys(ref.Container, inner)
}

func readOnly(ref schema.Ref) bool {
	return ref.Attr != nil && (ref.Attr.Mutability == schema.ReadOnly || ref.Leaf().Mutability == schema.ReadOnly)
}
