package dialect

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// managerID renames the managerId of SCIM 1.1 to manager.value, wherever a body may name the
// manager: as a key, in the object of a manager, or in a path.
func managerID(r *rewriting) {
	r.objects(func(m map[string]any) {
		for k, v := range m {
			inner, ok := v.(map[string]any)
			if ok && schema.IsURN(k) && isContainer(r.rt, k) {
				r.managerKeys(inner)
			}
		}
		r.managerKeys(m)
	})
	if r.patch {
		r.operations(r.managerOperation)
	}
}

// managerKeys renames managerId in an object whose keys are attribute names.
func (r *rewriting) managerKeys(m map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if name, ok := managerName(k); ok {
			r.rename(m, k, name)
		} else if endsWith(k, "manager") {
			r.managerValue(m[k])
		}
	}
}

// managerValue renames managerId in the value of a manager.
func (r *rewriting) managerValue(v any) {
	m := onlyObject(v)
	for k := range m {
		if schema.SameName(k, "managerId") {
			r.rename(m, k, "value")
			return
		}
	}
}

func (r *rewriting) managerOperation(op map[string]any) {
	path, _ := schema.Field(op, "path").(string)
	path = strings.TrimSpace(path)
	value := schema.Field(op, "value")
	name, ok := managerName(path)
	switch {
	case ok:
		put(op, "path", name)
		r.note("managerId was read as manager.value")
	case endsWith(path, "manager"):
		r.managerValue(value)
	case path != "":
		if m, ok := value.(map[string]any); ok && isContainer(r.rt, path) {
			r.managerKeys(m)
		}
	}
}

// managerName returns a path or key that ends in managerId with manager.value instead.
func managerName(name string) (string, bool) {
	if !endsWith(name, "managerId") {
		return name, false
	}
	name = name[:len(name)-len("managerId")]
	if endsWith(name, "manager.") {
		return name + "value", true
	}
	return name + "manager.value", true
}

// endsWith reports whether a path or key is a name, or ends in it after a URN or a parent.
func endsWith(path, name string) bool {
	cut := len(path) - len(name)
	return hasSuffixFold(path, name) && (cut == 0 || path[cut-1] == ':' || path[cut-1] == '.')
}

// rename moves a member to another name, unless that name is already there, and notes it.
func (r *rewriting) rename(m map[string]any, key, name string) {
	v := m[key]
	delete(m, key)
	if schema.Field(m, name) == nil {
		m[name] = v
	}
	r.note("managerId was read as manager.value")
}
