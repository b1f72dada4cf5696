package memory

// Collide leaves so many different hashes to an empty store, a power of two.
func (s *Store) Collide(hashes uint32) { s.hasher.bits = hash(hashes - 1) }

// Order gives tests access to the sorted set.
type Order struct{ o texts }

func NewOrder() *Order           { return &Order{} }
func (o *Order) Insert(s string) { o.o.insert(s) }
func (o *Order) Remove(s string) { o.o.remove(s) }
func (o *Order) Page(after string, offset, limit int) (out []string, more bool) {
	more = o.o.page(after, offset, limit, func(s string) { out = append(out, s) })
	return out, more
}

// Index gives tests access to the hash table.
type Index struct{ x index }

func (x *Index) Add(h, n uint32)    { x.x.add(hash(h), n) }
func (x *Index) Remove(h, n uint32) { x.x.remove(hash(h), n) }
func (x *Index) Size() int          { return x.x.n }
func (x *Index) Of(h uint32) (numbers []uint32) {
	for _, p := range x.x.of(hash(h)) {
		numbers = append(numbers, p.number())
	}
	return numbers
}

// Longest is how many pairs the largest page has.
func (x *Index) Longest() (n int) {
	for i := range x.x.pages.n {
		n = max(n, len(*x.x.pages.at(uint32(i))))
	}
	return n
}
