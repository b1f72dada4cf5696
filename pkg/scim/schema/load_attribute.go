package schema

import (
	"regexp"
	"slices"
	"strings"
)

var nameForm = regexp.MustCompile(`^\$?[A-Za-z][A-Za-z0-9_$-]*$`)

// reader reads typed values from an object. It keeps the first error.
type reader struct {
	at  place
	raw map[string]any
	err error
}

func (r *reader) fail(key, want string) {
	if r.err == nil {
		r.err = r.at.in(key).errorf("must be %s", want)
	}
}

func (r *reader) str(key string, required bool) string {
	v, ok := r.raw[key]
	s, isString := v.(string)
	if ok && !isString || required && s == "" {
		r.fail(key, "a string")
	}
	return s
}

func (r *reader) flag(key string) bool {
	v, ok := r.raw[key]
	b, isBool := v.(bool)
	if ok && !isBool {
		r.fail(key, "true or false")
	}
	return b
}

func (r *reader) list(key string) []any {
	v, ok := r.raw[key]
	l, isList := v.([]any)
	if ok && !isList {
		r.fail(key, "a list")
	}
	return l
}

func (r *reader) strs(key string) []string {
	var out []string
	for _, e := range r.list(key) {
		s, ok := e.(string)
		if !ok {
			r.fail(key, "a list of strings")
		}
		out = append(out, s)
	}
	return out
}

// keyword reads one of a fixed set of keywords and returns its index. The default is the first
//
func (r *reader) keyword(key string, words []string) int {
	s := r.str(key, false)
	if s == "" {
		return 0
	}
	i := slices.IndexFunc(words, func(w string) bool { return SameName(w, s) })
	if i < 0 {
		r.fail(key, "one of "+strings.Join(words, ", "))
		return 0
	}
	return i
}

func readAttributes(at place, list []any, sub bool) ([]*Attribute, error) {
	var out []*Attribute
	seen := map[string]bool{}
	for i, e := range list {
		a, err := readAttribute(at.at(i), e, sub)
		if err != nil {
			return nil, err
		}
		if key := NameKey(a.Name); seen[key] {
			return nil, at.at(i).in("name").errorf("%q is defined twice", a.Name)
		} else {
			seen[key] = true
		}
		out = append(out, a)
	}
	return out, nil
}

func readAttribute(at place, v any, sub bool) (*Attribute, error) {
	raw, ok := v.(map[string]any)
	if !ok {
		return nil, at.errorf("must be an object")
	}
	r := reader{at: at, raw: raw}
	a := &Attribute{
		Name: r.str("name", true), Description: r.str("description", false),
		Type: Type(r.keyword("type", typeNames[:])), MultiValued: r.flag("multiValued"), Required: r.flag("required"),
		CaseExact: r.flag("caseExact"), Mutability: Mutability(r.keyword("mutability", mutabilityNames[:])),
		Returned: Returned(r.keyword("returned", returnedNames[:])), Uniqueness: Uniqueness(r.keyword("uniqueness", uniquenessNames[:])),
		CanonicalValues: r.strs("canonicalValues"), ReferenceTypes: r.strs("referenceTypes"),
	}
	subs := r.list("subAttributes")
	if r.err != nil {
		return nil, r.err
	}
	if a.Type == Reference || a.Type == Binary {
		a.CaseExact = true
	}
	a.identifier = a.Uniqueness != None && a.Type == String
	if err := checkDefinition(at, a, len(subs), sub); err != nil {
		return nil, err
	}
	if a.Mutability == WriteOnly && a.Returned != Never && raw["returned"] != nil {
		return nil, at.in("returned").errorf("a writeOnly attribute is never returned")
	}
	var err error
	a.SubAttributes, err = readAttributes(at.in("subAttributes"), subs, true)
	return a, err
}

// checkDefinition checks what the types of a definition do not, for an attribute with some number of sub-attributes.
func checkDefinition(at place, a *Attribute, subs int, sub bool) error {
	switch {
	case !nameForm.MatchString(a.Name):
		return at.in("name").errorf("%q is not an attribute name", a.Name)
	case !sub && Common(a.Name) != nil:
		return at.in("name").errorf("%q is a common attribute of every resource", a.Name)
	case a.Type == Complex && sub:
		return at.in("type").errorf("a complex attribute cannot hold another one")
	case a.Type == Complex && subs == 0:
		return at.in("subAttributes").errorf("a complex attribute needs sub-attributes")
	case a.Type != Complex && subs > 0:
		return at.in("subAttributes").errorf("only a complex attribute has sub-attributes")
	case a.Uniqueness != None && !a.Enforceable():
		return at.in("uniqueness").errorf("values of type %s cannot be unique; only strings, numbers, times and references can", a.Type)
	}
	return nil
}
