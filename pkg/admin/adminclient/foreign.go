package adminclient

import (
	"net/http"

	"github.com/scimstack/scimstack/pkg/admin"
)

// foreign is the error of an answer that the administration did not make: that of a gateway or proxy before it, or of another
// server.
func (c *Client) foreign(res *http.Response) error {
	one := func(kind admin.Kind, reason, remedy string) error {
		return &admin.Error{Kind: kind, Problems: []admin.Problem{{Field: "server", Reason: reason, Remedy: remedy}}}
	}
	denied := res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden
	switch {
	case denied && c.o.Sign != nil:
		return one(admin.Forbidden, "the gateway answers "+res.Status+" to the signed request",
			"use credentials of a principal that may execute-api:Invoke the paths below /admin/v1 (aws sts get-caller-identity names the principal), and check the region and the clock of this machine")
	case denied:
		return one(admin.Forbidden, "a gateway or a proxy before the administration answers "+res.Status,
			"if it is API Gateway, sign the requests with the credentials of AWS (--aws-iam) instead of an operator token; otherwise let it pass /admin/v1")
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= http.StatusInternalServerError:
		return one(admin.Busy, "the server, or a proxy before it, answers "+res.Status, "try again; if it stays so, look into the log of the server")
	}
	return one(admin.NotFound, "the server answers "+res.Status+", and not as the administration of scimstack does",
		"check the URL, and that the server serves /admin/v1: scimstack serve does when an operator token exists (scimstack operator create) or with --admin on")
}
