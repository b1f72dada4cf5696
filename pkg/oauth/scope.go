package oauth

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Scopes of access tokens.
const (
	ScopeAll  = "scim"      // everything that the client may do
	ScopeRead = "scim.read" // what it may read
)

// Granted returns the scope of an access token for the scope that a client asks for, a list separated by spaces. ""
// is ScopeAll. ok is false if the list has any other value.
func Granted(asked string) (scope string, ok bool) {
	scope = ScopeRead
	values := strings.Fields(asked)
	for _, s := range values {
		switch s {
		case ScopeAll:
			scope = ScopeAll
		case ScopeRead:
		default:
			return "", false
		}
	}
	if len(values) == 0 {
		scope = ScopeAll
	}
	return scope, true
}

// scopesOf returns what a token with a scope may do, which is never more than its client may do.
func scopesOf(scope string, client scim.Scope) (scim.Scope, bool) {
	switch scope {
	case ScopeAll:
		return client, true
	case ScopeRead:
		return client &^ (scim.Write | scim.Agent), true
	}
	return 0, false
}
