package scim

import "sync"

// lease is memory that a Provider lends with what it returns.
type lease struct {
	release func()
	once    *sync.Once // of all copies
}

func lend(release func()) lease { return lease{release, new(sync.Once)} }

// end gives the memory back, once, if it is lent.
func (l lease) end() {
	if l.release != nil {
		l.once.Do(l.release)
	}
}
