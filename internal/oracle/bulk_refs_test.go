package oracle

import (
	"net/http"
	"regexp"
	"strings"
)

// resolved replaces the references in the data of an operation (B-13): only where a reference may stand.
func (b *bulk) resolved(op *bulkOp, typ *resourceType) (any, []problem) {
	body := clone(op.data).(object)
	if op.method != http.MethodPatch {
		problems := b.body(op, typ, "", body)
		return body, problems
	}
	for _, e := range list(body["Operations"]) {
		o, _ := e.(object)
		text, pathed := o["path"].(string)
		if !pathed {
			if in, ok := o["value"].(object); ok {
				if problems := b.body(op, typ, "", in); problems != nil {
					return nil, problems
				}
			}
			continue
		}
		name, _, _ := strings.Cut(text, "[")
		at := (&grammar{typ: typ}).path(name)
		if at.attr == nil {
			if in, ok := o["value"].(object); ok && at.urn != "" {
				if problems := b.body(op, typ, at.urn, in); problems != nil {
					return nil, problems
				}
			}
			continue
		}
		if find(at.attr.Sub, "$ref") != nil {
			var problems []problem
			o["path"] = reference.ReplaceAllStringFunc(text, func(found string) string {
				id, wrong := b.idOf(found[len(`"bulkId:`) : len(found)-1])
				problems = append(problems, wrong...)
				return `"` + id + `"`
			})
			if problems != nil {
				return nil, problems
			}
		}
		if _, rest, filtered := strings.Cut(text, "]."); filtered {
			at.sub = find(at.attr.Sub, rest)
		}
		v, _, problems := b.attribute(op, at, o["value"])
		if problems != nil {
			return nil, problems
		}
		if _, sent := o["value"]; sent {
			o["value"] = v
		}
	}
	return body, nil
}

var reference = regexp.MustCompile(`"bulkId:[^"]*"`)

// body replaces references in a resource, or in an extension of it.
func (b *bulk) body(op *bulkOp, typ *resourceType, urn string, body object) []problem {
	for _, name := range sortedKeys(body) {
		if e := typ.extension(name); e != nil && urn == "" {
			if in, ok := body[name].(object); ok {
				if problems := b.body(op, typ, e.urn, in); problems != nil {
					return problems
				}
			}
			continue
		}
		if urn != "" {
			name = urn + ":" + name
		}
		at := (&grammar{typ: typ}).path(name)
		if at.attr == nil {
			continue
		}
		key := name[strings.LastIndexByte(name, ':')+1:]
		v, keep, problems := b.attribute(op, at, body[key])
		if problems != nil {
			return problems
		}
		if body[key] = v; !keep {
			delete(body, key)
		}
	}
	return nil
}

// attribute replaces references in a value of an attribute. keep is false if all of it waits.
func (b *bulk) attribute(op *bulkOp, at path, v any) (out any, keep bool, problems []problem) {
	if !refers(at) {
		return v, true, nil
	}
	if l, is := v.([]any); is {
		kept := []any{}
		for _, e := range l {
			v, keep, problems := b.element(op, at, true, e)
			if problems != nil {
				return nil, false, problems
			}
			if keep {
				kept = append(kept, v)
			}
		}
		return kept, true, nil
	}
	return b.element(op, at, at.attr.Multi, v)
}

func (b *bulk) element(op *bulkOp, at path, multi bool, v any) (out any, keep bool, problems []problem) {
	if b.busy(v) && op.method == http.MethodPost {
		name := at.attr.Name
		if at.urn != "" {
			name = at.urn + ":" + name
		}
		b.later = append(b.later, deferred{op, name, multi, v})
		return nil, false, nil
	}
	out, problems = b.replaced(v)
	return out, true, problems
}

// refers says whether the strings of an attribute are references: of one with a $ref, or of the type reference, unless it is
// about what is not in this service.
func refers(at path) bool {
	if find(at.attr.Sub, "$ref") != nil {
		return at.sub == nil || at.sub.Name == "value" || at.sub.Name == "$ref"
	}
	return at.sub == nil && at.attr.Type == "reference" && at.attr.Name != "profileUrl" && at.attr.Name != "schemas"
}

// bulkIDs are the bulkIds in a value.
func bulkIDs(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		if i := strings.Index(v, "bulkId:"); i == 0 || i > 0 && v[i-1] == '/' {
			out = append(out, v[i+len("bulkId:"):])
		}
	case object:
		for _, name := range []string{"$ref", "value"} {
			out = append(out, bulkIDs(v[name])...)
		}
	}
	return out
}

// busy says whether a value names a resource whose operation waits for this one.
func (b *bulk) busy(v any) bool {
	for _, name := range bulkIDs(v) {
		for _, op := range b.ops {
			if op.id == name && op.busy {
				return true
			}
		}
	}
	return false
}

// missing says whether a value names a resource that does not exist.
func (b *bulk) missing(v any) (name string, open bool) {
	for _, name := range bulkIDs(v) {
		made := false
		for _, op := range b.ops {
			made = made || op.id == name && op.made != nil
		}
		if !made {
			return name, true
		}
	}
	return "", false
}

// replaced is a value, or each value of a list, with ids.
func (b *bulk) replaced(v any) (any, []problem) {
	switch v := v.(type) {
	case string:
		if names := bulkIDs(v); len(names) > 0 {
			id, problems := b.idOf(names[0])
			if problems != nil {
				return nil, problems
			}
			return strings.TrimSuffix(v, "bulkId:"+names[0]) + id, nil
		}
	case object:
		out := clone(v).(object)
		for _, name := range []string{"$ref", "value"} {
			if v[name] == nil {
				continue
			}
			x, problems := b.replaced(v[name])
			if problems != nil {
				return nil, problems
			}
			out[name] = x
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			x, problems := b.replaced(e)
			if problems != nil {
				return nil, problems
			}
			out[i] = x
		}
		return out, nil
	}
	return v, nil
}
