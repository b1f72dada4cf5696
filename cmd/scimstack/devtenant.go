package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// devTenant is a tenant of `scimstack dev`, with the secret of its token, which is printed.
type devTenant struct {
	record tenant.Record
	token  string
	scopes scim.Scope // of the token
	weak   bool       // the token is one of the command line, and can be guessed
}

// weakBelow is the number of characters below which a token of the command line is taken for one that can be guessed.
const weakBelow = 32

// withoutToken is a --tenant flag for messages, which may be in a log.
func withoutToken(spec string) string {
	parts := strings.Split(spec, ",")
	for i, part := range parts {
		if value, ok := strings.CutPrefix(part, "token="); ok && !strings.HasPrefix(value, "@") && !strings.HasPrefix(value, "env:") {
			parts[i] = "token=…"
		}
	}
	return strings.Join(parts, ",")
}

// warnWeak warns of tokens that can be guessed, of a server that other machines reach.
func warnWeak(out io.Writer, tenants []devTenant) {
	for i := range tenants {
		if t := &tenants[i]; t.weak {
			fmt.Fprintf(out, "warning   the token of %s has fewer than %d characters: other machines can guess it. Leave token out, and one is printed.\n\n", t.record.Settings.ID, weakBelow)
		}
	}
}

// parseTenants parses all --tenant flags. Without any it returns three sample tenants.
func parseTenants(ctx context.Context, specs []string) ([]devTenant, error) {
	if len(specs) == 0 {
		specs = []string{"name=acme,idp=okta", "name=globex,idp=entra", "name=initech,idp=google"}
	}
	tenants := make([]devTenant, 0, len(specs))
	for _, spec := range specs {
		t, err := parseTenant(spec)
		if err == nil && t.scopes.Has(scim.Agent) {
			err = t.namesTenant(ctx)
		}
		if err != nil {
			return nil, usagef("--tenant %s: %w", withoutToken(spec), err)
		}
		for _, other := range tenants {
			if other.record.Settings.ID == t.record.Settings.ID {
				return nil, usagef("--tenant %s: two tenants have this name; give each its own", withoutToken(spec))
			}
		}
		tenants = append(tenants, t)
	}
	return tenants, nil
}

// parseTenant parses name=acme[,token=…][,idp=…][,mode=…][,agents=…][,rate=…][,schemas=…].
func parseTenant(spec string) (devTenant, error) {
	t := devTenant{scopes: scim.All | scim.Activity | scim.Events}
	t.record.Settings.Limits.Rate = scim.NoLimit
	seen := map[string]bool{}
	for part := range strings.SplitSeq(spec, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return t, fmt.Errorf("%q is not key=value; write name=acme,idp=okta", part)
		}
		if seen[key] {
			return t, fmt.Errorf("%s is there twice; write it once", key)
		}
		seen[key] = true
		if err := t.set(key, value); err != nil {
			return t, err
		}
	}
	id := t.record.Settings.ID
	if id.IsZero() {
		return t, errors.New("name is missing; write name=acme")
	}
	var token tenant.Token
	if t.token == "" {
		t.token, token = tenant.NewToken(id, t.scopes)
	} else {
		token = tenant.LiteralToken(t.token, t.scopes)
	}
	t.record.Tokens = []tenant.Token{token}
	return t, nil
}

// namesTenant checks the token of a tenant whose agents may make changes. Agents call a URL without a
// tenant, so a token that does not name one is never accepted there.
func (t *devTenant) namesTenant(ctx context.Context) error {
	known := tenant.NewMemory()
	known.Set(t.record)
	_, _, err := tenant.NewAuthenticator(known, tenant.Options{}).Authenticate(ctx, "", t.token)
	if err != nil {
		return errors.New("agents=write needs a token that scimstack issues, because /mcp finds the tenant in the token; leave out token, and one is printed")
	}
	return nil
}

// identityProvider returns the name of an identity provider as settings have it.
func identityProvider(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if _, ok := dialect.ByName(name); ok || name == "" {
		return name, nil
	}
	return "", fmt.Errorf("%w, or none for any other", unknownValue("identity provider", name, providerNames()))
}

// isStrict reads the mode of a tenant.
func isStrict(mode string) (bool, error) {
	if mode != string(tenant.Strict) && mode != string(tenant.Tolerant) {
		return false, unknownValue("mode", mode, []string{string(tenant.Tolerant), string(tenant.Strict)})
	}
	return mode == string(tenant.Strict), nil
}

// tenantKeys are the keys of a --tenant flag.
func tenantKeys() []string {
	return []string{"name", "token", "idp", "mode", "agents", "rate", "schemas"}
}

// set applies one key of a --tenant flag.
func (t *devTenant) set(key, value string) (err error) {
	s := &t.record.Settings
	switch key {
	case "name":
		s.ID, err = scim.ParseTenantID(value)
	case "token":
		if t.token, err = secret(value); err == nil && t.token == "" {
			err = errors.New("the token is blank; leave token out, and one is printed")
		}
		t.weak = len(t.token) < weakBelow
	case "idp":
		s.IdP, err = identityProvider(value)
	case "mode":
		s.Strict, err = isStrict(value)
	case "agents":
		if value == "write" {
			t.scopes |= scim.Agent
		} else if value != "read" {
			err = unknownValue("value of agents", value, []string{"read", "write"})
		}
	case "rate":
		s.Limits.Rate, err = strconv.Atoi(value)
		if err != nil || s.Limits.Rate <= 0 {
			err = fmt.Errorf("rate=%s: use requests per second, such as 50; leave it out for no limit", value)
		}
	case "schemas":
		s.Types, err = loadSchemas(value)
	default:
		err = unknownValue("key", key, tenantKeys())
	}
	return err
}
