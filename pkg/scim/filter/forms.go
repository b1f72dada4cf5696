package filter

import "github.com/scimstack/scimstack/pkg/scim/schema"

// forms are the comparison forms of long values of one document: many comparisons of a filter may look at one value,
// and the form of a value of other characters than ASCII takes far longer to make than to compare.
type forms struct{ long map[formKey]string }

type formKey struct {
	attr  *schema.Attribute // nil: the form of a part of a string
	value string
}

// longValue is the length from which on the form of a value is kept.
const longValue = 256

// of returns the form in which a node compares a value.
func (f *forms) of(n *node, v string) string {
	key := formKey{value: v}
	if n.whole {
		key.attr = n.attr
	}
	if form, ok := f.long[key]; ok {
		return form
	}
	var form string
	if n.whole {
		form = n.attr.Fold(v)
	} else {
		form = schema.Fold(v)
	}
	if len(v) >= longValue {
		if f.long == nil {
			f.long = map[formKey]string{}
		}
		f.long[key] = form
	}
	return form
}
