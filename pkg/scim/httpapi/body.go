package httpapi

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	typeSCIM = "application/scim+json"
	typeJSON = "application/json"
)

// mediaType negotiates the media type: application/json for a client that accepts only that, and
// scim+json for every other. An Accept header never refuses a request (H-03; RFC 9110 §12.5.1). No
// charset parameter is sent.
func mediaType(r *http.Request) []string {
	accept := r.Header["Accept"]
	if len(accept) == 0 || len(accept) == 1 && (accept[0] == typeSCIM || accept[0] == "*/*") {
		return ofSCIM
	}
	json := false
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if q := strings.ReplaceAll(params, " ", ""); strings.HasPrefix(q, "q=0") && strings.Trim(q[3:], ".0") == "" {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case typeSCIM, "*/*", "application/*", "":
			return ofSCIM
		case typeJSON:
			json = true
		}
	}
	if json {
		return ofJSON
	}
	return ofSCIM
}

// readBody reads and decodes a request body within the tenant's limits; nothing is parsed
// before the size is known (Z-12, B-19).
func (req *request) readBody(maxBytes int, limitName string) (map[string]any, error) {
	if ct := first(req.http.Header["Content-Type"]); ct != "" && ct != typeSCIM && ct != typeJSON {
		name, _, err := mime.ParseMediaType(ct)
		if err != nil && name == "" || !strings.HasPrefix(name, "application/") || !strings.HasSuffix(name, "json") {
			return nil, scim.NewError(scim.CodeContentType, "send the body as %s", typeSCIM)
		}
	}
	packed, err := gzipped(req.http.Header["Content-Encoding"])
	if err != nil {
		return nil, err
	}
	if req.http.ContentLength > int64(maxBytes) { // before a buffer of that length is made
		return nil, tooLarge(limitName, maxBytes)
	}
	if req.http.Body == nil {
		return nil, scim.NewError(scim.CodeBodyMissing, "the request needs a JSON body")
	}
	room, _ := bodies.Get().(*[firstRead]byte)
	defer keepRoom(room) // what is decoded shares no memory with it
	raw, err := readAll(req.http, maxBytes, packed, room[:0])
	if err != nil {
		return nil, unread(err)
	}
	if len(raw) > maxBytes {
		return nil, tooLarge(limitName, maxBytes)
	}
	limits := schema.JSONLimits{Depth: req.tenant.Limits.MaxDepth, Nodes: req.tenant.Limits.MaxNodes}
	return limits.Decode(raw)
}

// unread is the error of a body that cannot be read: a handler before this one may have a limit of its own, or have read the body.
func unread(err error) error {
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return tooLarge("a limit before the service", int(large.Limit))
	}
	return scim.NewError(scim.CodeBodyBroken, "the body could not be read").Because(err)
}

// bodies are reused to read bodies, most of which are shorter.
var bodies = sync.Pool{New: func() any { return new([firstRead]byte) }}

func keepRoom(room *[firstRead]byte) {
	poison.Bytes(room[:])
	bodies.Put(room)
}

// readAll reads a body, and at most one byte more than maxBytes, counted after inflation. It reads into room if that is
// large enough.
func readAll(r *http.Request, maxBytes int, packed bool, room []byte) ([]byte, error) {
	most := int64(maxBytes) + 1
	if packed {
		z, err := gzip.NewReader(io.LimitReader(r.Body, most))
		if err != nil {
			return nil, err
		}
		return readMost(z, most, room)
	}
	if n := r.ContentLength; n > 0 {
		raw := slices.Grow(room, int(n))[:n] // net/http returns no more bytes than the header announces
		_, err := io.ReadFull(r.Body, raw)
		return raw, err
	}
	return readMost(r.Body, most, room)
}

// firstRead is the size of the buffer for a body; a body of unknown length doubles it when it is full.
const firstRead = 4096

// readMost reads to the end, or up to most bytes, first into room. It allocates less than three times that number.
func readMost(r io.Reader, most int64, room []byte) ([]byte, error) {
	raw := room[:0:min(most, int64(cap(room)))]
	for {
		n, err := r.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		switch {
		case errors.Is(err, io.EOF):
			return raw, nil
		case err != nil || int64(len(raw)) == most:
			return raw, err
		case len(raw) == cap(raw):
			raw = append(make([]byte, 0, min(most, 2*int64(cap(raw)))), raw...)
		}
	}
}

// gzipped reads Content-Encoding. Only gzip and identity are understood (RFC 9110 §8.4).
func gzipped(header []string) (packed bool, err error) {
	if len(header) == 0 {
		return false, nil
	}
	for coding := range strings.SplitSeq(strings.Join(header, ","), ",") {
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "", "identity":
			continue
		case "gzip", "x-gzip":
			if !packed {
				packed = true
				continue
			}
		}
		return false, scim.NewError(scim.CodeEncoding, "send the body without Content-Encoding, or with gzip")
	}
	return packed, nil
}

func tooLarge(limitName string, maxBytes int) error {
	return scim.NewError(scim.CodeBodyTooLarge, "the body is larger than %s (%d bytes)", limitName, maxBytes)
}
