package patch

// indexed is selected on a list with indexes.
func (w *selection) indexed(l *live, v any) error {
	at := l.candidates(w.path)
	old := make([]any, len(at))
	for i, k := range at {
		old[i] = l.list[k]
	}
	w.work += weights(old) * w.path.Comparisons()
	if done, err := w.read(v, old); done || err != nil {
		return err
	}
	last, err := w.runOn(l, at)
	if err != nil {
		return err
	}
	if err := w.onePrimary(); err != nil {
		return err
	}
	if last >= 0 {
		l.onlyPrimary(last)
	}
	return w.wrote(w.kind, l)
}

// runOn is run on the elements of a list at some places. It returns the last one written, or -1.
func (w *selection) runOn(l *live, at places) (last int, err error) {
	last = -1
	hits := 0
	for _, i := range at {
		e := l.list[i]
		if !w.path.MatchElement(e) || w.only.attr != nil && w.sub == nil && !w.only.has(e) {
			continue
		}
		hits++
		w.work += perWrite
		changed, err := w.change(e)
		if err != nil {
			return -1, err
		}
		if l.set(i, changed); changed == nil {
			continue
		}
		if isPrimary(changed) {
			w.primaries++
		}
		last = i
	}
	if hits == 0 && (w.must || w.kind != opRemove) {
		e, err := w.newElement(l.list)
		if err != nil {
			return -1, err
		}
		if e != nil {
			last = l.push(e)
		}
	}
	return last, nil
}
