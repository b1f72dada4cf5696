package dialect

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// URNs of SCIM 1.1, of drafts and of templates with spelling mistakes, in lower case. A URN that
// is a prefix of another is listed after it.
var (
	legacyEnterprise = [...]string{
		"urn:scim:schemas:extension:enterprise:2.0:user",
		"urn:scim:schemas:extension:enterprise:2.0",
		"urn:scim:schemas:extension:enterprise:1.0",
		"urn:ietf:params:scim:schemas:extension:enterprise:1.0:user",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:enterprise",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0user",
	}
	// The name of a resource type may follow.
	legacyCore = [...]string{"urn:scim:schemas:core:1.0", "urn:scim:schemas:core:2.0"}
)

// legacy returns the URN of RFC 7643 for a legacy URN, or "".
func legacy(rt *schema.ResourceType, urn string) string {
	if urn == rt.Schema.ID {
		return ""
	}
	for _, old := range legacyEnterprise {
		if strings.EqualFold(urn, old) && hasEnterprise(rt) {
			return schema.URNEnterpriseUser
		}
	}
	for _, old := range legacyCore {
		if core, ok := cutFold(urn, old); ok && (core == "" || strings.EqualFold(core, ":"+rt.Name)) {
			return rt.Schema.ID
		}
	}
	return ""
}

// cutFold returns what follows a prefix, in any case.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

func hasEnterprise(rt *schema.ResourceType) bool {
	return slices.ContainsFunc(rt.Extensions, func(e schema.Extension) bool { return e.Schema.ID == schema.URNEnterpriseUser })
}

// legacyIn returns the legacy URN at the beginning of a member name or path, or "".
func legacyIn(rt *schema.ResourceType, name string) string {
	if strings.HasPrefix(name, schema.URNEnterpriseUser) || strings.HasPrefix(name, rt.Schema.ID) {
		return ""
	}
	for _, old := range [...][]string{legacyEnterprise[:], legacyCore[:]} {
		for _, urn := range old {
			rest, ok := cutFold(name, urn)
			if !ok || !ends(rest) || legacy(rt, urn) == "" {
				continue
			}
			if after, ok := cutFold(rest, ":"+rt.Name); ok && ends(after) && legacy(rt, urn) == rt.Schema.ID {
				return urn + ":" + rt.Name
			}
			return urn
		}
	}
	return ""
}

// ends reports whether a URN ends before this rest of a name.
func ends(rest string) bool { return rest == "" || rest[0] == ':' || rest[0] == '.' }

// modern returns a member name or path with the URN of RFC 7643, and whether that changed it.
func modern(rt *schema.ResourceType, name string) (string, bool) {
	old := legacyIn(rt, name)
	if old == "" {
		return name, false
	}
	rest := name[len(old):]
	if rest != "" {
		rest = ":" + rest[1:]
	}
	return legacy(rt, old) + rest, true
}

// legacyURNs replaces legacy URNs in schemas, member names and paths.
func legacyURNs(r *rewriting) {
	r.objects(r.legacyObject)
	if !r.patch {
		return
	}
	r.operations(func(op map[string]any) {
		path, _ := schema.Field(op, "path").(string)
		if name, ok := modern(r.rt, path); ok {
			r.noteLegacy(path)
			put(op, "path", name)
		}
	})
}

func (r *rewriting) legacyObject(m map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if schema.SameName(k, "schemas") {
			r.legacySchemas(m[k])
			continue
		}
		name, ok := modern(r.rt, k)
		if !ok {
			continue
		}
		r.noteLegacy(k)
		v, have := m[k], m[name]
		delete(m, k)
		old, isMap := v.(map[string]any)
		into, both := have.(map[string]any)
		switch {
		case have == nil:
			m[name] = v
		case isMap && both: // members under the URN of RFC 7643 win
			for sub, e := range old {
				if schema.Field(into, sub) == nil {
					into[sub] = e
				}
			}
		}
	}
}

func (r *rewriting) legacySchemas(v any) {
	list, _ := v.([]any)
	for i, e := range list {
		s, _ := e.(string)
		if urn := legacy(r.rt, s); urn != "" {
			list[i] = urn
			r.noteLegacy(s)
		}
	}
}

func (r *rewriting) noteLegacy(name string) {
	if old := legacyIn(r.rt, name); old != "" {
		r.note("schema %q was read as %s", old, legacy(r.rt, old))
	}
}
