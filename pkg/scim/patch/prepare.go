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
}

// memberList is the canonical form of a list of members, or the reason why there is none.
type memberList struct {
	members []Member
	notes   []string
	err     error
}

// preparer turns operations into steps.
type preparer struct {
	rt    *schema.ResourceType
	mode  schema.Mode
	kind  opKind // of the current operation
	steps []step // of all operations so far
}

func (p *preparer) operation(raw rawOperation) operation {
	p.kind = raw.kind
	first := len(p.steps)
	if raw.hasPath {
		p.pathed(raw)
	} else if value, ok := raw.value.(map[string]any); ok {
		p.keys("", value)
	} else {
		p.fail(invalid("without a path the value must be an object"))
	}
	return operation{kind: raw.kind, steps: p.steps[first:len(p.steps):len(p.steps)]}
}

// pathed prepares an operation that has a path.
func (p *preparer) pathed(raw rawOperation) {
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

func (p *preparer) add(st step) { p.steps = append(p.steps, st) }

func (p *preparer) fail(err error) { p.add(step{err: err}) }

func (p *preparer) note(format string, args ...any) { p.add(step{note: fmt.Sprintf(format, args...)}) }

// path parses a path or a key. The attribute of an extension is found without the extension's
// URN in tolerant mode only (RFC 7644 §3.10).
func (p *preparer) path(text string) (step, *schema.Fault) {
	path, err := filter.ParsePathIn(text, p.rt, p.mode)
	if f, ok := errors.AsType[*schema.Fault](err); ok {
		return step{}, f
	}
	if path.Ref.Container == "" || schema.IsURN(text) {
		return step{path: path}, nil
	}
	name := path.Ref.Attr.Name
	if !p.mode.Allows(schema.BareExtension) {
		return step{}, schema.NewFault(schema.FaultPathName, "path must name %s with its schema URN %s", name, path.Ref.Container).About(name)
	}
	return step{path: path, note: name + " was read without its schema URN"}, nil
}

// keys makes a step of every key of a value without a path: names, dotted names, names after
// a URN, and whole containers (T-23). Read-only keys are ignored (T-13).
func (p *preparer) keys(urn string, value map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(value)) {
		if schema.SameName(k, p.rt.Schema.ID) || urn == "" && schema.SameName(k, "schemas") {
			inner, _ := value[k].(map[string]any)
			p.keys("", inner)
			continue
		}
		text := k
		if urn != "" {
			text = urn + ":" + k
		}
		st, err := p.path(text)
		switch {
		case err == nil && readOnly(st.path.Ref):
			p.add(step{note: st.note})
		case err == nil:
			st.value = value[k]
			p.write(st)
		case p.mode.Allows(schema.UnknownNames):
			p.note("unknown attribute %q was ignored", schema.NameOnly(text))
		default:
			p.fail(schema.NewFault(schema.FaultUnknown, "unknown attribute %q", shorten(text)).About(schema.NameOnly(text)))
		}
	}
}

// write adds a step that writes. A whole extension is written key by key.
func (p *preparer) write(st step) {
	ref := st.path.Ref
	if inner, ok := st.value.(map[string]any); ok && ref.Attr == nil && p.kind != opRemove {
		p.keys(ref.Container, inner)
		return
	}
	if isMembers(ref) && !st.path.HasFilter() && !p.removesAll(st) {
		st.members = p.memberList(ref.Attr, st.value)
	}
	p.add(st)
}

// removesAll reports whether a step removes all members, whatever its value.
func (p *preparer) removesAll(st step) bool {
	return p.kind == opRemove && (st.value == nil || !p.mode.Allows(schema.RemoveNamed))
}

// memberList reads the forms in which clients name members: a list of objects or ids, one
// object, or one id.
func (p *preparer) memberList(a *schema.Attribute, v any) *memberList {
	l := &memberList{}
	mode := p.mode
	mode.Notes = &l.notes
	out, err := a.Coerce(v, mode, a.Name)
	if err != nil {
		l.err = err
		return l
	}
	list, _ := out.([]any)
	l.members = make([]Member, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		id, _ := m["value"].(string)
		typ, _ := m["type"].(string)
		ref, _ := m["$ref"].(string)
		if id == "" {
			if !p.mode.Allows(schema.ValuelessEntry) {
				l.err = invalid("a member needs a value")
				return l
			}
			l.notes = append(l.notes, "a member without a value was left out")
			continue
		}
		l.members = append(l.members, Member{ID: strings.TrimSpace(id), Type: typ, Ref: ref})
	}
	return l
}

// isMembers reports whether a reference is the whole attribute members of a group.
func isMembers(ref schema.Ref) bool {
	a := ref.Attr
	return ref.Container == "" && a != nil && a.Name == "members" && a.MultiValued && a.Type == schema.Complex
}

func readOnly(ref schema.Ref) bool {
	return ref.Attr != nil && (ref.Attr.Mutability == schema.ReadOnly || ref.Leaf().Mutability == schema.ReadOnly)
}

func shorten(s string) string { return strings.ToValidUTF8(s[:min(len(s), 100)], "") }
