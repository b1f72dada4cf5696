package feed

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"

	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Bearer returns an Operator of a Gate for one secret: it admits requests that have it as their token. An
// empty secret admits nothing. Hashes are compared, so that the time says nothing of the secret.
func Bearer(secret string) func(*http.Request) bool {
	want := sha256.Sum256([]byte(secret))
	return func(r *http.Request) bool {
		got := sha256.Sum256([]byte(httpapi.Credential(r)))
		return secret != "" && subtle.ConstantTimeCompare(got[:], want[:]) == 1
	}
}
