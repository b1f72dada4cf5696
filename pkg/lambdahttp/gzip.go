package lambdahttp

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// gzipFrom is the size of a body above which gzip saves more than base64 adds.
const gzipFrom = 2 << 10

// compress compresses the body if the client accepts gzip. The writers are kept: a new one takes 800 KB, more than a page.
func (h *Handler) compress(a *answer, r *http.Request) {
	if a.body.Len() < gzipFrom || a.header.Get("Content-Encoding") != "" || !acceptsGzip(r) {
		return
	}
	var packed bytes.Buffer
	z, _ := h.packers.Get().(*gzip.Writer)
	if z == nil {
		z, _ = gzip.NewWriterLevel(&packed, gzip.BestSpeed) // fails for an invalid level only
	}
	defer h.packers.Put(z)
	z.Reset(&packed)
	_, _ = z.Write([]byte(a.body.String())) // a buffer never fails
	_ = z.Close()
	a.packed = packed.Bytes()
	a.header.Set("Content-Encoding", "gzip")
	a.header.Add("Vary", "Accept-Encoding")
	a.setLength(len(a.packed))
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
