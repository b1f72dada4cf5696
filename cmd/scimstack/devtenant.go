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

// devTenant is a tenant of `scimstack dev` with its token in clear, to be printed.
type devTenant struct {
	record tenant.Record
	token  string
}

// parseTenant reads name=acme,token=…,idp=…,mode=…,agents=…,schemas=….
func parseTenant(spec string) (devTenant, error) {
	var t devTenant
	s := &t.record.Settings
	scopes := scim.All | scim.Activity
	for part := range strings.SplitSeq(spec, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return t, fmt.Errorf("%q is not key=value", part)
		}
		var err error
		switch key {
		case "name":
			s.ID, err = scim.ParseTenantID(value)
		case "token":
			t.token = value
		case "idp":
			s.IdP = strings.ToLower(value)
		case "mode":
			if s.Strict = value == "strict"; !s.Strict && value != "tolerant" {
				err = errors.New("mode is tolerant or strict")
			}
		case "agents":
			if value == "write" {
				scopes |= scim.Agent
			} else if value != "read" {
				err = errors.New("agents is read or write")
			}
		case "schemas":
			s.Types, err = schema.LoadDir(os.DirFS(value), ".")
		default:
			err = fmt.Errorf("unknown key %q; known are name, token, idp, mode, agents, schemas", key)
		}
		if err != nil {
			return t, err
		}
	}
	if s.ID.IsZero() {
		return t, errors.New("name is missing")
	}
	var token tenant.Token
	if t.token == "" {
		t.token, token = tenant.NewToken(s.ID, scopes)
	} else {
		token = tenant.LiteralToken(t.token, scopes)
	}
	t.record.Tokens = []tenant.Token{token}
	return t, nil
}
