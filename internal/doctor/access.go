package doctor

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
)

// none returns a search for a name that no person has.
func none(attribute string) url.Values {
	return url.Values{"filter": {attribute + ` eq "scimstack-doctor-` + strings.ToLower(rand.Text()) + `"`}}
}

// noToken checks that the service refuses a request without a token.
func (r *run) noToken(ctx context.Context) { r.refused(ctx, "") }

// wrongToken checks that the service does not accept any token.
func (r *run) wrongToken(ctx context.Context) { r.refused(ctx, "scimstack-doctor-"+rand.Text()) }

// refused checks the answer to a request that must be refused.
func (r *run) refused(ctx context.Context, token string) {
	a := r.scim(ctx, "/Users", none("userName"), token)
	if a == nil {
		return
	}
	const proxy = "the operator must let the answers of the service pass unchanged"
	found, todo := r.stranger(a)
	switch {
	case a.status < 300:
		r.add(Fail, "the operator must stop the service at once: everybody can read the people in it", "the answer is %d, and should be 401", a.status)
	case a.status == http.StatusTooManyRequests:
		r.add(Warn, "wait a minute, and check again", "the requests are limited (429)")
	case found != "" && a.status != http.StatusUnauthorized:
		r.add(Fail, todo, "%s", found)
	case a.status != http.StatusUnauthorized:
		r.add(Fail, "the operator must look at the log of the service", "the answer is %d, and should be 401: %s", a.status, a.text("detail"))
	case a.header.Get("X-Amzn-Remapped-Www-Authenticate") != "":
		r.add(Warn, "the operator can use an HTTP API (\"api\": \"http\" in the customer file); most identity providers do not read the header", "401, but the REST API of API Gateway renames WWW-Authenticate")
	case a.header.Get("Www-Authenticate") == "":
		r.add(Warn, proxy+", with WWW-Authenticate", "401 without WWW-Authenticate")
	case !a.has(urnError):
		r.add(Warn, proxy, "401, but its body is no error of SCIM: %s", line(string(a.body)))
	default:
		scheme, _, _ := strings.Cut(line(a.header.Get("Www-Authenticate")), ",")
		r.ok("refused: 401 with WWW-Authenticate: %s", scheme)
	}
}

// token checks that the token is accepted, and what it may read.
func (r *run) token(ctx context.Context) {
	switch {
	case r.Token == "":
		r.skip("no token; give one with --token-file FILE")
		return
	case r.secret != "":
		r.skip("%s", r.secret)
		return
	}
	users := r.scim(ctx, "/Users", none("userName"), r.Token)
	if users == nil {
		return
	}
	groups := r.scim(ctx, "/Groups", none("displayName"), r.Token)
	if groups == nil {
		return
	}
	r.found = users
	if found, todo := r.stranger(users); found != "" && users.status != http.StatusUnauthorized && users.status < 500 {
		r.add(Fail, todo, "%s", found)
		return
	}
	switch {
	case users.status == http.StatusUnauthorized:
		r.unusable = "the token is not accepted"
		why := "it is unknown, revoked, expired, or that of another tenant"
		if r.Known != nil {
			why, _, _ = r.Known(ctx, r.tenant, r.Token)
		}
		r.add(Fail, "the operator must look (scimstack token list "+r.tenant+") and make a new one: scimstack token create "+r.tenant+"; or correct the tenant in the URL", "%s: %s", r.unusable, why)
	case users.status == http.StatusOK || groups.status == http.StatusOK:
		r.accepted(ctx, users.status == http.StatusOK, groups.status == http.StatusOK)
	case users.status == http.StatusForbidden && groups.status == http.StatusForbidden:
		r.add(Fail, "the operator must look at the tenant (is it paused?) and make a token with the scopes read,users,groups: scimstack token create "+r.tenant, "the token is known, but may read neither users nor groups: %s", users.text("detail"))
	case users.status == http.StatusTooManyRequests:
		r.unusable = "the service asks to wait"
		r.add(Warn, "wait a minute, and check again; if the operator has paused the tenant, they resume it when the reason is gone: scimstack tenant resume "+r.tenant, "a search answers 429: %s", users.text("detail"))
	case users.status >= 500:
		r.add(Fail, "the operator must look at the log of the service", "a search answers %d: %s", users.status, users.text("detail"))
	default:
		r.add(Warn, "wait a minute, and check again", "a search answers %d: %s", users.status, users.text("detail"))
	}
}

// accepted reports what is known about a token that is accepted.
func (r *run) accepted(ctx context.Context, users, groups bool) {
	may := "users and groups"
	switch {
	case !groups:
		may = "users, but no groups"
	case !users:
		may = "groups, but no users"
	}
	found, todo, state := "accepted; it may read "+may, "", OK
	if r.Known != nil {
		more, then, worse := r.Known(ctx, r.tenant, r.Token)
		found, todo, state = found+"; "+more, then, worse
	}
	if state == OK && (!users || !groups) {
		state, todo = Warn, "if the identity provider provisions both, the operator must make a token for both: scimstack token create "+r.tenant
	}
	r.add(state, todo, "%s", found)
}
