package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// URNError is the schema of an error body (RFC 7644 §3.12).
const URNError = "urn:ietf:params:scim:api:messages:2.0:Error"

// Error is the one error that a Provider returns and a client sees. Detail is safe to
// show; Cause is for logs only and never reaches a client.
type Error struct {
	Status     int
	ScimType   string // RFC 7644 Table 9, or ""
	Code       Code   // the cause, for logs; CodeOther where nobody named one
	Attribute  string // the attribute it is about, where known; for logs
	Detail     string
	Cause      error
	RetryAfter time.Duration // rounded up to seconds; 0 sends no header
	Allow      string        // for 405
	ID         string        // error id of a 5xx, set by the Handler
}

func (e *Error) Error() string {
	if e.ScimType == "" {
		return fmt.Sprintf("%d: %s", e.Status, e.Detail)
	}
	return fmt.Sprintf("%d %s: %s", e.Status, e.ScimType, e.Detail)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// errorf makes an Error without a cause; status and scimType follow from the code.
func errorf(code Code, format string, args ...any) *Error {
	a := answers[code]
	return &Error{Status: a.status, ScimType: a.scimType, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// faultStatus holds the scimTypes that are not 400.
var faultStatus = map[string]int{"uniqueness": 409, "sensitive": 403, "tooLarge": 413}

// AsError translates any error of the layers below into an *Error. It is the only place
// that does: sentinels by identity, never by text.
func AsError(err error) *Error {
	var e *Error
	var f *schema.Fault
	var taken *TakenError
	var large *TooLargeError
	var busy *BusyError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.As(err, &f):
		status := faultStatus[f.ScimType]
		if status == 0 {
			status = http.StatusBadRequest
		}
		return &Error{Status: status, ScimType: f.ScimType, Code: codeOf(f), Attribute: f.Attribute, Detail: f.Detail, Cause: err}
	case errors.As(err, &taken):
		return &Error{Status: 409, ScimType: "uniqueness", Code: CodeTaken, Attribute: taken.Attr, Cause: err,
			Detail: "another resource already has this " + taken.Attr + "; look it up with a filter and update it instead"}
	case errors.As(err, &large):
		return &Error{Status: 413, ScimType: "tooLarge", Code: CodeResourceSize, Cause: err, Detail: fmt.Sprintf(
			"the resource has %d bytes, more than the %d that can be stored; shorten its values", large.Bytes, large.Limit)}
	case errors.Is(err, ErrNotFound):
		return &Error{Status: 404, Code: CodeResource, Detail: "resource not found", Cause: err}
	case errors.Is(err, ErrVersion):
		return &Error{Status: 412, Code: CodeStale, Detail: "the resource has changed since it was read; read it again and repeat the change", Cause: err}
	case errors.Is(err, ErrUnauthenticated):
		return &Error{Status: 401, Code: refusal(err), Detail: "missing or invalid credential; check the bearer token and the tenant in the base URL", Cause: err}
	case errors.As(err, &busy):
		return &Error{Status: 503, Code: CodeBusy, Detail: "the service is busy; try again later", Cause: err, RetryAfter: max(busy.RetryAfter, time.Second)}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &Error{Status: 503, Code: CodeTimeout, Detail: "the request ran out of time; try again", Cause: err, RetryAfter: time.Second}
	}
	return &Error{Status: 500, Code: CodeInternal, Detail: "internal error", Cause: err}
}

// AppendJSON renders the error body of RFC 7644 §3.12.
func (e *Error) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"schemas":["`+URNError+`"],"status":"`...)
	dst = strconv.AppendInt(dst, int64(e.Status), 10)
	dst = append(dst, '"')
	if e.ScimType != "" {
		dst = append(dst, `,"scimType":"`...)
		dst = append(dst, e.ScimType...)
		dst = append(dst, '"')
	}
	dst = append(dst, `,"detail":`...)
	detail := e.Detail
	if e.ID != "" {
		detail += " (error id " + e.ID + ")"
	}
	dst = schema.AppendValue(dst, detail)
	return append(dst, '}')
}
