package scim

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// locate splits the raw path into tenant and decoded segments. Empty segments vanish, so
// that "//Users" and a trailing slash mean what they say; nothing redirects (COMMON-07).
// Each segment is percent-decoded exactly once (H-13). The segments are put into room.
func (h *handler) locate(r *http.Request, room []string) (tenant string, segments []string, err error) {
	// Without RawPath nothing in Path was encoded that a segment could hide in ("%2F").
	path, encoded := r.URL.Path, r.URL.RawPath != ""
	if encoded {
		path = r.URL.EscapedPath()
	}
	path = clean(path)
	rest, ok := strings.CutPrefix(path, h.prefix)
	if !ok {
		if rest, err = h.unversioned(path); err != nil {
			return "", nil, err
		}
	}
	for s := range strings.SplitSeq(rest, "/") {
		if s == "" {
			continue
		}
		if encoded {
			if s, err = url.PathUnescape(s); err != nil {
				return "", nil, errNoEndpoint()
			}
		}
		room = append(room, s)
	}
	if len(room) == 0 {
		return "", nil, nil
	}
	return room[0], room[1:], nil
}

// clean folds runs of slashes.
func clean(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// unversioned serves the prefix without its version segment as the latest version and
// refuses other versions (H-12).
func (h *handler) unversioned(path string) (string, error) {
	stem, ok := strings.CutSuffix(h.o.Prefix, "/v2")
	if !ok || !strings.HasPrefix(path, stem+"/") {
		return "", errNoEndpoint()
	}
	rest := path[len(stem)+1:]
	first, _, _ := strings.Cut(rest, "/")
	if len(first) > 1 && (first[0] == 'v' || first[0] == 'V') && strings.Trim(first[1:], "0123456789.") == "" {
		return "", errorf(CodeVersion, "only SCIM version 2 is served; use %s", h.o.Prefix)
	}
	return rest, nil
}

// Credential reads the credential of a request in the spellings of COMMON-02: any number of
// "Bearer" in any letter case
// before the token, the bare token, or Basic with the token as password.
func Credential(r *http.Request) string {
	c := strings.TrimSpace(first(r.Header["Authorization"]))
	for {
		scheme, rest, ok := strings.Cut(c, " ")
		switch {
		case ok && strings.EqualFold(scheme, "bearer"):
			c = strings.TrimSpace(rest)
			continue
		case ok && strings.EqualFold(scheme, "basic"):
			raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
			if err != nil {
				return ""
			}
			user, password, _ := strings.Cut(string(raw), ":")
			if password == "" {
				return user
			}
			return password
		}
		return c
	}
}

// authenticate fills in principal and tenant.
func (h *handler) authenticate(req *request, tenantName string) error {
	c := Credential(req.http)
	if c == "" {
		return h.refused(req, tenantName, &RefusedError{Code: CodeTokenMissing})
	}
	p, t, err := h.o.Authenticator.Authenticate(req.ctx, tenantName, c)
	if err != nil {
		return h.refused(req, tenantName, err)
	}
	req.principal, req.tenant = p, t
	req.rec.Tenant, req.rec.Subject, req.rec.IdP = t.ID, p.Subject, t.IdP
	h.recognise(req, nil)
	return nil
}

// refused notes whose door was knocked at, so that the tenant's log can say why nobody came in.
func (h *handler) refused(req *request, tenantName string, err error) error {
	if t, ok := h.o.Authenticator.Settings(req.ctx, tenantName); ok && errors.Is(err, ErrUnauthenticated) {
		req.rec.Tenant, req.rec.IdP = t.ID, t.IdP
		h.recognise(req, nil)
	}
	return err
}

// allow checks the scopes of the credential for an operation on a type (Z-03).
func (req *request) allow(verb Scope, typeName string) error {
	if !req.principal.May(verb, typeName) {
		return errorf(CodeScope, "the token is not allowed to do this; it lacks a scope")
	}
	return nil
}

// first is http.Header.Get for a key that is canonical already.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
