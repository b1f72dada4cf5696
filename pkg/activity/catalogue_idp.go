package activity

import "github.com/scimstack/scimstack/pkg/scim"

// idpName is how people call an identity provider.
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

// area groups codes that an identity provider's administrator deals with in one place.
type area int

const (
	areaNone area = iota
	areaConnection
	areaWait    // comes back by itself
	areaMapping // an attribute mapping is wrong
	areaTaken
	areaGone
	areaMember
	areaSize
)

var areas = map[scim.Code]area{
	scim.CodeTokenMissing: areaConnection, scim.CodeTokenWrong: areaConnection, scim.CodeTokenExpired: areaConnection, scim.CodeTokenRevoked: areaConnection,
	scim.CodeTokenTenant: areaConnection, scim.CodeTokenDamaged: areaConnection, scim.CodeEndpoint: areaConnection,
	scim.CodeThrottled: areaWait, scim.CodeBusy: areaWait, scim.CodeTimeout: areaWait, scim.CodeInternal: areaWait,
	scim.CodeAttribute: areaMapping, scim.CodeValue: areaMapping, scim.CodeSingle: areaMapping, scim.CodeRequired: areaMapping,
	scim.CodeMutability: areaMapping, scim.CodePath: areaMapping, scim.CodePathName: areaMapping, scim.CodeTarget: areaMapping, scim.CodeJSON: areaMapping,
	scim.CodeFilter: areaMapping, scim.CodeFilterName: areaMapping, scim.CodeFilterType: areaMapping, scim.CodeSchemas: areaMapping,
	scim.CodeTaken: areaTaken, scim.CodeResource: areaGone, scim.CodeMemberUnknown: areaMember, scim.CodeBodyTooLarge: areaSize,
	scim.CodePatchSize: areaSize,
}

// hint is what is special about an identity provider where a failure of this kind is dealt with.
func hint(idp string, code scim.Code) string { return hints[idp][areas[code]] }

// hints hold what identity providers document or were seen to do: where the administrator
// clicks, and whether the request comes again by itself.
var hints = map[string]map[area]string{
	"okta": {
		areaConnection: "In Okta: Applications › the app › Provisioning › Integration › Edit; then Test Connector Configuration. Okta keeps failed operations under Dashboard › Tasks; select them there and retry.",
		areaWait:       "Okta waits as long as Retry-After says and repeats the request.",
		areaMapping:    "In Okta: Provisioning › To App › Attribute Mappings. Okta does not repeat what was answered with 400: after the correction, use Force Sync there, or retry the task under Dashboard › Tasks.",
		areaTaken:      "Okta looks the person up by userName before it creates one; a conflict shows that the userName is taken by somebody whom that search did not find, or that two requests ran at once. Import users once to link them.",
		areaGone:       "Okta keeps the id it got on creation. If the person was deleted here, unassign and assign the person in Okta; a pushed group is unlinked and pushed again under Push Groups.",
		areaMember:     "Okta pushes a group's members only as far as they are assigned to the app: assign the group under Assignments too, and push it again with Push now.",
		areaSize:       "Okta sends the whole list of members when a group is pushed first, and changes only later. Split a group of that size, or push it by rule in parts.",
	},
	"entra": {
		areaConnection: "In Entra ID: Enterprise applications › the app › Provisioning › Connectivity (Admin credentials): Tenant URL and Secret token; then Test Connection. A job in quarantine starts again with Restart provisioning.",
		areaWait:       "Entra ID repeats the change in one of its next cycles, about every 40 minutes, and puts the job in quarantine if most requests fail.",
		areaMapping:    "In Entra ID: Provisioning › Mappings. Entra ID repeats the change in its next cycle, about every 40 minutes; Provision on demand tries one person at once.",
		areaTaken:      "Entra ID searches with its matching attribute (precedence 1) before it creates; set that to userName or the attribute that is taken. After a conflict it searches again and takes the person over.",
		areaGone:       "Entra ID notices the missing object in its next cycle and creates it again; Provision on demand does so at once.",
		areaMember:     "Entra ID sends only direct members of assigned groups. Members who are not in scope of provisioning are unknown here: extend the scope, or pass it over.",
		areaSize:       "Entra ID changes few members per request; a request of this size did not come from its own client. Check who uses the token.",
	},
	"google": {
		areaConnection: "In the Google Admin console: Apps › Web and mobile apps › the app › Autoprovisioning: endpoint URL and access token.",
		areaWait:       "Google Workspace tries again by itself, with growing pauses.",
		areaMapping:    "In the Google Admin console: the app › Autoprovisioning › Attribute mapping.",
		areaTaken:      "Google Workspace searches by userName before it creates; the conflict goes away once the existing person has the same primary address.",
	},
	"onelogin": {
		areaConnection: "In OneLogin: Applications › the app › Configuration: SCIM Base URL and SCIM Bearer Token; then API Connection › Enable.",
		areaMapping:    "In OneLogin: the app › Parameters for attributes and Configuration › SCIM JSON Template for the body. Failed people wait under Users › Provisioning and are retried there by hand.",
		areaTaken:      "OneLogin searches first and links the person it finds. Retry the person under the app's Users tab.",
	},
	"keycloak": {
		areaConnection: "In Keycloak: User federation › the SCIM provider: endpoint and authentication.",
		areaWait:       "The client gives up after 5 seconds and tries up to ten times; a repeated creation is answered with 409 and makes no second person.",
		areaTaken:      "The client only writes the conflict to its log and never links the person: run an import first, or delete the one that is here.",
		areaMapping:    "The attributes are those of the client's own code; look for an update of the extension.",
	},
	"jumpcloud": {
		areaConnection: "In JumpCloud: SSO applications › the app › Identity management: Base URL and Token Key; then Test Connection, which creates and deletes a test user.",
	},
	"authentik": {
		areaConnection: "In authentik: Applications › Providers › the SCIM provider: URL and Token; then run the synchronisation again.",
		areaTaken:      "authentik searches after a conflict and takes the existing one over.",
	},
}
