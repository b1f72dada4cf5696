package memory

// set is a sorted set of ids. Most sets have one id, which takes no memory of its own: the set points
// to the string that the group has.
type set struct {
	one  *string
	many *texts
}

func (s set) size() int {
	switch {
	case s.many != nil:
		return s.many.n
	case s.one != nil:
		return 1
	}
	return 0
}

// with returns the set with an id added. The pointer must stay valid and unchanged.
func (s set) with(id *string) set {
	switch {
	case s.many != nil:
		s.many.insert(*id)
	case s.one == nil:
		s.one = id
	case *s.one != *id:
		many := &texts{}
		many.insert(*s.one)
		many.insert(*id)
		return set{many: many}
	}
	return s
}

// without returns the set with an id removed.
func (s set) without(id string) set {
	if s.many != nil {
		s.many.remove(id)
	} else if s.one != nil && *s.one == id {
		s.one = nil
	}
	return s
}

// each visits the ids, ascending.
func (s set) each(visit func(string)) {
	switch {
	case s.many != nil:
		s.many.page("", 0, s.many.n, visit)
	case s.one != nil:
		visit(*s.one)
	}
}

// join adds an id to the set of a key. The pointer must stay valid and unchanged.
func join(m map[string]set, key string, id *string) { m[key] = m[key].with(id) }

// leave removes an id from the set of a key, and the set when it is empty.
func leave(m map[string]set, key, id string) {
	s, ok := m[key]
	if !ok {
		return
	}
	if s = s.without(id); s.size() == 0 {
		delete(m, key)
	} else {
		m[key] = s
	}
}
