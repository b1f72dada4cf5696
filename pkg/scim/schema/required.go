package schema

// CheckRequired returns a *Fault for the first required attribute or extension without a value,
// or nil (A-21, A-22; RFC 7643 §2.2).
func (rt *ResourceType) CheckRequired(doc map[string]any) error {
	if name := missing(doc, rt.Schema.Attributes); name != "" {
		return noValue(name)
	}
	for _, e := range rt.Extensions {
		ext, ok := doc[e.Schema.ID].(map[string]any)
		if !ok {
			if e.Required {
				return NewFault(FaultRequired, "the extension %s is required", e.Schema.ID).About(e.Schema.ID)
			}
			continue
		}
		if name := missing(ext, e.Schema.Attributes); name != "" {
			return noValue(e.Schema.ID + ":" + name)
		}
	}
	return nil
}

func noValue(name string) error {
	return NewFault(FaultRequired, "%s is required", name).About(name)
}

// missing returns the name of the first required attribute without a value, or "".
func missing(level map[string]any, attrs []*Attribute) string {
	for _, a := range attrs {
		if !a.needed {
			continue
		}
		v := level[a.Name]
		if s, ok := v.(string); a.Required && (v == nil || ok && !visible(s)) && a.Mutability != ReadOnly {
			return a.Name
		}
		sub := ""
		switch v := v.(type) {
		case map[string]any:
			sub = missing(v, a.SubAttributes)
		case []any:
			for _, e := range v {
				if m, ok := e.(map[string]any); ok && sub == "" {
					sub = missing(m, a.SubAttributes)
				}
			}
		}
		if sub != "" {
			return a.Name + "." + sub
		}
	}
	return ""
}
