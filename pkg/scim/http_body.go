package scim

import (
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	typeSCIM = "application/scim+json"
	typeJSON = "application/json"
)

// acceptable refuses an Accept header that no JSON satisfies (H-03).
func acceptable(r *http.Request) error {
	if mediaType(r) == "" {
		return errorf(CodeAccept, "only %s and %s are served", typeSCIM, typeJSON)
	}
	return nil
}

// mediaType negotiates: scim+json unless the client takes only application/json. It is ""
// when nothing is acceptable. No charset parameter is sent (design §5.8).
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
			return nil, errorf(CodeContentType, "send the body as %s", typeSCIM)
		}
	}
	if req.http.ContentLength > int64(maxBytes) {
		return nil, tooLarge(limitName, maxBytes)
	}
	if req.http.Body == nil {
		return nil, errorf(CodeBodyMissing, "the request needs a JSON body")
	}
	var raw []byte
	var err error
	if n := req.http.ContentLength; n > 0 {
		raw = make([]byte, n) // net/http gives no byte more than the header said
		_, err = io.ReadFull(req.http.Body, raw)
	} else {
		raw, err = io.ReadAll(io.LimitReader(req.http.Body, int64(maxBytes)+1))
	}
	if err != nil {
		return nil, &Error{Status: 400, ScimType: "invalidSyntax", Code: CodeBodyBroken, Detail: "the body could not be read", Cause: err}
	}
	if len(raw) > maxBytes {
		return nil, tooLarge(limitName, maxBytes)
	}
	return schema.DecodeJSON(raw, req.tenant.Limits.orDefault().MaxDepth)
}

func tooLarge(limitName string, maxBytes int) error {
	return errorf(CodeBodyTooLarge, "the body is larger than %s (%d bytes)", limitName, maxBytes)
}
