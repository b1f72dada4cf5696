package httpapi

import (
	"io"
	"net/http"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	// maxHead bounds the URL and the headers of a request, in bytes.
	maxHead = 64 << 10
	// maxDrain bounds what is read of the body of a request that was refused, in bytes.
	maxDrain = 32 << 20
)

// oversized refuses a request whose URL and headers are too long (RFC 6585 §5).
func oversized(r *http.Request) error {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	if size > maxHead {
		return scim.NewError(scim.CodeHead, "the URL and the headers have more than %d bytes; send a long filter to .search", maxHead)
	}
	return nil
}

// drain reads the rest of the body of a refused request, up to a bound. Many clients send the whole
// body before they read the answer; a connection that is closed before then loses the answer. A
// client that waits for 100 Continue has not sent anything.
func drain(r *http.Request) {
	if r.Body == nil || r.Header["Expect"] != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, maxDrain) // the request has failed already
}
