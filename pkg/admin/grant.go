package admin

import (
	"github.com/scimstack/scimstack/pkg/tenant"
)

// grant checks what tokens and clients have in common: name, scopes, connection and end.
func (s *Service) grant(in ClientInput) (g tenant.Grant, problems []Problem) {
	if len(in.Scopes) == 0 {
		in.Scopes = []string{"all"}
	}
	c, problems := s.grantChange(tenant.Connection{}, TokenChange{Name: &in.Name, Scopes: &in.Scopes, IdP: &in.IdP, Mode: &in.Mode, Expires: &in.Expires})
	if len(problems) > 0 {
		return g, problems
	}
	return tenant.Grant{Name: *c.Name, Connection: *c.Connection, Scopes: *c.Scopes, Expires: *c.Expires}, nil
}

// grantChange checks a change of these.
func (s *Service) grantChange(was tenant.Connection, in TokenChange) (c tenant.TokenChange, problems []Problem) {
	if in.Name != nil {
		problems, c.Name = append(problems, checkText("name", *in.Name, maxName, false)...), in.Name
	}
	if in.Scopes != nil {
		scopes, wrong := parseScopes(*in.Scopes)
		problems, c.Scopes = append(problems, wrong...), &scopes
	}
	connection := was
	if in.IdP != nil {
		problems, connection.IdP, c.Connection = append(problems, checkIdP(*in.IdP)...), *in.IdP, &connection
	}
	if in.Mode != nil {
		problems, connection.Mode, c.Connection = append(problems, checkMode(*in.Mode, true)...), tenant.Mode(*in.Mode), &connection
	}
	if in.Expires != nil {
		expires, wrong := s.expiry(*in.Expires)
		problems, c.Expires = append(problems, wrong...), &expires
	}
	return c, problems
}
