package schema

import (
	"slices"
)

// schemas checks the attribute schemas of a body. It keeps nothing of the list,
// because FixSchemas derives the URNs of a document from its data.
func (c *coercer) schemas(rt *ResourceType, raw map[string]any) error {
	v := Field(raw, "schemas")
	if NoURN(v) && c.mode.Allows(NoSchemas) {
		c.note("schemas is missing; the resource type of the endpoint was assumed")
		return nil
	}
	if s, ok := v.(string); ok && c.mode.Allows(BareValue) {
		c.note("schemas: one value was read as a list of one")
		v = []any{s}
	}
	list, isList := v.([]any)
	switch {
	case !isList && v != nil:
		return NewFault(FaultSchemas, "schemas must be a list of URNs")
	case len(list) == 0:
		return NewFault(FaultSchemas, "schemas must list %s", rt.Schema.ID)
	}
	base := false
	for _, e := range list {
		urn, ok := e.(string)
		if !ok {
			return NewFault(FaultSchemas, "schemas must be a list of URNs")
		}
		if SameName(urn, rt.Schema.ID) {
			base = true
		} else if err := c.extensionURN(rt, urn); err != nil {
			return err
		}
	}
	if !base && c.mode.Strict {
		return NewFault(FaultSchemas, "schemas must list %s", rt.Schema.ID)
	}
	return nil
}

// NoURN reports whether a value of schemas names no schema: it is missing, null, or a list without a URN in it, as
// [] or [""]. A tolerant tenant reads it as missing.
func NoURN(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return blank(v)
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { _, list := e.([]any); return list || !NoURN(e) })
	}
	return false
}

// extensionURN checks a URN in schemas that is not the base schema.
func (c *coercer) extensionURN(rt *ResourceType, urn string) error {
	if _, ok := rt.Extension(urn); ok {
		return nil
	}
	isCore := slices.ContainsFunc(coreURNs[:], func(u string) bool { return SameName(u, urn) })
	if isCore || !c.mode.Allows(UnknownSchemas) {
		return NewFault(FaultSchemas, "%s is not a schema of %s", quote(urn), rt.Name)
	}
	c.note("unknown schema %s was ignored", quote(urn))
	return nil
}

var coreURNs = [...]string{URNUser, URNGroup, URNServiceProviderConfig, URNResourceType, URNSchema}

// FixSchemas sets doc["schemas"] to the base schema and the extensions that doc has values of,
// and removes empty containers of extensions (A-38; RFC 7643 §3.1).
func (rt *ResourceType) FixSchemas(doc map[string]any) {
	old, _ := doc["schemas"].([]any)
	n, same := 1, len(old) > 0 && old[0] == rt.Schema.ID
	for _, e := range rt.Extensions {
		ext, ok := doc[e.Schema.ID].(map[string]any)
		if !ok || len(ext) == 0 {
			delete(doc, e.Schema.ID)
			continue
		}
		same = same && n < len(old) && old[n] == e.Schema.ID
		n++
	}
	if same && len(old) == n {
		return
	}
	list := make([]any, 1, n)
	list[0] = rt.Schema.ID
	for _, e := range rt.Extensions {
		if doc[e.Schema.ID] != nil {
			list = append(list, e.Schema.ID)
		}
	}
	doc["schemas"] = list
}
