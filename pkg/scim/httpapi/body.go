package httpapi

import (
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	typeSCIM = "application/scim+json"
	typeJSON = "application/json"
)

// acceptable refuses an Accept header that admits neither SCIM nor JSON (H-03).
func acceptable(r *http.Request) error {
	if mediaType(r) == "" {
		return scim.NewError(scim.CodeAccept, "only %s and %s are served", typeSCIM, typeJSON)
	}
	return nil
}

// mediaType negotiates the media type: scim+json unless the client accepts only application/json,
// or "" when neither is acceptable. No charset parameter is sent.
func mediaType(r *http.Request) string {
	accept := r.Header["Accept"]
	if len(accept) == 0 || len(accept) == 1 && (accept[0] == typeSCIM || accept[0] == "*/*") {
		return typeSCIM
	}
	json := false
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if q := strings.ReplaceAll(params, " ", ""); strings.HasPrefix(q, "q=0") && strings.Trim(q[3:], ".0") == "" {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case typeSCIM, "*/*", "application/*", "":
			return typeSCIM
		case typeJSON:
			json = true
		}
	}
	if json {
		return typeJSON
	}
	return ""
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
	if req.http.ContentLength > int64(maxBytes) {
		return nil, tooLarge(limitName, maxBytes)
	}
	if req.http.Body == nil {
		return nil, scim.NewError(scim.CodeBodyMissing, "the request needs a JSON body")
	}
	var raw []byte
	var err error
	if n := req.http.ContentLength; n > 0 {
		raw = make([]byte, n) // net/http returns no more bytes than the header announces
		_, err = io.ReadFull(req.http.Body, raw)
	} else {
		raw, err = io.ReadAll(io.LimitReader(req.http.Body, int64(maxBytes)+1))
	}
	if err != nil {
		return nil, scim.NewError(scim.CodeBodyBroken, "the body could not be read").Because(err)
	}
	if len(raw) > maxBytes {
		return nil, tooLarge(limitName, maxBytes)
	}
	return schema.DecodeJSON(raw, req.tenant.Limits.MaxDepth)
}

func tooLarge(limitName string, maxBytes int) error {
	return scim.NewError(scim.CodeBodyTooLarge, "the body is larger than %s (%d bytes)", limitName, maxBytes)
}
