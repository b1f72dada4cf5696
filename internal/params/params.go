// Package params reads the parameters of a query string. A parameter that cannot be read is an
// error and never absent: without its filter, a search would answer with everybody.
package params

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim"
)

// List holds the parameters of one query string in their order. The zero value has none.
type List []param

type param struct{ name, value string }

// maxParams bounds the parameters: each is compared with those before it. No request has more than a dozen names, but a
// repeatable one may have a part for each value.
const maxParams = 500

// Parse splits a query string at "&" only, so that ";" is data. Names and values are
// percent-decoded once, and "+" is a space. Empty parts are skipped. Names in repeatable may occur
// more than once; any other name may not. Names are case-insensitive. Errors are a *scim.Error with
// the code scim.CodeParameter that names the parameter.
func Parse(raw string, repeatable ...string) (List, error) {
	if raw == "" {
		return nil, nil
	}
	list := make(List, 0, min(strings.Count(raw, "&")+1, maxParams))
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		p := param{}
		var ok bool
		if p.name, ok = decode(name); !ok {
			return nil, scim.NewError(scim.CodeParameter, "the name of the parameter %q is not percent-encoded UTF-8", shorten(name))
		}
		if p.value, ok = decode(value); !ok {
			return nil, scim.NewError(scim.CodeParameter, "the parameter %s is not percent-encoded UTF-8", shorten(p.name))
		}
		if len(list) == maxParams {
			return nil, scim.NewError(scim.CodeParameter, "the URL has more than %d parameters", maxParams)
		}
		if list.Has(p.name) && !slices.ContainsFunc(repeatable, p.is) {
			return nil, scim.NewError(scim.CodeParameter, "the parameter %s may be sent only once", shorten(p.name))
		}
		list = append(list, p)
	}
	return list, nil
}

func decode(s string) (string, bool) {
	out, err := url.QueryUnescape(s)
	return out, err == nil && utf8.ValidString(out)
}

// shorten bounds what an error repeats of a request.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func (p param) is(name string) bool { return strings.EqualFold(p.name, name) }

// Get returns the first value of a parameter, or "".
func (l List) Get(name string) string {
	for _, p := range l {
		if p.is(name) {
			return p.value
		}
	}
	return ""
}

// Has reports whether a parameter was sent, even without a value.
func (l List) Has(name string) bool {
	for _, p := range l {
		if p.is(name) {
			return true
		}
	}
	return false
}

// All returns the values of a parameter joined by commas.
func (l List) All(name string) string {
	all := ""
	var more []string // joined once: there may be hundreds
	for _, p := range l {
		switch {
		case !p.is(name) || p.value == "":
		case all == "":
			all = p.value
		default:
			more = append(more, p.value)
		}
	}
	if more != nil {
		all += "," + strings.Join(more, ",")
	}
	return all
}
