package sqlite

import (
	"fmt"
	"os"
	"sync/atomic"
)

// place is the file that was opened. SQLite itself does not look whether its name still leads to it.
type place struct{ opened atomic.Pointer[os.FileInfo] }

// keep remembers the file that a path leads to.
func (p *place) keep(path string) {
	if info, err := os.Stat(path); err == nil {
		p.opened.Store(&info)
	}
}

// usable returns what says whether the path still leads to the file, and then what next says, unless it is nil.
func (p *place) usable(path string, next func() error) func() error {
	return func() error {
		if opened := p.opened.Load(); opened != nil {
			info, err := os.Stat(path)
			if err != nil || !os.SameFile(*opened, info) {
				return fmt.Errorf("the file %s was deleted or replaced while it was open, and what is written now would be lost; start the process again", path)
			}
		}
		if next != nil {
			return next()
		}
		return nil
	}
}
