package schema

// Values are the values of a canonical document at its top level, by the name of the attribute or the URN of the
// extension; nil is no value.
type Values interface{ Value(name string) any }

// Document is a canonical document as Values.
type Document map[string]any

// Value implements Values.
func (d Document) Value(name string) any { return d[name] }

// CheckValues returns a *Fault if a list of n values is longer than the attribute ref may have it:
// longer than MaxValues, and longer than in Stored. path names the attribute in the fault. Members of a
// group are edges with a limit of their own.
func (m *Mode) CheckValues(ref Ref, n int, path string) error {
	if m.MaxValues == 0 || n <= m.MaxValues || ref.isMembers() || n <= m.stored(ref) {
		return nil
	}
	return NewFault(FaultValues, "%s may have at most %d values (MaxValues)", path, m.MaxValues).About(path)
}

// CheckAll is CheckValues for a value of ref and the lists inside it.
func (m *Mode) CheckAll(ref Ref, v any) error {
	if m.MaxValues == 0 {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return m.checkParts(ref, v)
	}
	if len(list) > m.MaxValues {
		if err := m.CheckValues(ref, len(list), ref.String()); err != nil {
			return err
		}
	}
	if !ref.Leaf().nested {
		return nil
	}
	for _, e := range list {
		if err := m.checkParts(ref, e); err != nil {
			return err
		}
	}
	return nil
}

// checkParts checks the lists in one complex value.
func (m *Mode) checkParts(ref Ref, v any) error {
	parts, _ := v.(map[string]any)
	if a := ref.Leaf(); parts != nil && a.nested {
		for _, sub := range a.SubAttributes {
			if list, ok := parts[sub.Name].([]any); ok {
				if err := m.CheckValues(ref, len(list), ref.String()+"."+sub.Name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// stored is the length of the longest list that an attribute has in Stored.
func (m *Mode) stored(ref Ref) int {
	if ref.Attr == nil {
		return 0
	}
	return longest(m.before(ref.Container, ref.Attr.Name))
}

// before is the value that an attribute has in Stored.
func (m *Mode) before(container, name string) any {
	switch {
	case m.Stored == nil:
		return nil
	case container == "":
		return m.Stored.Value(name)
	}
	ext, _ := m.Stored.Value(container).(map[string]any)
	return ext[name]
}

// longest is the length of the longest list in a value.
func longest(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		n = len(v)
		for _, e := range v {
			n = max(n, longest(e))
		}
	case map[string]any:
		for _, e := range v {
			n = max(n, longest(e))
		}
	}
	return n
}

// isMembers reports whether a reference is the attribute members of a base schema.
func (r Ref) isMembers() bool {
	return r.Container == "" && r.Attr != nil && r.Attr.Name == "members" && r.Attr.MultiValued && r.Attr.Type == Complex
}
