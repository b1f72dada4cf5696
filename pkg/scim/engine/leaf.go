package engine

import (
	"slices"
	"sync"

	"github.com/scimstack/scimstack/internal/poison"
)

// leaf is the buffer of an answer with one resource. It goes to the next one when the answer is released: a third of
// what a GET in the process allocates was its body, and it took up to a sixth longer.
type leaf struct {
	out  []byte
	keep func()
}

var leaves sync.Pool

// mostLeaf is how many bytes a buffer that is kept has at most: a group with many members has more, and takes so long
// that its buffer is little of it.
const mostLeaf = 4 << 10

// leafOf returns an empty leaf for n bytes.
func leafOf(n int) *leaf {
	l, _ := leaves.Get().(*leaf)
	if l == nil {
		l = new(leaf)
		l.keep = func() {
			poison.Bytes(l.out)
			if cap(l.out) <= mostLeaf {
				leaves.Put(l)
			}
		}
	}
	l.out = slices.Grow(l.out[:0], n)
	return l
}
