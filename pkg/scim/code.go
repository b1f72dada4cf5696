package scim

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Code names the cause of a failure, finer than status and scimType. Codes are stable; they
// are for logs and explanations and never reach a client.
type Code string

// The causes of failures.
const (
	CodeTokenMissing   Code = "token.missing"
	CodeTokenWrong     Code = "token.wrong" // no token of this tenant, or no tenant
	CodeTokenExpired   Code = "token.expired"
	CodeTokenRevoked   Code = "token.revoked"
	CodeTokenTenant    Code = "token.tenant"    // it names another tenant
	CodeTokenUser      Code = "token.user"      // its user is inactive or does not exist
	CodeTokenScheme    Code = "token.scheme"    // it was sent with Basic, which the tenant does not accept
	CodeTokenDamaged   Code = "token.damaged"   // it looks like one of ours but its check characters do not fit
	CodeTokenLapsed    Code = "token.lapsed"    // an access token that has expired, as they all do
	CodeTokenTime      Code = "token.time"      // an access token that is not valid yet, or never expires
	CodeTokenSignature Code = "token.signature" // no key that is accepted has signed the access token
	CodeTokenIssuer    Code = "token.issuer"    // no client of the tenant has the issuer of the access token
	CodeTokenAudience  Code = "token.audience"  // the access token is for another service
	CodeTokenSubject   Code = "token.subject"   // no client of the tenant has the subject of the access token
	CodeClientWrong    Code = "client.wrong"    // an OAuth client that is not known, or could not prove who it is
	CodeClientReplayed Code = "client.replayed" // the assertion of an OAuth client was used before
	CodeScope          Code = "token.scope"
	CodeThrottled      Code = "tenant.throttled"
	CodePaused         Code = "tenant.paused"      // the operator serves no request of the tenant
	CodePausedRetry    Code = "tenant.pausedRetry" // the same, and clients are asked to repeat it: TenantConfig.RetryAfter
	CodeEndpoint       Code = "endpoint.unknown"
	CodeMethod         Code = "endpoint.method"
	CodeVersion        Code = "endpoint.version"
	CodeMe             Code = "endpoint.me"
	CodeTenant         Code = "endpoint.tenant" // the URL names no tenant
	CodeSelf           Code = "resource.self"   // a user may not do this to itself
	CodeContentType    Code = "media.type"
	CodeEncoding       Code = "media.encoding"
	CodeBodyMissing    Code = "body.missing"
	CodeBodyBroken     Code = "body.broken"
	CodeBodyTooLarge   Code = "body.size"
	CodeJSON           Code = Code(schema.FaultJSON)
	CodeNodes          Code = Code(schema.FaultNodes)
	CodeSchemas        Code = Code(schema.FaultSchemas)
	CodeAttribute      Code = Code(schema.FaultUnknown)
	CodeValue          Code = Code(schema.FaultValue)
	CodeSingle         Code = Code(schema.FaultSingle)
	CodeValues         Code = Code(schema.FaultValues)
	CodeRequired       Code = Code(schema.FaultRequired)
	CodeMutability     Code = Code(schema.FaultMutability)
	CodeTaken          Code = Code(schema.FaultTaken)
	CodeFilter         Code = Code(schema.FaultFilter)
	CodeFilterName     Code = Code(schema.FaultFilterName)
	CodeFilterType     Code = Code(schema.FaultFilterType)
	CodeSensitive      Code = Code(schema.FaultSensitive)
	CodeParameter      Code = "query.parameter"
	CodeProjection     Code = "query.projection"
	CodePaging         Code = "query.paging"
	CodeSort           Code = "query.sort"
	CodeSearchBody     Code = "query.body"
	CodeQueryTooWide   Code = "query.tooWide"
	CodePageFar        Code = "query.far"
	CodeCursor         Code = "cursor.invalid"
	CodeCursorExpired  Code = "cursor.expired"
	CodeCursorCount    Code = "cursor.count"
	CodePatch          Code = Code(schema.FaultPatch)
	CodePatchSize      Code = Code(schema.FaultPatchSize)
	CodePath           Code = Code(schema.FaultPath)
	CodePathName       Code = Code(schema.FaultPathName) // the path names an attribute that is in no schema
	CodeTarget         Code = Code(schema.FaultTarget)
	CodeMemberSelf     Code = "member.self"
	CodeMemberType     Code = "member.type"
	CodeMemberUnknown  Code = "member.unknown"
	CodeMembersTooMany Code = "members.tooMany" // a group has more members than an answer, or the request of a new group, can hold
	CodeResource       Code = "resource.unknown"
	CodeResourceSize   Code = Code(schema.FaultSize) // larger than the store can keep
	CodeStale          Code = "resource.stale"       // If-Match: it has another version
	CodeNoneMatch      Code = "resource.current"     // If-None-Match: it exists, or has that version
	CodeUntagged       Code = "request.untagged"     // If-Match on something without versions
	CodeBulkOff        Code = "bulk.off"
	CodeBulkBody       Code = "bulk.body"
	CodeBulkTooLarge   Code = "bulk.size"
	CodeBulkID         Code = "bulk.id"
	CodeBulkReference  Code = "bulk.reference"
	CodeBulkOperation  Code = "bulk.operation"

	CodeRequest        Code = "request.malformed" // not a request that HTTP allows
	CodeHead           Code = "request.head"      // URL and headers are too long
	CodeAnswerTooLarge Code = "answer.size"       // more than the gateway carries

	CodeDiscoveryFilter  Code = "discovery.filter"
	CodeDiscoveryUnknown Code = "discovery.unknown"

	CodeBusy     Code = "service.busy"
	CodeTimeout  Code = "service.timeout"
	CodeInternal Code = "service.internal"
	CodeHook     Code = "service.hook"    // a hook of the application failed
	CodeWebhook  Code = "service.webhook" // deliveries to a webhook of the application are paused
	CodeOther    Code = "other"           // a rule that the core does not know, see Refuse
)

// ScimType is a detail error keyword (RFC 7644 §3.12 Table 9, RFC 9865 §2.1), or "".
type ScimType string //nolint:revive // the name of RFC 7644 Table 9

// The detail error keywords.
const (
	InvalidFilter ScimType = "invalidFilter"
	TooMany       ScimType = "tooMany"
	Uniqueness    ScimType = "uniqueness"
	Mutability    ScimType = "mutability"
	InvalidSyntax ScimType = "invalidSyntax"
	InvalidPath   ScimType = "invalidPath"
	NoTarget      ScimType = "noTarget"
	InvalidValue  ScimType = "invalidValue"
	InvalidVers   ScimType = "invalidVers"
	Sensitive     ScimType = "sensitive"
	InvalidCursor ScimType = "invalidCursor" // RFC 9865
	ExpiredCursor ScimType = "expiredCursor" // RFC 9865
	InvalidCount  ScimType = "invalidCount"  // RFC 9865
)

// answer is what a code looks like on the wire.
type answer struct {
	status   int
	scimType ScimType
}

// answers of all codes.
var answers = map[Code]answer{
	CodeTokenMissing: {401, ""}, CodeTokenWrong: {401, ""}, CodeTokenExpired: {401, ""}, CodeTokenRevoked: {401, ""},
	CodeTokenTenant: {401, ""}, CodeTokenUser: {401, ""}, CodeTokenScheme: {401, ""}, CodeTokenDamaged: {401, ""},
	CodeTokenLapsed: {401, ""}, CodeTokenTime: {401, ""}, CodeTokenSignature: {401, ""}, CodeTokenIssuer: {401, ""}, CodeTokenAudience: {401, ""},
	CodeTokenSubject: {401, ""}, CodeClientWrong: {401, ""}, CodeClientReplayed: {401, ""}, CodeScope: {403, ""}, CodeThrottled: {429, ""}, CodePaused: {403, ""}, CodePausedRetry: {429, ""},
	CodeEndpoint: {404, ""}, CodeMethod: {405, ""}, CodeVersion: {400, InvalidVers}, CodeMe: {501, ""}, CodeTenant: {404, ""}, CodeSelf: {403, ""},
	CodeContentType: {415, ""}, CodeEncoding: {415, ""},
	CodeBodyMissing: {400, InvalidSyntax}, CodeBodyBroken: {400, InvalidSyntax}, CodeBodyTooLarge: {413, ""},
	CodeJSON: {400, InvalidSyntax}, CodeNodes: {413, ""}, CodeSchemas: {400, InvalidSyntax},
	CodeAttribute: {400, InvalidSyntax}, CodeValue: {400, InvalidValue}, CodeSingle: {400, InvalidValue}, CodeValues: {400, InvalidValue},
	CodeRequired: {400, InvalidValue}, CodeMutability: {400, Mutability}, CodeTaken: {409, Uniqueness},
	CodeFilter: {400, InvalidFilter}, CodeFilterName: {400, InvalidFilter}, CodeFilterType: {400, InvalidFilter},
	CodeSensitive: {403, Sensitive},
	CodeParameter: {400, InvalidValue}, CodeProjection: {400, InvalidValue}, CodePaging: {400, InvalidValue},
	CodeSort: {400, InvalidValue}, CodeSearchBody: {400, InvalidSyntax}, CodeQueryTooWide: {400, TooMany}, CodePageFar: {400, TooMany},
	CodeCursor: {400, InvalidCursor}, CodeCursorExpired: {400, ExpiredCursor}, CodeCursorCount: {400, InvalidCount},
	CodePatch: {400, InvalidSyntax}, CodePatchSize: {400, TooMany}, CodePath: {400, InvalidPath}, CodePathName: {400, InvalidSyntax}, CodeTarget: {400, NoTarget},
	CodeMemberSelf: {400, InvalidValue}, CodeMemberType: {400, InvalidValue}, CodeMemberUnknown: {400, InvalidValue},
	CodeMembersTooMany: {413, ""}, CodeResourceSize: {413, ""}, CodeResource: {404, ""}, CodeStale: {412, ""}, CodeNoneMatch: {412, ""}, CodeUntagged: {412, ""},
	CodeBulkOff: {501, ""}, CodeBulkBody: {400, InvalidSyntax}, CodeBulkTooLarge: {413, ""}, CodeBulkID: {400, InvalidValue},
	CodeBulkReference: {409, ""}, CodeBulkOperation: {400, InvalidSyntax},
	CodeRequest: {400, InvalidSyntax}, CodeHead: {431, ""}, CodeAnswerTooLarge: {400, TooMany},
	CodeDiscoveryFilter: {403, ""}, CodeDiscoveryUnknown: {404, ""},
	CodeBusy: {503, ""}, CodeTimeout: {503, ""}, CodeInternal: {500, ""}, CodeHook: {500, ""}, CodeWebhook: {503, ""}, CodeOther: {500, ""},
}

// Codes lists every code, sorted.
func Codes() []Code {
	all := make([]Code, 0, len(answers))
	for c := range answers {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// Answer returns the status and scimType of a code on the wire.
func (c Code) Answer() (status int, scimType ScimType) {
	a := answers[c]
	return a.status, a.scimType
}

// codeOf is the code of a fault; one that is not in the table is about a value.
func codeOf(f *schema.Fault) Code {
	if _, known := answers[Code(f.Code)]; known {
		return Code(f.Code)
	}
	return CodeValue
}
