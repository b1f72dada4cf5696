package patch

import "github.com/scimstack/scimstack/pkg/scim/schema"

// maxWork bounds what the operations of one PATCH compare: an operation may look at each element of a list, so that
// operations times elements is far more than the bytes of a request. A million short elements reach it. Elements that
// are selected by eq are found in an index from a number of operations on, and hardly count.
const maxWork = 64 << 20

// Weights of work.
const (
	perElement = 64  // an element, whatever it has
	perWrite   = 512 // an element that is made anew, or indexed
	shortText  = 128 // a string up to here is not looked at, and counts twice
	perRune    = 16  // a byte of a string that is not ASCII: its comparison form is made
)

// charge counts one look at each element of a list. The bound is checked before the next step.
func (s *state) charge(list []any) { s.work += weights(list) }

func weights(list []any) (n int) {
	for _, e := range list {
		n += weight(e)
	}
	return n
}

// overworked is the fault of a request that compares too much, or nil.
func (s *state) overworked() error {
	if s.work <= maxWork {
		return nil
	}
	return tooMuchWork()
}

func tooMuchWork() error {
	return schema.NewFault(schema.FaultPatchSize, "the operations of one PATCH compare too many values; select elements by eq, or send fewer operations")
}

func weight(e any) int {
	m, ok := e.(map[string]any)
	if !ok {
		return perElement + textWeight(e)
	}
	n := perElement
	for _, v := range m {
		n += textWeight(v)
	}
	return n
}

func textWeight(v any) int {
	s, ok := v.(string)
	if !ok {
		list, _ := v.([]any) // of a multi-valued sub-attribute
		return len(list) * perElement
	}
	if len(s) <= shortText {
		return 2 * len(s)
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return perRune * len(s)
		}
	}
	return len(s)
}

// fits returns a *schema.Fault if the strings of the document are longer than Options.MaxBytes together. Each operation
// writes less than that, which is counted when its value is read; only what was compared can be longer.
func (s *state) fits() error {
	most := s.o.MaxBytes
	if most == 0 || s.work <= most || textSize(s.doc) <= most {
		return nil
	}
	return schema.NewFault(schema.FaultSize, "the resource has more than the %d bytes that can be stored; shorten its values", most)
}

// textSize is the length of the strings in a value.
func textSize(v any) (n int) {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		for _, e := range v {
			n += textSize(e)
		}
	case map[string]any:
		for _, e := range v {
			n += textSize(e)
		}
	}
	return n
}
