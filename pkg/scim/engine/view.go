package engine

import (
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// view is what an answer shows of resources of one type: a Projection, resolved (RFC 7644 §3.9).
type view struct {
	none                              bool               // no representation at all
	bare                              bool               // id, schemas and meta: the reader must not read the resource
	reader                            *scim.Principal    // decides whose names are shown
	all                               bool               // no attributes parameter: the default set
	include                           map[string]nameSet // container → attributes to show
	exclude                           map[string]nameSet // container → attributes to hide
	request                           map[string]bool    // canonical names that a write carried
	withMeta, withGroups, withMembers bool
	splice                            bool  // the stored document goes out undecoded, if it fits
	own                               bool  // the type has schemas of the tenant, see fits
	whole                             bool  // a group whose members are too many is refused, not shown without them
	err                               error // the projection is invalid; returned instead of a representation
}

// nameSet are the attributes that a parameter names.
type nameSet map[string]choice

// choice is what a parameter names of one attribute. Beside the whole of it, parts may be named that the whole does
// not show: those that are returned on request.
type choice struct {
	whole bool
	parts []string // sub-attributes
}

// only are the sub-attributes named, or nil if the whole attribute is.
func (c choice) only() []string {
	if c.whole {
		return nil
	}
	return c.parts
}

func (s nameSet) add(ref schema.Ref) {
	if ref.Attr == nil {
		s[""] = choice{whole: true} // the whole container
		return
	}
	c := s[ref.Attr.Name]
	if ref.Sub == nil {
		c.whole = true
	} else if !slices.Contains(c.parts, ref.Sub.Name) { // a client may repeat a name as often as it likes
		c.parts = append(c.parts, ref.Sub.Name)
	}
	s[ref.Attr.Name] = c
}

func (s nameSet) has(name string) bool { _, ok := s[name]; return ok }

// viewOf resolves a projection; unknown names are ignored (V-09).
func (p *core) viewOf(rt *schema.ResourceType, pr scim.Projection, by *scim.Principal) view {
	switch f := p.factsOf(rt); {
	case pr.None:
		return view{none: true, reader: by}
	case len(pr.Attributes) > 0 && len(pr.Excluded) > 0:
		return view{err: scim.NewError(scim.CodeProjection, "attributes and excludedAttributes exclude each other; send only one")}
	case !by.Sees(rt.Name):
		return view{bare: true, withMeta: true, reader: by}
	case pr.IsZero() && f.plain && !f.onRequest:
		return view{all: true, withMeta: true, withGroups: f.hasGroups, withMembers: f.hasMembers, splice: true, own: f.own, reader: by}
	default:
		v := view{all: len(pr.Attributes) == 0, include: resolveNames(rt, pr.Attributes), exclude: resolveNames(rt, pr.Excluded), reader: by}
		v.withMeta = v.wants("meta")
		v.withGroups = f.hasGroups && v.wants("groups")
		v.withMembers = f.hasMembers && v.wants("members")
		return v
	}
}

// carried tells the view which attributes a write carried: those that are returned on request
// are shown.
func (v *view) carried(names []string) {
	if v.none || v.splice || len(names) == 0 {
		return
	}
	v.request = make(map[string]bool, len(names))
	for _, n := range names {
		v.request[n] = true
	}
}

// wants tells whether a core attribute is shown, at least in part.
func (v *view) wants(name string) bool {
	if v.all {
		return !v.exclude[""][name].whole
	}
	return v.include[""].has(name)
}

func resolveNames(rt *schema.ResourceType, names []string) map[string]nameSet {
	out := map[string]nameSet{}
	for _, n := range names {
		ref, ok := resolveName(rt, strings.TrimSpace(n))
		if !ok {
			continue
		}
		if out[ref.Container] == nil {
			out[ref.Container] = nameSet{}
		}
		out[ref.Container].add(ref)
	}
	return out
}

// resolveName resolves "name.sub", "urn:…:name.sub" or an extension URN.
func resolveName(rt *schema.ResourceType, s string) (schema.Ref, bool) {
	if s == "" {
		return schema.Ref{}, false
	}
	if ref, ok := rt.Resolve(s, "", ""); ok {
		return ref, true
	}
	s, _, _ = rt.Undot(s) // a projection ignores what it does not know, so it can be lenient
	return rt.ResolveName(s)
}

// kept are the sub-attributes of a core attribute that a view shows.
type kept struct {
	all            bool     // every one
	wanted, hidden []string // only those wanted; without any wanted, all but those hidden
}

// keeps tells which sub-attributes of a core attribute remain.
func (v *view) keeps(attr string) kept {
	if v.splice {
		return kept{all: true}
	}
	k := kept{hidden: v.exclude[""][attr].only()}
	if !v.all {
		k.wanted = v.include[""][attr].only()
	}
	return k
}

func (k *kept) has(sub string) bool {
	switch {
	case k.all:
		return true
	case k.wanted != nil:
		return slices.Contains(k.wanted, sub)
	}
	return !slices.Contains(k.hidden, sub)
}
