package authserver

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/scimstack/scimstack/pkg/oauth"
)

// login is how a client says who it is.
type login struct {
	id        string
	secret    string
	assertion string
	method    string // secretBasic, secretPost or keyJWT
	bearer    bool   // the assertion is the grant (RFC 7523 §2.1)
}

// loginOf reads the authentication of a client. A request has one and no other (RFC 6749 §2.3).
func loginOf(r *http.Request, form url.Values) (login, error) {
	var found []login
	l, ok, err := fromHeader(r)
	if err != nil {
		return l, err
	}
	if ok {
		found = append(found, l)
	}
	if secret := form.Get("client_secret"); secret != "" {
		found = append(found, login{id: form.Get("client_id"), secret: secret, method: secretPost})
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if form.Get("client_assertion_type") != assertionType {
			return l, malformed("client_assertion_type must be " + assertionType)
		}
		found = append(found, login{id: oauth.Named(assertion), assertion: assertion, method: keyJWT})
	}
	if form.Get("grant_type") == jwtGrant {
		assertion := form.Get("assertion")
		if assertion == "" {
			return l, malformed("assertion is missing")
		}
		found = append(found, login{id: oauth.Named(assertion), assertion: assertion, method: keyJWT, bearer: true})
	}
	switch len(found) {
	case 0:
		return l, &refusal{status: http.StatusUnauthorized, code: "invalid_client", description: "the client did not authenticate", basic: true}
	case 1:
	default:
		return l, malformed("the client authenticates in more than one way; use one")
	}
	if id := form.Get("client_id"); id != "" && id != found[0].id {
		found[0].id = "" // no client has it: refused like any other that is unknown
	}
	return found[0], nil
}

// fromHeader reads Basic authentication, whose two parts are form-encoded (RFC 6749 §2.3.1).
func fromHeader(r *http.Request) (l login, ok bool, err error) {
	switch headers := r.Header["Authorization"]; {
	case len(headers) == 0:
		return l, false, nil
	case len(headers) > 1:
		return l, false, malformed("send one Authorization header")
	}
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); !strings.EqualFold(scheme, "basic") {
		return l, false, malformed("the token endpoint takes no other scheme than Basic in the Authorization header")
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		return l, false, malformed("the Authorization header is not Basic authentication")
	}
	l.method = secretBasic
	if l.id, err = url.QueryUnescape(user); err == nil {
		l.secret, err = url.QueryUnescape(password)
	}
	if err != nil {
		return l, false, malformed("the parts of Basic authentication must be form-encoded")
	}
	return l, true, nil
}
