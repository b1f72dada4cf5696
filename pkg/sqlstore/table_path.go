package sqlstore

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// path names one value of a document.
type path struct {
	schema.Ref
	by, is string // of a multi-valued attribute: the sub-attribute and the value that choose one
}

// valuePath is emails[type eq "work"].value.
var valuePath = regexp.MustCompile(`^(.*)\[(\w+) eq "([^"]*)"\]\.(\w+)$`)

func parsePath(rt *schema.ResourceType, text string) (path, error) {
	name, p := text, path{}
	if m := valuePath.FindStringSubmatch(text); m != nil {
		name, p.by, p.is = m[1]+"."+m[4], m[2], m[3]
	}
	ref, ok := rt.ResolveName(name)
	switch {
	case !ok || ref.Attr == nil:
		return p, fmt.Errorf("type %s has no attribute %q", rt.Name, name)
	case ref.Attr.MultiValued && p.by == "":
		return p, fmt.Errorf("%s has many values; name one of them, as in emails[type eq \"work\"].value", text)
	case !ref.Attr.MultiValued && p.by != "":
		return p, fmt.Errorf("%s has one value; write %s", text, name)
	case ref.Leaf().Type == schema.Complex:
		return p, fmt.Errorf("%s has sub-attributes; name one of them", text)
	case ref.Attr.Mutability == schema.ReadOnly:
		return p, fmt.Errorf("%s is computed by the service", text)
	}
	p.Ref = ref
	return p, nil
}

// String is the path as it is written.
func (p path) String() string {
	if p.by == "" {
		return p.Ref.String()
	}
	name, sub := p.Ref, p.Sub.Name
	name.Sub = nil
	return fmt.Sprintf("%s[%s eq %q].%s", name, p.by, p.is, sub)
}

// level is the object that has the attribute; nil if it is not there and is not to be made.
func (p path) level(doc map[string]any, create bool) map[string]any {
	if p.Container == "" {
		return doc
	}
	ext, _ := doc[p.Container].(map[string]any)
	if ext == nil && create {
		ext = map[string]any{}
		doc[p.Container] = ext
	}
	return ext
}

// element is the chosen value of a multi-valued attribute.
func (p path) element(list []any) (at int, found map[string]any) {
	for i, e := range list {
		if m, ok := e.(map[string]any); ok {
			if is, _ := m[p.by].(string); strings.EqualFold(is, p.is) {
				return i, m
			}
		}
	}
	return -1, nil
}

// get returns the value, or nil.
func (p path) get(doc map[string]any) any {
	level := p.level(doc, false)
	v := level[p.Attr.Name]
	switch {
	case p.by != "":
		list, _ := v.([]any)
		_, e := p.element(list)
		return e[p.Sub.Name]
	case p.Sub != nil:
		m, _ := v.(map[string]any)
		return m[p.Sub.Name]
	}
	return v
}

// set sets the value. It changes the document.
func (p path) set(doc map[string]any, v any) {
	level := p.level(doc, true)
	switch {
	case p.by != "":
		list, _ := level[p.Attr.Name].([]any)
		_, e := p.element(list)
		if e == nil {
			e = map[string]any{p.by: p.is}
			level[p.Attr.Name] = append(list, e)
		}
		e[p.Sub.Name] = v
	case p.Sub != nil:
		m, _ := level[p.Attr.Name].(map[string]any)
		if m == nil {
			m = map[string]any{}
			level[p.Attr.Name] = m
		}
		m[p.Sub.Name] = v
	default:
		level[p.Attr.Name] = v
	}
}

// take removes the value, with what is empty then. It changes the document.
func (p path) take(doc map[string]any) {
	level := p.level(doc, false)
	name := p.Attr.Name
	switch v := level[name].(type) {
	case []any:
		i, e := p.element(v)
		if _, has := e[p.Sub.Name]; !has {
			return
		}
		delete(e, p.Sub.Name)
		if len(e) == 1 { // only what has chosen it
			level[name] = append(v[:i:i], v[i+1:]...)
		}
		if len(level[name].([]any)) == 0 { //nolint:forcetypeassert // it was one
			delete(level, name)
		}
	case map[string]any:
		delete(v, p.Sub.Name)
		if len(v) == 0 {
			delete(level, name)
		}
	default:
		delete(level, name)
	}
	if p.Container != "" && len(level) == 0 {
		delete(doc, p.Container)
	}
}

// leave removes the value, which the column has, from what the JSON column will have. One of many leaves a null, so that it
// keeps its place among the others.
func (p path) leave(doc map[string]any) {
	if p.by != "" {
		list, _ := p.level(doc, false)[p.Attr.Name].([]any)
		if _, e := p.element(list); e[p.Sub.Name] != nil {
			e[p.Sub.Name] = nil
		}
		return
	}
	p.take(doc)
}

// vacant reports whether the document has the null of leave.
func (p path) vacant(doc map[string]any) bool {
	list, _ := p.level(doc, false)[p.Attr.Name].([]any)
	_, e := p.element(list)
	v, has := e[p.Sub.Name]
	return has && v == nil
}
