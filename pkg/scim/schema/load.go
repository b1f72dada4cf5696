package schema

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// LoadDir reads the schemas and resource types of a tenant from the .json files of a
// directory. A file has one Schema or ResourceType object, a list of them, or a ListResponse.
// LoadDir returns all resource types, User and Group first. A ResourceType named User or Group
// replaces the extensions of the built-in one; without such an object User keeps the
// enterprise extension.
//
// An error names the file and the position in it, such as "badge.json: attributes[2].type: …".
// (RFC 7643 §6, §7)
func LoadDir(fsys fs.FS, dir string) ([]*ResourceType, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	files := make([]File, 0, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{path.Base(name), data})
	}
	return Load(files...)
}

// File is a file of schemas and resource types. The name is for errors.
type File struct {
	Name string
	Data []byte
}

// Load is LoadDir with the content of the files.
func Load(files ...File) ([]*ResourceType, error) {
	l := loader{schemas: map[string]*Schema{}}
	for _, s := range []*Schema{User(), Group(), EnterpriseUser()} {
		l.schemas[NameKey(s.ID)] = s
	}
	for _, f := range files {
		v, err := ParseJSON(f.Data, 16)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if err := l.file(place(f.Name+":"), v); err != nil {
			return nil, err
		}
	}
	return l.types()
}

// place is a position in a file, for error texts.
type place string

func (p place) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %s", strings.TrimSuffix(string(p), ":"), fmt.Sprintf(format, args...))
}

func (p place) in(name string) place {
	if strings.HasSuffix(string(p), ":") {
		return p + place(" "+name)
	}
	return p + place("."+name)
}

func (p place) at(i int) place { return p + place(fmt.Sprintf("[%d]", i)) }

type loader struct {
	schemas map[string]*Schema
	pending []pendingType
}

type pendingType struct {
	at  place
	raw map[string]any
}

func (l *loader) file(at place, v any) error {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			if err := l.file(at.at(i), e); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		if list, ok := v["Resources"].([]any); ok {
			return l.file(at.in("Resources"), list)
		}
		_, isSchema := v["attributes"]
		_, isType := v["endpoint"]
		switch {
		case isSchema:
			return l.schema(at, v)
		case isType:
			l.pending = append(l.pending, pendingType{at, v})
			return nil
		}
	}
	return at.errorf("neither a Schema (attributes) nor a ResourceType (endpoint)")
}

var urnForm = regexp.MustCompile(`^(?i:urn):[A-Za-z0-9][A-Za-z0-9-]{0,31}:[A-Za-z0-9()+,.:=@;$_!*'%/?#~-]*[A-Za-z0-9_-]$`)

func (l *loader) schema(at place, raw map[string]any) error {
	r := reader{at: at, raw: raw}
	id, name, description := r.str("id", true), r.str("name", false), r.str("description", false)
	list := r.list("attributes")
	if r.err != nil {
		return r.err
	}
	if err := checkID(at, id); err != nil {
		return err
	}
	if l.schemas[NameKey(id)] != nil {
		return at.in("id").errorf("the schema %q exists already", id)
	}
	attrs, err := readAttributes(at.in("attributes"), list, false)
	if err != nil {
		return err
	}
	if name == "" {
		name = id[strings.LastIndexByte(id, ':')+1:]
	}
	l.schemas[NameKey(id)] = NewSchema(id, name, description, attrs...)
	return nil
}

func checkID(at place, id string) error {
	switch {
	case !urnForm.MatchString(id):
		return at.in("id").errorf("%q is not a URN", id)
	case strings.HasPrefix(NameKey(id), "urn:ietf:params:scim:api:"):
		return at.in("id").errorf("%q is reserved for protocol messages", id)
	}
	return nil
}

var endpointForm = regexp.MustCompile(`^/[A-Za-z][A-Za-z0-9_-]*$`)

var reservedEndpoints = []string{"/me", "/bulk", "/schemas", "/resourcetypes", "/serviceproviderconfig", "/.search"}

func (l *loader) types() ([]*ResourceType, error) {
	out := []*ResourceType{UserType(), GroupType()}
	for _, p := range l.pending {
		rt, err := l.resourceType(p)
		if err != nil {
			return nil, err
		}
		replaced := false
		for i, have := range out {
			sameName, sameEnd := SameName(have.Name, rt.Name), strings.EqualFold(have.Endpoint, rt.Endpoint)
			switch {
			case sameName && sameEnd && i < 2 && (have == UserType() || have == GroupType()) && have.Schema == rt.Schema:
				out[i], replaced = rt, true
			case sameName:
				return nil, p.at.in("name").errorf("the resource type %q exists already", rt.Name)
			case sameEnd:
				return nil, p.at.in("endpoint").errorf("the endpoint %q belongs to %s", rt.Endpoint, have.Name)
			}
		}
		if !replaced {
			out = append(out, rt)
		}
	}
	return out, nil
}

// checkType checks the name and the endpoint of a resource type.
func checkType(at place, rt *ResourceType) error {
	switch {
	case !nameForm.MatchString(rt.Name):
		return at.in("name").errorf("%q is not a name", rt.Name)
	case !endpointForm.MatchString(rt.Endpoint) || slices.Contains(reservedEndpoints, strings.ToLower(rt.Endpoint)):
		return at.in("endpoint").errorf("%q cannot be an endpoint; use one segment such as /Devices", rt.Endpoint)
	}
	return nil
}

func (l *loader) resourceType(p pendingType) (*ResourceType, error) {
	r := reader{at: p.at, raw: p.raw}
	rt := &ResourceType{Name: r.str("name", true), Description: r.str("description", false), Endpoint: r.str("endpoint", true)}
	base := r.str("schema", true)
	extensions := r.list("schemaExtensions")
	if r.err != nil {
		return nil, r.err
	}
	if err := checkType(p.at, rt); err != nil {
		return nil, err
	}
	if rt.Schema = l.schemas[NameKey(base)]; rt.Schema == nil {
		return nil, p.at.in("schema").errorf("no schema %q is loaded", base)
	}
	for i, e := range extensions {
		at := p.at.in("schemaExtensions").at(i)
		m, ok := e.(map[string]any)
		if !ok {
			return nil, at.errorf("must be an object")
		}
		er := reader{at: at, raw: m}
		urn, required := er.str("schema", true), er.flag("required")
		if er.err != nil {
			return nil, er.err
		}
		s := l.schemas[NameKey(urn)]
		if s == nil {
			return nil, at.in("schema").errorf("no schema %q is loaded", urn)
		}
		if _, twice := rt.Extension(urn); twice || s == rt.Schema {
			return nil, at.in("schema").errorf("the schema %q is used twice", urn)
		}
		rt.Extensions = append(rt.Extensions, Extension{Schema: s, Required: required})
	}
	return rt, nil
}
