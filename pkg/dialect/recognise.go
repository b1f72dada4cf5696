package dialect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Names of identity providers, as in tenant settings and activity records. Every one of them has
// a Profile.
const (
	Entra     = "entra"
	Okta      = "okta"
	Google    = "google"
	OneLogin  = "onelogin"
	JumpCloud = "jumpcloud"
	Ping      = "ping"
	Rippling  = "rippling"
	CyberArk  = "cyberark"
	Workday   = "workday"
	SailPoint = "sailpoint"
	Keycloak  = "keycloak"
	Authentik = "authentik"
	AWS       = "aws"
)

// signal is one sign that only one provider sends. One of agent, app and schema is set.
type signal struct {
	name, provider string
	agent          string // how its User-Agent begins, compared case-insensitively
	app            string // the appid claim in a token of its own
	schema         string // a URN that it alone lists in schemas
}

// signals are what Recognise looks for. A profile names those of its provider.
var signals = [...]signal{
	{name: "okta-user-agent", provider: Okta, agent: "okta scim"},
	{name: "google-user-agent", provider: Google, agent: "google-auto-provisioning"},
	{name: "entra-token", provider: Entra, app: "00000014-0000-0000-c000-000000000000"}, // its provisioning service
	{name: "entra-group-schema", provider: Entra, schema: "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"},
	{name: "onelogin-core-schema", provider: OneLogin, schema: "urn:scim:schemas:core:2.0"},
}

// Recognise returns the name of the identity provider that sent a request, or "" if the request
// has no sign that only one provider sends. It looks at body if there is one, otherwise at the
// headers; body is nil for a request without a body. The result is for records: any client can
// send these signs, so nothing may be decided by them. It is a httpapi.Options.Recognise and
// safe for concurrent use. (COMMON-33: a missing User-Agent is no sign.)
func Recognise(r *http.Request, body map[string]any) string {
	if body != nil {
		return recogniseBody(body)
	}
	if name := recogniseAgent(r.UserAgent()); name != "" {
		return name
	}
	return recogniseToken(httpapi.Credential(r))
}

func recogniseAgent(agent string) string {
	for i := range signals {
		s := &signals[i]
		if n := len(s.agent); n > 0 && len(agent) >= n && strings.EqualFold(agent[:n], s.agent) {
			return s.provider
		}
	}
	return ""
}

func recogniseBody(body map[string]any) string {
	list, _ := schema.Field(body, "schemas").([]any)
	for _, e := range list {
		urn, _ := e.(string)
		for i := range signals {
			if s := &signals[i]; s.schema != "" && s.schema == urn {
				return s.provider
			}
		}
	}
	return ""
}

func recogniseToken(token string) string {
	claims := claimsOf(token)
	if claims == nil {
		return ""
	}
	for i := range signals {
		if s := &signals[i]; s.app != "" && bytes.Contains(claims, []byte(s.app)) && appID(claims) == s.app {
			return s.provider
		}
	}
	return ""
}

// maxClaims bounds the claims that are decoded only to recognise their sender.
const maxClaims = 8192

// claimsOf decodes the claims of a JWT, or returns nil. It does not verify the signature: see
// Recognise.
func claimsOf(token string) []byte {
	_, rest, ok := strings.Cut(token, ".")
	claims, _, signed := strings.Cut(rest, ".")
	if !ok || !signed || len(claims) > maxClaims {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(claims, "="))
	if err != nil {
		return nil
	}
	return raw
}

func appID(claims []byte) string {
	var c struct {
		AppID string `json:"appid"`
	}
	if json.Unmarshal(claims, &c) != nil {
		return ""
	}
	return c.AppID
}
