package memory

// Order gives tests access to the sorted set.
type Order struct{ o order }

func NewOrder() *Order           { return &Order{} }
func (o *Order) Insert(s string) { o.o.insert(s) }
func (o *Order) Remove(s string) { o.o.remove(s) }
func (o *Order) Page(after string, offset, limit int) (out []string, more bool) {
	more = o.o.page(after, offset, limit, func(s string) { out = append(out, s) })
	return out, more
}
