package scim

import (
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// MaxExtraIndexes is the largest number of TenantConfig.Indexed: each makes every write of its attribute dearer.
const MaxExtraIndexes = 10

// LastModified is the name of the one attribute of meta that can have an index.
const LastModified = "meta.lastModified"

// ExtraIndexes returns the attributes of a type that have an index because TenantConfig.Indexed names them.
// The caller must not change the list.
func (t *Tenant) ExtraIndexes(rt *schema.ResourceType) []schema.Ref { return t.extra[rt] }

// Indexable reports whether an attribute of a type can be one of TenantConfig.Indexed.
func Indexable(rt *schema.ResourceType, ref schema.Ref) bool {
	return ref.Attr != nil && unfit(ref) == "" && (ref.String() != LastModified || !rt.HasMembers())
}

// extraIndexes resolves the names of indexes for each type. The error says which name is wrong, and why.
func extraIndexes(types *Types, names []string) (map[*schema.ResourceType][]schema.Ref, error) {
	if len(names) > MaxExtraIndexes {
		return nil, fmt.Errorf("indexes: %d are too many, %d at most", len(names), MaxExtraIndexes)
	}
	var out map[*schema.ResourceType][]schema.Ref
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("indexes: %q is there twice", name)
		}
		found := false
		for _, rt := range types.List {
			ref, ok := rt.ResolveName(name)
			if !ok || ref.Attr == nil {
				continue
			}
			if reason := unfit(ref); reason != "" {
				return nil, fmt.Errorf("indexes: %s %s", name, reason)
			}
			found = true
			if !Indexable(rt, ref) {
				continue // the members of a group change its lastModified, too
			}
			if out == nil {
				out = map[*schema.ResourceType][]schema.Ref{}
			}
			out[rt] = append(out[rt], ref)
		}
		if !found {
			return nil, fmt.Errorf("indexes: no resource type of the tenant has the attribute %q", name)
		}
	}
	return out, nil
}

// unfit is the reason why an attribute cannot have an index of an operator; "" if it can.
func unfit(ref schema.Ref) string {
	leaf := ref.Leaf()
	switch {
	case ref.String() == LastModified:
		return ""
	case ref.Container == "" && (ref.Attr.Name == "meta" || ref.Attr.Name == "id" || ref.Attr.Name == "schemas"):
		return "cannot have an index: of what the service sets, " + LastModified + " alone can"
	case ref.Attr.MultiValued || leaf.MultiValued:
		return "has several values, which have no order"
	case leaf.Type == schema.Complex:
		return "is complex: name a sub-attribute"
	case leaf.Returned == schema.Never || ref.Attr.Returned == schema.Never || leaf.Mutability == schema.WriteOnly || ref.Attr.Mutability == schema.WriteOnly:
		return "is never returned, so that no filter may find it"
	case leaf.Type != schema.String && leaf.Type != schema.Reference:
		return "is no string: an index orders strings"
	}
	return ""
}
