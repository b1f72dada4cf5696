package schema

// Ready reports whether a body is canonical as it is, which is the usual case: Canonical would return an equal document
// without notes. It takes a third of the time and no memory. false says only that Canonical has to look.
func (rt *ResourceType) Ready(raw map[string]any, m Mode) bool {
	if m.Strict || m.Stored != nil {
		return false
	}
	extensions := 0
	for k, v := range raw {
		a := rt.Schema.index[k]
		if a == nil && k == externalIDAttr.Name {
			a = externalIDAttr
		}
		switch {
		case a != nil && a.Name == k:
			if !a.ready(v, m.MaxValues) {
				return false
			}
		case k == schemasAttr.Name: // see below
		case rt.readyExtension(k, v, m.MaxValues):
			extensions++
		default:
			return false
		}
	}
	return rt.readySchemas(raw, extensions)
}

func (rt *ResourceType) readyExtension(urn string, v any, most int) bool {
	ext, ok := v.(map[string]any)
	for _, e := range rt.Extensions {
		if e.Schema.ID != urn {
			continue
		}
		for k, v := range ext {
			if a := e.Schema.index[k]; a == nil || a.Name != k || !a.ready(v, most) {
				return false
			}
		}
		return ok && len(ext) > 0
	}
	return false
}

// readySchemas reports whether schemas is what FixSchemas makes it, of a body with a number of extensions.
func (rt *ResourceType) readySchemas(raw map[string]any, extensions int) bool {
	list, _ := raw["schemas"].([]any)
	if len(list) != 1+extensions || list[0] != rt.Schema.ID {
		return false
	}
	n := 1
	for _, e := range rt.Extensions {
		if extensions == 0 || raw[e.Schema.ID] == nil {
			continue
		}
		if list[n] != e.Schema.ID {
			return false
		}
		n++
	}
	return true
}

// ready is Ready for a value of the attribute, of which there may be at most so many, unless most is 0.
func (a *Attribute) ready(v any, most int) bool {
	if a.Mutability == ReadOnly {
		return false
	}
	if !a.MultiValued {
		return a.readyOne(v)
	}
	list, _ := v.([]any)
	if len(list) == 0 || most > 0 && len(list) > most {
		return false
	}
	primaries := 0
	for i, e := range list {
		if !a.readyOne(e) || !a.unlike(list[:i], e) {
			return false
		}
		if m, ok := e.(map[string]any); ok && m["primary"] == true {
			primaries++
		}
	}
	return primaries < 2
}

// readyOne is ready for a value that is not a list.
func (a *Attribute) readyOne(v any) bool {
	switch v := v.(type) {
	case string:
		return a.Type == String && a.readyText(v)
	case bool:
		return a.Type == Boolean
	case map[string]any:
		if a.Type != Complex || len(v) == 0 || v["$ref"] != nil && v["value"] == nil { // the value is made of it
			return false
		}
		for k, v := range v {
			if s := a.spelledSub(k); s == nil || s.MultiValued || s.Type == Complex || s.Mutability == ReadOnly || !s.readyOne(v) {
				return false
			}
		}
		return true
	}
	return false
}

// longText is the length of a string that Canonical counts, see Mode.MaxBytes.
const longText = 64 << 10

func (a *Attribute) readyText(s string) bool {
	switch {
	case s == "", len(s) > longText, a.Required && !visible(s), a.names && noID(s), a.userName && !tidyASCII(s):
		return false
	case a.Kind == nil, a.Kind.apply == nil, a.Rule == RuleOff:
		return true
	}
	form, err := a.Kind.Check(s)
	return err == nil && (form == "" || form == s) && (a.format == nil || a.Rule == RuleDefault || a.format(s))
}

// spelledSub returns the sub-attribute with exactly this name. There are few, so that a search is faster than a map.
func (a *Attribute) spelledSub(name string) *Attribute {
	for _, s := range a.SubAttributes {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// fewElements is how many elements are compared with each other.
const fewElements = 8

// unlike reports whether an element certainly has another value than those before it.
func (a *Attribute) unlike(before []any, e any) bool {
	if len(before) == 0 {
		return true
	}
	value := a.spelledSub("value")
	text, ok := valueOf(e)
	if value == nil || !ok || len(before) >= fewElements || !value.CaseExact && !value.FoldsASCII(text) {
		return false
	}
	for _, b := range before {
		other, ok := valueOf(b)
		if !ok || other == text || !value.CaseExact && (!value.FoldsASCII(other) || SameName(other, text)) {
			return false
		}
	}
	return true
}

// valueOf returns the string that is the value of an element.
func valueOf(e any) (string, bool) {
	m, _ := e.(map[string]any)
	s, ok := m["value"].(string)
	return s, ok
}
