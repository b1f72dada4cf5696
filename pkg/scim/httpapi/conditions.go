package httpapi

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// conditions reads If-Match and If-None-Match (RFC 9110 §13.1).
func (req *request) conditions() (match, none scim.Match, err error) {
	header := req.http.Header
	if sent := header["If-Match"]; sent != nil {
		tags := strings.Join(sent, ",")
		if strings.Trim(tags, ", \t") == "" {
			return match, none, scim.NewError(scim.CodeRequest, "If-Match is empty; send the version of the resource, or leave the header out")
		}
		match = scim.ParseMatch(tags)
	}
	if sent := header["If-None-Match"]; sent != nil {
		none = scim.ParseMatch(strings.Join(sent, ","))
	}
	return match, none, nil
}

// untagged checks the conditions of a request on something that has no entity tag.
func (req *request) untagged() error {
	match, _, err := req.conditions()
	if err != nil {
		return err
	}
	return match.CheckUntagged()
}
