package lambdahttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// headRoom is reserved for the headers of an answer and the JSON around them.
const headRoom = 64 << 10

// answer is an http.ResponseWriter that collects the whole response before it goes to the gateway.
type answer struct {
	header http.Header
	status int
	body   strings.Builder // its string needs no copy
	packed []byte          // the body with gzip; nil without
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write adds to the body. As net/http does, it derives the media type from the first bytes if the handler has set none.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.body.Len() == 0 && len(p) > 0 && a.header.Get("Content-Type") == "" {
		a.header.Set("Content-Type", http.DetectContentType(p))
	}
	return a.body.Write(p)
}

// fail replaces the answer with a SCIM error (RFC 7644 §3.12).
func (a *answer) fail(e *scim.Error) {
	a.status, a.packed = e.Status, nil
	a.body.Reset()
	a.body.Write(e.AppendJSON(nil))
	clear(a.header)
	a.header.Set("Content-Type", "application/scim+json")
	a.header.Set("Cache-Control", "no-store")
	a.setLength(a.body.Len())
}

func (a *answer) setLength(n int) { a.header.Set("Content-Length", strconv.Itoa(n)) }

// fit replaces a body that is too large for Lambda: with an error after a read, with none after a
// write, which has already taken effect and which an error would make the client repeat.
func (a *answer) fit(method string) {
	if a.size()+headRoom <= MaxPayload {
		return
	}
	wrote := a.status == http.StatusCreated || method == http.MethodPut || method == http.MethodPatch
	if wrote && a.status < 300 {
		if a.status == http.StatusOK {
			a.status = http.StatusNoContent // with its media type, which clients with types look at
		} else {
			a.header.Del("Content-Type")
		}
		a.body.Reset()
		a.packed = nil
		a.header.Del("Content-Length")
		a.header.Del("Content-Encoding")
		return
	}
	a.fail(scim.NewError(scim.CodeAnswerTooLarge, "the answer is larger than the gateway carries (6 MB); ask for fewer resources with count, "+
		"leave members out with excludedAttributes=members, or accept gzip"))
}
