package activity

// The parts of the oracle that scan documents and that measure texts, see plainFrom.

func plainEachField(doc []byte, visit func(name, value []byte)) {
	if len(doc) < 2 || doc[0] != '{' {
		return
	}
	for i := 1; i < len(doc) && doc[i] == '"'; {
		end := plainSkipString(doc, i)
		if end >= len(doc) || doc[end] != ':' {
			return
		}
		name := doc[i+1 : end-1]
		start := end + 1
		i = plainSkipValue(doc, start)
		visit(name, doc[start:i])
		if i < len(doc) && doc[i] == ',' {
			i++
		}
	}
}

func plainSkipString(doc []byte, i int) int {
	for i++; i < len(doc); i++ {
		switch doc[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(doc)
}

func plainSkipValue(doc []byte, i int) int {
	for depth := 0; i < len(doc); {
		switch doc[i] {
		case '"':
			i = plainSkipString(doc, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(doc)
}

func plainObjectOf(space object, doc []byte) object {
	space = space[:0]
	plainEachField(doc, func(name, value []byte) { space = append(space, member{name, value}) })
	return space
}

func plainFields(doc []byte) map[string][]byte {
	if len(doc) < 3 {
		return nil
	}
	out := make(map[string][]byte, 16)
	plainEachField(doc, func(name, value []byte) { out[string(name)] = value })
	return out
}

func (r *Record) plainBound() {
	if len(r.ID) > maxID {
		r.ID = NewID(r.Time)
	}
	r.Time = representable(r.Time)
	used := maxFrame + 2*maxFew*(maxShort+3)
	for _, text := range r.texts() {
		*text = shortened(*text, maxText)
		used += encoded(*text)
	}
	r.Notes = few(r.Notes)
	for _, list := range r.lists() {
		var size int
		*list, size = plainListBounded(*list)
		used += size
	}
	r.Verbs, r.Known = fewShort(r.Verbs), fewShort(r.Known)
	names, size := namesBounded(r.Names)
	r.Names, used = names, used+size
	if len(r.Before) > 0 {
		var size int
		r.Before, size = objectBounded(r.Before, (MaxRecord-used)/2, 0)
		used += size
	}
	if len(r.Values) > 0 {
		r.Values, _ = objectBounded(r.Values, MaxRecord-used, 0)
	}
}

func plainListBounded(list []string) (bounded []string, size int) {
	changed := false
	end, size := len(list), 2
	for i, text := range list {
		short := shortened(text, maxText)
		if size += encoded(short) + 1; size > maxList {
			end, size = i, size-encoded(short)-1
			break
		}
		changed = changed || len(short) != len(text)
	}
	list = list[:end:end]
	if !changed {
		return list, size
	}
	bounded = make([]string, end)
	for i, text := range list {
		bounded[i] = shortened(text, maxText)
	}
	return bounded, size
}
