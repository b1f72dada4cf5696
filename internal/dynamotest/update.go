package dynamotest

import (
	"slices"
)

// update is a parsed UpdateExpression. Right-hand sides are evaluated on the item before the update.
type update struct {
	sets    []setAction
	removes []path
	adds    []setAction
	deletes []setAction
}

type setAction struct {
	at  path
	val operand
}

// touched returns the paths that the expression changes.
func (u *update) touched() []path {
	if u == nil {
		return nil
	}
	out := slices.Clone(u.removes)
	for _, s := range slices.Concat(u.sets, u.adds, u.deletes) {
		out = append(out, s.at)
	}
	return out
}

var (
	errOperandType = invalid("An operand in the update expression has an incorrect data type")
	errUpdatePath  = invalid("The document path provided in the update expression is invalid for update")
	errNoAttribute = invalid("The provided expression refers to an attribute that does not exist in the item")
)

// apply returns the item after the update.
func (u *update) apply(old item) (item, error) {
	out := old
	if u == nil {
		return out, nil
	}
	slices.SortStableFunc(u.sets, func(a, b setAction) int { return lastIndex(a.at) - lastIndex(b.at) })
	for _, s := range u.sets {
		v, err := s.eval(old)
		if err != nil {
			return nil, err
		}
		if out, err = put(out, s.at, &v); err != nil {
			return nil, err
		}
	}
	for _, s := range u.adds {
		v, err := s.added(old)
		if err != nil {
			return nil, err
		}
		if out, err = put(out, s.at, &v); err != nil {
			return nil, err
		}
	}
	for _, s := range u.deletes {
		left, err := s.deleted(old)
		if err != nil {
			return nil, err
		}
		if left == nil {
			continue
		}
		at := left
		if len(left.set) == 0 {
			at = nil
		}
		if out, err = put(out, s.at, at); err != nil {
			return nil, err
		}
	}
	gone := slices.Clone(u.removes)
	slices.SortStableFunc(gone, func(a, b path) int { return lastIndex(b) - lastIndex(a) })
	for _, p := range gone {
		var err error
		if out, err = put(out, p, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func lastIndex(p path) int { return p[len(p)-1].index }

func (s setAction) eval(old item) (value, error) {
	if e, ok := s.val.(interface {
		eval(item) (value, error)
	}); ok {
		return e.eval(old)
	}
	v, ok := s.val.get(old)
	if !ok {
		return value{}, errNoAttribute
	}
	return v, nil
}

// added evaluates ADD: a sum of numbers or a union of sets. A missing attribute counts as 0 or as
// an empty set.
func (s setAction) added(old item) (value, error) {
	more, _ := s.val.get(old)
	have, ok := s.at.get(old)
	switch {
	case !ok:
		return more, nil
	case have.t != more.t:
		return value{}, errOperandType
	case have.t == "N":
		n, err := have.n.add(more.n, false)
		return numberValue(n), err
	}
	return newSet(have.t, slices.Concat(have.set, more.set)), nil
}

// deleted evaluates DELETE: the set without the given members, nil if there is no set.
func (s setAction) deleted(old item) (*value, error) {
	less, _ := s.val.get(old)
	have, ok := s.at.get(old)
	if !ok {
		return nil, nil
	}
	if have.t != less.t {
		return nil, errOperandType
	}
	left := value{t: have.t}
	for _, m := range have.set {
		if !slices.Contains(less.set, m) {
			left.set = append(left.set, m)
		}
	}
	return &left, nil
}
