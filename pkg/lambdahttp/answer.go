package lambdahttp

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	// gzipFrom is the size of a body above which gzip saves more than base64 adds.
	gzipFrom = 2 << 10
	// headRoom is reserved for the headers of an answer and the JSON around them.
	headRoom = 64 << 10
)

// answer is an http.ResponseWriter that collects the whole response before it goes to the gateway.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	packed bool
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// fail replaces the answer with a SCIM error (RFC 7644 §3.12).
func (a *answer) fail(e *scim.Error) {
	a.status, a.packed = e.Status, false
	a.body.Reset()
	a.body.Write(e.AppendJSON(nil))
	clear(a.header)
	a.header.Set("Content-Type", "application/scim+json")
	a.header.Set("Cache-Control", "no-store")
	a.setLength()
}

func (a *answer) setLength() { a.header.Set("Content-Length", strconv.Itoa(a.body.Len())) }

// compress compresses the body if the client accepts gzip and the gateway can carry it.
func (a *answer) compress(r *http.Request, able bool) {
	if !able || a.body.Len() < gzipFrom || a.header.Get("Content-Encoding") != "" || !acceptsGzip(r) {
		return
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // fails for an invalid level only
	_, _ = z.Write(a.body.Bytes())                       // a buffer never fails
	_ = z.Close()
	a.body, a.packed = packed, true
	a.header.Set("Content-Encoding", "gzip")
	a.header.Add("Vary", "Accept-Encoding")
	a.setLength()
}

// acceptsGzip reports whether the client accepts gzip (RFC 9110 §12.5.3).
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=0")
		return !ok || strings.Trim(q, ".0") != ""
	}
	return false
}

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
		a.header.Del("Content-Length")
		a.header.Del("Content-Encoding")
		return
	}
	a.fail(scim.NewError(scim.CodeAnswerTooLarge, "the answer is larger than the gateway carries (6 MB); ask for fewer resources with count, "+
		"leave members out with excludedAttributes=members, or accept gzip"))
}

// size returns the length of the body as a JSON string, as encode writes it.
func (a *answer) size() int {
	body := a.body.Bytes()
	if a.packed || !utf8.Valid(body) {
		return base64.StdEncoding.EncodedLen(len(body))
	}
	n := len(body)
	for i, c := range body {
		switch {
		case c == '"' || c == '\\' || c < 0x20:
			n += escaped(c)
		case c == 0xe2 && lineSeparator(body[i:]):
			n += 3 // six bytes of escape for three of UTF-8
		}
	}
	return n
}

// escaped returns the bytes that escaping adds to a quote, a backslash or a control character:
// one for those with a short form, five for \u00XX.
func escaped(c byte) int {
	switch c {
	case '"', '\\', '\n', '\r', '\t', '\b', '\f':
		return 1
	}
	return 5
}

// lineSeparator reports whether b begins with U+2028 or U+2029, which encoding/json escapes.
func lineSeparator(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\u2028")) || bytes.HasPrefix(b, []byte("\u2029"))
}

// writeTo sends the answer.
func (a *answer) writeTo(w http.ResponseWriter) {
	a.WriteHeader(http.StatusOK)
	head := w.Header()
	for k, v := range a.header {
		head[k] = v
	}
	w.WriteHeader(a.status)
	if a.body.Len() > 0 {
		_, _ = w.Write(a.body.Bytes()) // a buffer of the proxy, which never fails
	}
}
