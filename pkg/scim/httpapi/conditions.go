package httpapi

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// conditions reads If-Match and If-None-Match (RFC 9110 §13.1).
func (req *request) conditions() (match, none scim.Match, err error) {
	if match, err = req.condition("If-Match"); err != nil {
		return match, none, err
	}
	none, err = req.condition("If-None-Match")
	return match, none, err
}

// condition reads one of them, of which several lines are one list (RFC 9110 §5.3). An empty one is
// refused: a client that sends it has lost a version that it wanted to insist on.
func (req *request) condition(name string) (scim.Match, error) {
	sent := req.http.Header[name]
	if sent == nil {
		return scim.Match{}, nil
	}
	tags := strings.Join(sent, ",")
	if strings.Trim(tags, ", \t") == "" {
		return scim.Match{}, scim.NewError(scim.CodeRequest, "%s is empty; send the version of the resource, or leave the header out", name)
	}
	return scim.ParseMatch(tags), nil
}

// untagged checks the conditions of a request on something that has no entity tag.
func (req *request) untagged() error {
	match, _, err := req.conditions()
	if err != nil {
		return err
	}
	return match.CheckUntagged()
}

// tagged is an If-Match for the Provider. To one without entity tags no version can be named, and "*"
// says what holds for every resource anyway.
func (h *handler) tagged(req *request, match scim.Match) (scim.Match, error) {
	if !match.Present || h.p.Abilities(req.tenant).ETag {
		return match, nil
	}
	return scim.Match{}, match.CheckUntagged()
}
