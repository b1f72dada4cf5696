package mcp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
)

// failure is the error of a call, in the one shape that all tools use.
type failure struct {
	Code              string `json:"code" jsonschema:"error code, one of a fixed set"`
	Status            int    `json:"status" jsonschema:"HTTP status that a SCIM client would get"`
	ScimType          string `json:"scimType,omitempty" jsonschema:"SCIM detail error keyword (RFC 7644 table 9)"`
	Detail            string `json:"detail" jsonschema:"what is wrong and what to do about it"`
	Attribute         string `json:"attribute,omitempty" jsonschema:"the attribute concerned"`
	RetryAfterSeconds int    `json:"retryAfterSeconds,omitempty" jsonschema:"seconds to wait before a retry"`
	ErrorID           string `json:"errorId,omitempty" jsonschema:"id under which the service's own log has the cause"`

	cause scim.Code
	why   error // what happened, for logs
}

func (f *failure) Error() string { return fmt.Sprintf("%s: %s", f.Code, f.Detail) }

// Codes of failures that only this package has; the others follow from the status.
const (
	codeArguments   = "invalid_arguments"
	codeScope       = "missing_scope"
	codeReadOnly    = "read_only"
	codeRate        = "rate_limited"
	codePaused      = "tenant_paused"
	codeNoLog       = "no_activity_log"
	codePlanUnknown = "plan_unknown"
	codePlanUsed    = "plan_used"
	codePlanExpired = "plan_expired"
	codePlanInvalid = "plan_invalid"
	codePlanStale   = "plan_stale"
	codePlanSize    = "plan_too_large"
	codePlanEmpty   = "plan_without_effect"
	codeDeclined    = "declined"
	codeNoConfirm   = "confirmation_impossible"
)

func failf(status int, code, format string, args ...any) *failure {
	return &failure{Code: code, Status: status, Detail: fmt.Sprintf(format, args...)}
}

var codeOfStatus = map[int]string{
	400: "invalid", 401: "unauthenticated", 403: codeScope, 404: "not_found", 409: "conflict", 412: "stale_version",
	413: "too_large", 429: codeRate, 501: "not_supported", 503: "unavailable",
}

// failureOf converts any error. It drops what is not meant for clients.
func failureOf(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	if errors.Is(err, overlay.ErrLimit) {
		return failf(413, codePlanSize, "the plan affects more resources than one plan may; split it or narrow it")
	}
	e := scim.AsError(err)
	code := codeOfStatus[e.Status]
	if code == "" {
		code = "internal"
	}
	f = &failure{Code: code, Status: e.Status, ScimType: string(e.ScimType), Detail: cleanText(e.Detail), Attribute: cleanText(e.Attribute), cause: e.Code}
	f.RetryAfterSeconds = int(math.Ceil(e.RetryAfter.Seconds()))
	f.why = cmp.Or(e.Cause, err)
	return f
}

// causeOf is what a log shows of an error: the text of a failure or of an *scim.Error is for clients.
func causeOf(err error) error { return cmp.Or(failureOf(err).why, err) }

// tooFast is the failure of a call that exceeds the rate.
func tooFast(wait time.Duration) *failure {
	f := failf(429, codeRate, "too many calls with this token; wait and try again")
	f.RetryAfterSeconds = int(math.Ceil(wait.Seconds()))
	f.cause = scim.CodeThrottled
	return f
}

// paused is the failure of a call for a tenant that is paused.
func paused(err error) *failure {
	f := failureOf(err)
	f.Code = codePaused
	return f
}

// canceled reports whether the client has ended the call.
func canceled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
