package adminhttp

import (
	"errors"
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// authorised returns who has sent a request, if they may.
func (h *handler) authorised(r *http.Request) (actor string, err error) {
	if h.o.Principal != nil {
		if name := h.o.Principal(r); name != "" {
			return name, nil
		}
	}
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || h.o.Operators == nil {
		return "", problem(admin.Unauthenticated, "Authorization", "there is no operator token", "send Authorization: Bearer and a token that scimstack operator create has made")
	}
	o, err := tenant.AuthenticateOperator(r.Context(), h.o.Operators, strings.TrimSpace(credential), h.o.Now())
	if errors.Is(err, scim.ErrUnauthenticated) {
		return "", problem(admin.Unauthenticated, "Authorization", "the operator token is not known, or it is expired or revoked", "make another one with scimstack operator create")
	}
	if err != nil {
		return "", err
	}
	if err := may(o, r); err != nil {
		return "", err
	}
	return "operator " + o.ID + " (" + o.Name + ")", nil
}

// may refuses what the scopes of an operator token do not allow.
func may(o *tenant.Operator, r *http.Request) error {
	need, name := tenant.AdminWrite, admin.ScopeWrite
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		need, name = tenant.AdminRead, admin.ScopeRead
	}
	if !o.Scopes.Has(need) {
		return problem(admin.Forbidden, "Authorization", "the operator token lacks the scope "+name, "use a token that has it")
	}
	if !o.Tenant.IsZero() && tenantIn(r.URL.Path) != o.Tenant.String() && r.URL.Path != documentPath {
		return problem(admin.Forbidden, "Authorization", "the operator token is for the tenant "+o.Tenant.String()+" only", "use a token for all tenants")
	}
	return nil
}

// tenantIn is the tenant that a path is about, or "".
func tenantIn(path string) string {
	rest, ok := strings.CutPrefix(path, Prefix+"/tenants/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
