package patch

// Indexed makes options under which short lists are written through indexes, too.
func Indexed(o Options) Options {
	o.indexAll = true
	return o
}
