package memory

// blockLen is how many values a block has.
const blockLen = 512

// blocks are values by number, from 0. They are in blocks, so that an append never moves more than one of them.
type blocks[V any] struct {
	list [][]V
	n    int
}

func (b *blocks[V]) at(n uint32) *V { return &b.list[n/blockLen][n%blockLen] }

func (b *blocks[V]) add(v V) uint32 {
	if b.n%blockLen == 0 {
		var block []V
		if b.n > 0 { // the first block grows as needed: most tenants are small
			block = make([]V, 0, blockLen)
		}
		b.list = append(b.list, block)
	}
	last := &b.list[len(b.list)-1]
	*last = append(*last, v)
	b.n++
	return uint32(b.n - 1) // two thousand million values do not fit into memory
}

// slots are blocks whose values can be dropped. The number of one that was dropped is given again.
type slots[V any] struct {
	blocks[V]
	free []uint32
}

func (s *slots[V]) add(v V) uint32 {
	if n := len(s.free); n > 0 {
		at := s.free[n-1]
		s.free = s.free[:n-1]
		*s.at(at) = v
		return at
	}
	return s.blocks.add(v)
}

func (s *slots[V]) drop(at uint32) {
	var none V
	*s.at(at), s.free = none, append(s.free, at)
}
