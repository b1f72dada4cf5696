package httpapi

import (
	"testing"
	"unsafe"
)

// TestRequestSize: a request is one allocation, and Go rounds it up to a size class, of which 8 bytes are
// for the collector. A field more would cost every request 64 bytes to clear and to collect: first find a
// place for it.
func TestRequestSize(t *testing.T) {
	const class = 704
	if n := unsafe.Sizeof(request{}); n > class-8 {
		t.Errorf("a request has %d bytes, and the size class of %d has space for %d", n, class, class-8)
	}
}
