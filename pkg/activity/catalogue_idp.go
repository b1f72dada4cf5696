package activity

import "github.com/scimstack/scimstack/pkg/scim"

// idpName returns the usual name of an identity provider, to begin a sentence with.
func idpName(idp string) string {
	if n, ok := idpNames[idp]; ok {
		return n
	}
	if idp == "" || idp == "default" {
		return "The identity provider"
	}
	return idp
}

var idpNames = map[string]string{
	"okta": "Okta", "entra": "Entra ID", "google": "Google Workspace", "onelogin": "OneLogin", "jumpcloud": "JumpCloud",
	"ping": "Ping", "rippling": "Rippling", "cyberark": "CyberArk", "workday": "Workday", "sailpoint": "SailPoint",
	"keycloak": "Keycloak", "authentik": "authentik", "aws": "An AWS-style client",
}

// area groups the codes that the administrator of an identity provider handles in one place.
type area int

const (
	areaNone area = iota
	areaConnection
	areaWait    // the identity provider retries by itself
	areaPaused  // 403 until the operator resumes the tenant
	areaMapping // an attribute mapping is wrong
	areaTaken
	areaGone
	areaMember
	areaSize
)

var areas = map[scim.Code]area{
	scim.CodeTokenMissing: areaConnection, scim.CodeTokenWrong: areaConnection, scim.CodeTokenExpired: areaConnection, scim.CodeTokenRevoked: areaConnection,
	scim.CodeTokenTenant: areaConnection, scim.CodeTokenDamaged: areaConnection, scim.CodeTokenTime: areaConnection, scim.CodeTokenSignature: areaConnection,
	scim.CodeTokenIssuer: areaConnection, scim.CodeTokenAudience: areaConnection, scim.CodeTokenSubject: areaConnection, scim.CodeClientWrong: areaConnection, scim.CodeClientReplayed: areaConnection, scim.CodeTokenScheme: areaConnection, scim.CodeTenant: areaConnection, scim.CodeEndpoint: areaConnection,
	scim.CodePaused: areaPaused, scim.CodePausedRetry: areaWait, scim.CodeThrottled: areaWait, scim.CodeBusy: areaWait, scim.CodeTimeout: areaWait, scim.CodeInternal: areaWait, scim.CodeHook: areaWait,
	scim.CodeAttribute: areaMapping, scim.CodeValue: areaMapping, scim.CodeSingle: areaMapping, scim.CodeValues: areaMapping, scim.CodeRequired: areaMapping,
	scim.CodeMutability: areaMapping, scim.CodePath: areaMapping, scim.CodePathName: areaMapping, scim.CodeTarget: areaMapping, scim.CodeJSON: areaMapping,
	scim.CodeFilter: areaMapping, scim.CodeFilterName: areaMapping, scim.CodeFilterType: areaMapping, scim.CodeSchemas: areaMapping,
	scim.CodeTaken: areaTaken, scim.CodeResource: areaGone, scim.CodeMemberUnknown: areaMember, scim.CodeBodyTooLarge: areaSize,
	scim.CodePatchSize: areaSize, scim.CodeNodes: areaSize, scim.CodeResourceSize: areaSize,
}

// hint returns what is special about an identity provider for a code, or "".
func hint(idp string, code scim.Code) string { return hints[idp][areas[code]] }

// hints hold what identity providers document or were observed to do: where the administrator
// clicks, and whether the request is retried by itself.
var hints = map[string]map[area]string{
	"okta": {
		areaConnection: "In Okta: Applications › the app › Provisioning › Integration › Edit, then Test Connector Configuration. Okta lists failed operations under Dashboard › Tasks; select them there and retry.",
		areaWait:       "Okta waits as long as Retry-After says and then retries the request.",
		areaPaused:     "Okta does not retry requests that were answered with 403, deactivations included: once the tenant is resumed, retry the failed tasks under Dashboard › Tasks, or use Force Sync.",
		areaMapping:    "In Okta: Provisioning › To App › Attribute Mappings. Okta does not retry requests that were answered with 400: after the correction, use Force Sync there, or retry the task under Dashboard › Tasks.",
		areaTaken:      "Okta looks a user up by userName before it creates one. A conflict means that this search did not find the user who has the userName, or that two requests ran at the same time. Import users once to link them.",
		areaGone:       "Okta keeps the id that it received on creation. If the user was deleted here, unassign and reassign the user in Okta; unlink a pushed group and push it again under Push Groups.",
		areaMember:     "Okta pushes only those members of a group that are assigned to the app: assign the group under Assignments too, then push it again with Push now.",
		areaSize:       "Okta sends the complete list of members when it pushes a group for the first time, and only changes afterwards. Split a group of this size, or push it by rule in parts.",
	},
	"entra": {
		areaConnection: "In Entra ID: Enterprise applications › the app › Provisioning › Connectivity (Admin credentials): Tenant URL and Secret token, then Test Connection. Restart provisioning starts a quarantined job again.",
		areaWait:       "Entra ID retries the change in one of its next cycles, about every 40 minutes, and quarantines the job if most requests fail.",
		areaPaused:     "Entra ID retries the change in one of its next cycles, about every 40 minutes, and quarantines the job if most requests fail; Restart provisioning starts it again.",
		areaMapping:    "In Entra ID: Provisioning › Mappings. Entra ID retries the change in its next cycle, about every 40 minutes; Provision on demand tries a single user immediately.",
		areaTaken:      "Entra ID searches by its matching attribute (precedence 1) before it creates a user; set it to userName or to the attribute in conflict. After a conflict, Entra ID searches again and links to the existing user.",
		areaGone:       "Entra ID notices the missing object in its next cycle and creates it again; Provision on demand does so immediately.",
		areaMember:     "Entra ID sends only the direct members of assigned groups. Members outside the provisioning scope are unknown here: extend the scope, or ignore the record.",
		areaSize:       "Entra ID changes only a few members per request, so a request of this size did not come from its own client. Check which client uses the token.",
	},
	"google": {
		areaConnection: "In the Google Admin console: Apps › Web and mobile apps › the app › Autoprovisioning: endpoint URL and access token.",
		areaWait:       "Google Workspace retries by itself, at growing intervals.",
		areaMapping:    "In the Google Admin console: the app › Autoprovisioning › Attribute mapping.",
		areaTaken:      "Google Workspace searches by userName before it creates a user. The conflict disappears once the existing user has the same primary address.",
	},
	"onelogin": {
		areaConnection: "In OneLogin: Applications › the app › Configuration: SCIM Base URL and SCIM Bearer Token, then API Connection › Enable.",
		areaMapping:    "In OneLogin: the app › Parameters for attributes, and Configuration › SCIM JSON Template for the body. Failed users wait under Users › Provisioning and are retried there by hand.",
		areaTaken:      "OneLogin searches first and links to the user that it finds. Retry the user on the app's Users tab.",
	},
	"keycloak": {
		areaConnection: "In Keycloak: User federation › the SCIM provider: endpoint and authentication.",
		areaWait:       "The Keycloak extension gives up after 5 seconds and tries up to ten times. A repeated creation is answered with 409 and does not create a second user.",
		areaTaken:      "The Keycloak extension only writes the conflict to its log and never links the user: run an import first, or delete the user that exists here.",
		areaMapping:    "The attributes are fixed in the code of the Keycloak extension; look for an update of it.",
	},
	"jumpcloud": {
		areaConnection: "In JumpCloud: SSO applications › the app › Identity management: Base URL and Token Key, then Test Connection, which creates and deletes a test user.",
	},
	"authentik": {
		areaConnection: "In authentik: Applications › Providers › the SCIM provider: URL and Token, then run the synchronisation again.",
		areaTaken:      "After a conflict, authentik searches and links to the existing user.",
	},
}
