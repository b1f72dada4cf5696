package schema

// slot is the place of a top-level member in a document. AppendDocument writes them in their order: schemas,
// externalId, the attributes of the base schema, the extensions.
type slot struct {
	name string // of the attribute, or the URN of the extension
	key  string // how the member begins in JSON; "" for members and groups, which are edges and not stored
	attr *Attribute
	ext  []*Attribute // of an extension, instead of attr
}

const (
	slotSchemas = iota
	slotExternalID
	slotAttributes // the first of them
)

func (rt *ResourceType) slots() int { return rt.slotExtensions() + len(rt.Extensions) }

func (rt *ResourceType) slotExtensions() int { return slotAttributes + len(rt.Schema.Attributes) }

func (rt *ResourceType) slot(i int) slot {
	if n := i - rt.slotExtensions(); n >= 0 {
		s := rt.Extensions[n].Schema
		return slot{name: s.ID, key: s.key, ext: s.Attributes}
	}
	a := schemasAttr
	switch {
	case i == slotExternalID:
		a = externalIDAttr
	case i >= slotAttributes:
		a = rt.Schema.Attributes[i-slotAttributes]
	}
	if a.isEdges() {
		return slot{name: a.Name, attr: a}
	}
	return slot{name: a.Name, key: a.key, attr: a}
}

// slotOf returns the slot of an attribute that is not part of an extension, or of an extension; -1 if there is none.
func (rt *ResourceType) slotOf(name string) int {
	for i := range rt.slots() {
		if rt.slot(i).name == name {
			return i
		}
	}
	return -1
}

// appendSlot appends what a document has in a slot. All but schemas, which is first and never missing, follow a
// comma.
func (rt *ResourceType) appendSlot(dst []byte, i int, doc map[string]any) []byte {
	a := externalIDAttr
	switch n := i - rt.slotExtensions(); {
	case i == slotSchemas:
		list, ok := doc["schemas"].([]any)
		if !ok {
			list = []any{rt.Schema.ID}
		}
		return AppendValue(append(dst, schemasAttr.key...), list)
	case n >= 0:
		s := rt.Extensions[n].Schema
		if ext, ok := doc[s.ID].(map[string]any); ok {
			dst = appendOrdered(append(append(dst, ','), s.key...), s.Attributes, ext)
		}
		return dst
	case i >= slotAttributes:
		a = rt.Schema.Attributes[i-slotAttributes]
	}
	if v, ok := doc[a.Name]; ok && !a.isEdges() {
		return appendMember(append(dst, ','), a, v)
	}
	return dst
}

// isEdges reports whether an attribute at the top level is not part of stored documents.
func (a *Attribute) isEdges() bool { return a.Name == "members" || a.Name == "groups" }
