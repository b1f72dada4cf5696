package httpapi

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// locate splits the path into tenant and decoded segments. Empty segments are dropped, so that
// "//Users" and a trailing slash need no redirect (COMMON-07). Each segment is percent-decoded
// exactly once (H-13). The segments are appended to room.
func (h *handler) locate(r *http.Request, room []string) (tenant string, segments []string, err error) {
	// Without RawPath no slash was encoded, and Path can be split as it is.
	path, encoded := r.URL.Path, r.URL.RawPath != ""
	if encoded {
		path = r.URL.EscapedPath()
	}
	path = clean(path)
	if path == h.o.Prefix {
		return "", nil, scim.NewError(scim.CodeTenant, "the URL names no tenant; use %s/{tenant}", h.o.Prefix)
	}
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

// clean replaces runs of slashes by one.
func clean(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// unversioned serves the prefix without its version segment as the latest version, and refuses
// other versions (H-12).
func (h *handler) unversioned(path string) (string, error) {
	stem, ok := strings.CutSuffix(h.o.Prefix, "/v2")
	if !ok || !strings.HasPrefix(path, stem+"/") {
		return "", errNoEndpoint()
	}
	rest := path[len(stem)+1:]
	first, _, _ := strings.Cut(rest, "/")
	if len(first) > 1 && (first[0] == 'v' || first[0] == 'V') && strings.Trim(first[1:], "0123456789.") == "" {
		return "", scim.NewError(scim.CodeVersion, "only SCIM version 2 is served; use %s", h.o.Prefix)
	}
	return rest, nil
}

// Credential reads the credential of a request in the spellings of COMMON-02: any number of
// "Bearer", case-insensitive, before the token, the bare token, or Basic with the token as password.
// It is empty if there is none, or more than one.
func Credential(r *http.Request) string {
	c, _, _ := credential(r.Header["Authorization"])
	return c
}

// credential also reports whether the credential was sent with Basic. More than one Authorization
// header is an error (400): which of them counts must not depend on who reads the request.
func credential(header []string) (c string, basic bool, err error) {
	switch len(header) {
	case 0:
		return "", false, nil
	case 1:
	default:
		return "", false, scim.NewError(scim.CodeRequest, "send one Authorization header, not %d", len(header))
	}
	c = strings.TrimSpace(header[0])
	for {
		scheme, rest, ok := strings.Cut(c, " ")
		switch {
		case ok && strings.EqualFold(scheme, "bearer"):
			c = strings.TrimSpace(rest)
			continue
		case ok && strings.EqualFold(scheme, "basic"):
			return fromBasic(strings.TrimSpace(rest)), true, nil
		}
		return c, false, nil
	}
}

// fromBasic takes the token from the password, or from the user name if there is no password.
func fromBasic(encoded string) string {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	user, password, _ := strings.Cut(string(raw), ":")
	if password == "" {
		return user
	}
	return password
}

// Authenticate identifies the sender of a request; every HTTP service of a tenant calls it. It reads
// the credential as Credential does and asks an Authenticator, with the errors of that interface. A
// strict tenant refuses Basic, and no tenant reads more than one Authorization header.
func Authenticate(r *http.Request, a scim.Authenticator, tenantName string) (*scim.Principal, *scim.Tenant, error) {
	c, basic, err := credential(r.Header["Authorization"])
	if err != nil {
		return nil, nil, err
	}
	if c == "" {
		return nil, nil, &scim.RefusedError{Code: scim.CodeTokenMissing}
	}
	if a == nil {
		return nil, nil, errNoAuthenticator
	}
	p, t, err := a.Authenticate(r.Context(), tenantName, c)
	switch {
	case err != nil:
		return nil, nil, err
	case p == nil || t == nil || p.Tenant != t.ID: // of an Authenticator of the application
		return nil, nil, errOneTenant
	case basic && t.Strict:
		return nil, nil, &scim.RefusedError{Code: scim.CodeTokenScheme, KeyID: p.Subject}
	}
	return p, t, nil
}

// What an Authenticator of the application may have got wrong: no request may act in a tenant that its credential is not of.
var (
	errNoAuthenticator = errors.New("there is no Authenticator; tenant.NewAuthenticator makes one")
	errOneTenant       = errors.New("the Authenticator must return a Principal and a Tenant, both of one tenant, or an error")
)

// challenge is the WWW-Authenticate of a 401: the same for every name, whether there is such a tenant or not.
func (h *handler) challenge(r *http.Request) string {
	const bearer = `Bearer realm="scim"` //nolint:gosec // a scheme, not a credential
	if h.o.ResourceMetadata == nil {
		return bearer
	}
	name, _, err := h.locate(r, nil)
	if err != nil {
		return bearer
	}
	id, err := scim.ParseTenantID(name)
	if err != nil {
		return bearer
	}
	return bearer + `, resource_metadata="` + h.o.ResourceMetadata(id.String()) + `"`
}

// authenticate fills in principal and tenant.
func (h *handler) authenticate(req *request, tenantName string) error {
	p, t, err := Authenticate(req.http, h.o.Authenticator, tenantName)
	if err != nil {
		return h.refused(req, tenantName, err)
	}
	req.principal, req.tenant = p, t
	req.record.Tenant, req.record.Settings, req.record.Subject, req.record.IdP = t.ID, t, p.Subject, t.IdP
	req.record.RequestID = requestIDOf(req.http)
	req.reply.own[requestID] = req.record.RequestID
	req.ctx = (*calling)(req)
	h.recognise(req, nil)
	return nil
}

// refused records the tenant named in the URL, so that its log shows the rejected request. What the
// request itself says is recorded only if its token is one of the tenant's.
func (h *handler) refused(req *request, tenantName string, err error) error {
	t, ok := h.o.Authenticator.Settings(req.ctx, tenantName)
	if !ok || !errors.Is(err, scim.ErrUnauthenticated) {
		return err
	}
	req.record.Tenant, req.record.Settings, req.record.IdP = t.ID, t, t.IdP
	var known *scim.RefusedError
	if errors.As(err, &known) && known.KeyID != "" {
		req.record.RequestID = requestIDOf(req.http)
	}
	h.recognise(req, nil) // one of the names that Options.Recognise knows
	return err
}

// allow checks the scopes of the credential for an operation on a type (Z-03).
func (req *request) allow(verb scim.Scope, typeName string) error {
	if !req.principal.May(verb, typeName) {
		return scim.NewError(scim.CodeScope, "the token is not allowed to do this; it lacks a scope")
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
