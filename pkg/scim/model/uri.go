package model

import (
	"errors"
	"net/url"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// URI is a value of the data type reference (RFC 7643 §2.3.7): a URI or a relative reference of RFC
// 3986, such as the address of a photo or the $ref of a manager. The zero value is unset.
//
// A scheme is not checked: a client may store "javascript:…". Look at Web before you put a URI into a
// page.
type URI struct{ value[uriRule] }

// ParseURI returns the URI, or an *InvalidError with the reason.
func ParseURI(s string) (URI, error) {
	v, err := parse[uriRule](s)
	if err != nil {
		return URI{}, err
	}
	return URI{v}, nil
}

// URL returns the parts of the URI. The error is that of Valid; an unset URI is an empty URL.
func (u URI) URL() (*url.URL, error) {
	if err := u.Valid(); err != nil {
		return nil, err
	}
	return url.Parse(u.text)
}

// Web reports whether the URI is an absolute one of http or https.
func (u URI) Web() bool {
	p, err := u.URL()
	return err == nil && (p.Scheme == "https" || p.Scheme == "http") && p.Host != ""
}

type uriRule struct{}

func (uriRule) kind() string { return "URI" }

func (uriRule) canonical(s string) (string, error) {
	if _, err := schema.User().Attribute("profileUrl").Coerce(s, schema.Mode{Strict: true}, "profileUrl"); err != nil {
		return "", errors.New("is not a URI of RFC 3986; blanks and other excluded characters must be percent-encoded")
	}
	return s, nil
}
