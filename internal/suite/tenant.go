package suite

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// tenant creates a tenant, or returns to one: NAME [setting]…
func (p *player) tenant(words []string) {
	name := words[0]
	if l, ok := p.tenants[name]; ok {
		p.now = l
		return
	}
	var l login
	l.base, l.token = p.server.Tenant(p.t, name, func(s *tenant.Settings) {
		for _, w := range words[1:] {
			p.setting(s, w)
		}
	})
	p.tenants[name], p.now = l, l
}

func (p *player) setting(s *tenant.Settings, word string) {
	key, value, _ := strings.Cut(word, "=")
	n, _ := strconv.Atoi(value)
	switch key {
	case "strict":
		s.Strict = true
	case "idp":
		s.IdP = value
	case "sharedGroupNames":
		s.SharedGroupNames = true
	case "uniqueExternalId":
		s.UniqueExternalID = true
	case "noPassword":
		s.NoPassword = true
	case "sensitiveFilters":
		s.SensitiveFilters = true
	case "maxResults":
		s.Limits.MaxResults = n
	case "maxScan":
		s.Limits.MaxScan = n
	case "maxOperations":
		s.Limits.MaxOperations = n
	case "maxBody":
		s.Limits.MaxBody = n
	case "cursorSeconds":
		s.Limits.CursorSeconds = n
	case "schemas":
		types, err := schema.LoadDir(os.DirFS(filepath.Join(p.folder, value)), ".")
		if err != nil {
			p.t.Fatal(err)
		}
		s.Types = types
	default:
		p.t.Fatalf("unknown setting %s", word)
	}
}

// credential gives the current tenant a new token with these scopes.
func (p *player) credential(scopes, userID string) {
	bits := map[string]scim.Scope{"read": scim.Read, "write": scim.Write, "users": scim.Users, "groups": scim.Groups, "resources": scim.Resources}
	var sum scim.Scope
	for s := range strings.SplitSeq(scopes, ",") {
		sum |= bits[s]
	}
	p.now.token = p.server.Token(p.t, p.now.base[strings.LastIndexByte(p.now.base, '/')+1:], sum, userID)
}
