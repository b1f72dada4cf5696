package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// devTenant is a tenant of `scimstack dev`, with the secret of its token, which is printed.
type devTenant struct {
	record tenant.Record
	token  string
	scopes scim.Scope // of the token
}

// parseTenants parses all --tenant flags. Without any it returns three sample tenants.
func parseTenants(specs []string) ([]devTenant, error) {
	if len(specs) == 0 {
		specs = []string{"name=acme,idp=okta", "name=globex,idp=entra", "name=initech,idp=google"}
	}
	tenants := make([]devTenant, 0, len(specs))
	for _, spec := range specs {
		t, err := parseTenant(spec)
		if err != nil {
			return nil, fmt.Errorf("--tenant %s: %w", spec, err)
		}
		for _, other := range tenants {
			if other.record.Settings.ID == t.record.Settings.ID {
				return nil, fmt.Errorf("--tenant %s: two tenants have this name; give each its own", spec)
			}
		}
		tenants = append(tenants, t)
	}
	return tenants, nil
}

// parseTenant parses name=acme[,token=…][,idp=…][,mode=…][,agents=…][,schemas=…].
func parseTenant(spec string) (devTenant, error) {
	t := devTenant{scopes: scim.All | scim.Activity}
	for part := range strings.SplitSeq(spec, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return t, fmt.Errorf("%q is not key=value", part)
		}
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

// set applies one key of a --tenant flag.
func (t *devTenant) set(key, value string) (err error) {
	s := &t.record.Settings
	switch key {
	case "name":
		s.ID, err = scim.ParseTenantID(value)
	case "token":
		t.token = value
	case "idp":
		s.IdP = strings.ToLower(value)
	case "mode":
		if s.Strict = value == "strict"; !s.Strict && value != "tolerant" {
			err = fmt.Errorf("mode=%s: use tolerant or strict", value)
		}
	case "agents":
		if value == "write" {
			t.scopes |= scim.Agent
		} else if value != "read" {
			err = fmt.Errorf("agents=%s: use read or write", value)
		}
	case "schemas":
		s.Types, err = schema.LoadDir(os.DirFS(value), ".")
	default:
		err = fmt.Errorf("unknown key %q; use name, token, idp, mode, agents or schemas", key)
	}
	return err
}
