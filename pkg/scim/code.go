package scim

import (
	"errors"
	"net/http"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Code names the cause of a failure, finer than status and scimType. Codes are stable; they
// are for logs and explanations and never reach a client.
type Code string

// The causes of failures.
const (
	CodeTokenMissing  Code = "token.missing"
	CodeTokenWrong    Code = "token.wrong" // no token of this tenant, or no tenant
	CodeTokenExpired  Code = "token.expired"
	CodeTokenRevoked  Code = "token.revoked"
	CodeTokenTenant   Code = "token.tenant"  // it names another tenant
	CodeTokenDamaged  Code = "token.damaged" // it looks like one of ours but its check characters do not fit
	CodeScope         Code = "token.scope"
	CodeThrottled     Code = "tenant.throttled"
	CodeEndpoint      Code = "endpoint.unknown"
	CodeMethod        Code = "endpoint.method"
	CodeVersion       Code = "endpoint.version"
	CodeMe            Code = "endpoint.me"
	CodeAccept        Code = "media.accept"
	CodeContentType   Code = "media.type"
	CodeBodyMissing   Code = "body.missing"
	CodeBodyBroken    Code = "body.broken"
	CodeBodyTooLarge  Code = "body.size"
	CodeJSON          Code = schema.FaultJSON
	CodeSchemas       Code = schema.FaultSchemas
	CodeAttribute     Code = schema.FaultUnknown
	CodeValue         Code = schema.FaultValue
	CodeSingle        Code = schema.FaultSingle
	CodeRequired      Code = schema.FaultRequired
	CodeMutability    Code = "attribute.mutability"
	CodeTaken         Code = "attribute.taken"
	CodeFilter        Code = "filter.syntax"
	CodeFilterName    Code = schema.FaultFilterName
	CodeFilterType    Code = schema.FaultFilterType
	CodeSensitive     Code = "filter.sensitive"
	CodeParameter     Code = "query.parameter"
	CodeProjection    Code = "query.projection"
	CodePaging        Code = "query.paging"
	CodeSort          Code = "query.sort"
	CodeSearchBody    Code = "query.body"
	CodeQueryTooWide  Code = "query.tooWide"
	CodeCursor        Code = "cursor.invalid"
	CodeCursorExpired Code = "cursor.expired"
	CodeCursorCount   Code = "cursor.count"
	CodePatch         Code = schema.FaultPatch
	CodePatchSize     Code = schema.FaultPatchSize
	CodePath          Code = "path.syntax"
	CodeTarget        Code = "path.target"
	CodeMemberSelf    Code = "member.self"
	CodeMemberType    Code = "member.type"
	CodeMemberUnknown Code = "member.unknown"
	CodeResource      Code = "resource.unknown"
	CodeStale         Code = "resource.stale"
	CodeResourceSize  Code = "resource.size"
	CodeBulkOff       Code = "bulk.off"
	CodeBulkBody      Code = "bulk.body"
	CodeBulkTooLarge  Code = "bulk.size"
	CodeBulkID        Code = "bulk.id"
	CodeBulkReference Code = "bulk.reference"
	CodeBulkOperation Code = "bulk.operation"

	CodeDiscoveryFilter  Code = "discovery.filter"
	CodeDiscoveryUnknown Code = "discovery.unknown"

	CodeBusy     Code = "service.busy"
	CodeTimeout  Code = "service.timeout"
	CodeInternal Code = "service.internal"
	CodeOther    Code = "other" // an error of a hook that names no cause
)

// answer is what a code looks like on the wire.
type answer struct {
	status   int
	scimType string
}

// answers of all codes.
var answers = map[Code]answer{
	CodeTokenMissing: {401, ""}, CodeTokenWrong: {401, ""}, CodeTokenExpired: {401, ""}, CodeTokenRevoked: {401, ""},
	CodeTokenTenant: {401, ""}, CodeTokenDamaged: {401, ""}, CodeScope: {403, ""}, CodeThrottled: {429, ""},
	CodeEndpoint: {404, ""}, CodeMethod: {405, ""}, CodeVersion: {400, "invalidVers"}, CodeMe: {501, ""},
	CodeAccept: {406, ""}, CodeContentType: {415, ""},
	CodeBodyMissing: {400, "invalidSyntax"}, CodeBodyBroken: {400, "invalidSyntax"}, CodeBodyTooLarge: {413, ""},
	CodeJSON: {400, "invalidSyntax"}, CodeSchemas: {400, "invalidSyntax"},
	CodeAttribute: {400, "invalidSyntax"}, CodeValue: {400, "invalidValue"}, CodeSingle: {400, "invalidValue"},
	CodeRequired: {400, "invalidValue"}, CodeMutability: {400, "mutability"}, CodeTaken: {409, "uniqueness"},
	CodeFilter: {400, "invalidFilter"}, CodeFilterName: {400, "invalidFilter"}, CodeFilterType: {400, "invalidFilter"},
	CodeSensitive: {403, "sensitive"},
	CodeParameter: {400, "invalidValue"}, CodeProjection: {400, "invalidValue"}, CodePaging: {400, "invalidValue"},
	CodeSort: {400, "invalidValue"}, CodeSearchBody: {400, "invalidSyntax"}, CodeQueryTooWide: {400, "tooMany"},
	CodeCursor: {400, "invalidCursor"}, CodeCursorExpired: {400, "expiredCursor"}, CodeCursorCount: {400, "invalidCount"},
	CodePatch: {400, "invalidSyntax"}, CodePatchSize: {400, "tooMany"}, CodePath: {400, "invalidPath"}, CodeTarget: {400, "noTarget"},
	CodeMemberSelf: {400, "invalidValue"}, CodeMemberType: {400, "invalidValue"}, CodeMemberUnknown: {400, "invalidValue"},
	CodeResource: {404, ""}, CodeStale: {412, ""}, CodeResourceSize: {413, "tooLarge"},
	CodeBulkOff: {501, ""}, CodeBulkBody: {400, "invalidSyntax"}, CodeBulkTooLarge: {413, ""}, CodeBulkID: {400, "invalidValue"},
	CodeBulkReference: {409, ""}, CodeBulkOperation: {400, "invalidSyntax"},
	CodeDiscoveryFilter: {403, ""}, CodeDiscoveryUnknown: {404, ""},
	CodeBusy: {503, ""}, CodeTimeout: {503, ""}, CodeInternal: {500, ""}, CodeOther: {500, ""},
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

// Answer is the status and scimType that a code usually has on the wire.
func (c Code) Answer() (status int, scimType string) {
	a := answers[c]
	return a.status, a.scimType
}

// faultCodes are the codes of faults that name none.
var faultCodes = map[string]Code{
	"invalidSyntax": CodeJSON, "invalidValue": CodeValue, "invalidFilter": CodeFilter, "invalidPath": CodePath,
	"noTarget": CodeTarget, "mutability": CodeMutability, "tooMany": CodePatchSize, "sensitive": CodeSensitive,
	"uniqueness": CodeTaken, "tooLarge": CodeBodyTooLarge,
}

func codeOf(f *schema.Fault) Code {
	if f.Code != "" {
		return Code(f.Code)
	}
	if c, ok := faultCodes[f.ScimType]; ok {
		return c
	}
	return CodeOther
}

// RefusedError is an ErrUnauthenticated that says why, for the log. The outside cannot tell it
// from any other.
type RefusedError struct {
	Code  Code   // one of the token codes
	KeyID string // of the token, where it is known
}

func (e *RefusedError) Error() string { return ErrUnauthenticated.Error() + ": " + string(e.Code) }

// Is makes errors.Is(err, ErrUnauthenticated) hold.
func (e *RefusedError) Is(target error) bool { return target == ErrUnauthenticated }

func refusal(err error) Code {
	var r *RefusedError
	if errors.As(err, &r) {
		return r.Code
	}
	return CodeTokenWrong
}

// fail notes in the record what went wrong.
func (rec *Record) fail(e *Error, err error) {
	rec.Status, rec.ScimType, rec.Code, rec.Attribute, rec.Err = e.Status, e.ScimType, e.Code, e.Attribute, err
	if rec.Code == "" {
		rec.Code = CodeOther
	}
	var taken *TakenError
	if errors.As(err, &taken) {
		rec.Holder = taken.ID
	}
	var refused *RefusedError
	if errors.As(err, &refused) && rec.Subject == "" {
		rec.Subject = refused.KeyID
	}
	if e.Status >= http.StatusInternalServerError && e.Status != http.StatusNotImplemented {
		rec.ErrorID = rec.RequestID
	}
}
