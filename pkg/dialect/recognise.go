package dialect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Names of identity providers, as in tenant settings and records.
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

const (
	// entraApp is the application id of Entra's provisioning service in the tokens it makes.
	entraApp = "00000014-0000-0000-c000-000000000000"
	// entraGroup is a schema that Entra alone lists for groups.
	entraGroup = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
	// oneLoginCore is a schema that OneLogin lists for users of SCIM 2.0.
	oneLoginCore = "urn:scim:schemas:core:2.0"
)

// Recognise tells from signs that no other client gives who sent a request, or "". It is for
// records: anybody can send these signs, so nothing is decided by them. body is nil where none
// was read. It is scim.HandlerOptions.Recognise. (COMMON-33: no User-Agent is no sign.)
func Recognise(r *http.Request, body map[string]any) string {
	if body != nil {
		return recogniseBody(body)
	}
	if name := recogniseAgent(r.UserAgent()); name != "" {
		return name
	}
	if appID(httpapi.Credential(r)) == entraApp {
		return Entra
	}
	return ""
}

func recogniseAgent(agent string) string {
	for _, sign := range [...]struct{ begin, name string }{
		{"okta scim", Okta},
		{"google-auto-provisioning", Google},
	} {
		if len(agent) >= len(sign.begin) && strings.EqualFold(agent[:len(sign.begin)], sign.begin) {
			return sign.name
		}
	}
	return ""
}

func recogniseBody(body map[string]any) string {
	list, _ := field(body, "schemas").([]any)
	for _, e := range list {
		switch e {
		case entraGroup:
			return Entra
		case oneLoginCore:
			return OneLogin
		}
	}
	return ""
}

// appID reads the appid claim of a JWT. The signature is not checked: see Recognise.
func appID(token string) string {
	_, rest, ok := strings.Cut(token, ".")
	claims, _, signed := strings.Cut(rest, ".")
	if !ok || !signed || len(claims) > 8192 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(claims, "="))
	if err != nil || !bytes.Contains(raw, []byte(entraApp)) {
		return ""
	}
	var c struct {
		AppID string `json:"appid"`
	}
	if json.Unmarshal(raw, &c) != nil {
		return ""
	}
	return c.AppID
}
