package scim

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// URNError is the schema of an error body (RFC 7644 §3.12).
const URNError = "urn:ietf:params:scim:api:messages:2.0:Error"

// Error is the one error that a Provider returns and a client sees. NewError makes it from a
// Code, from which status and scimType follow; hooks with a rule of their own use Refuse. Detail
// is safe to show; Cause is for logs only and never reaches a client.
type Error struct {
	Code       Code // the cause, for logs and explanations
	Status     int
	ScimType   ScimType
	Detail     string
	Attribute  string        // the attribute that it is about, where known; for logs
	Cause      error         // for logs
	RetryAfter time.Duration // rounded up to seconds; 0 sends no header
	Allow      string        // the Allow header of a 405
	ID         string        // error id of a 5xx, set by the HTTP binding
	Plan       Plan          // of a search that failed: what it had read; for logs
}

// NewError makes the error of a code. The detail is formatted as by fmt.Sprintf and must be safe
// to show to a client.
func NewError(code Code, detail string, args ...any) *Error {
	a, ok := answers[code]
	if !ok {
		a = answers[CodeInternal]
	}
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &Error{Code: code, Status: a.status, ScimType: a.scimType, Detail: detail}
}

// Refuse makes the error of a rule that the core does not know, for a Before hook or a Provider
// of your own: a status from 400 to 599 (of any other, the nearest of these), a scimType or "", and a detail that is safe
// to show. The provisioning log explains it as a rule of the operator.
func Refuse(status int, scimType ScimType, detail string) *Error {
	return &Error{Code: CodeOther, Status: min(max(status, 400), 599), ScimType: scimType, Detail: detail}
}

// Because sets the cause and returns the error.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

// About sets the attribute and returns the error.
func (e *Error) About(attribute string) *Error {
	e.Attribute = attribute
	return e
}

// Retry sets the time after which the client should try again and returns the error.
func (e *Error) Retry(after time.Duration) *Error {
	e.RetryAfter = after
	return e
}

func (e *Error) Error() string {
	switch {
	case e == nil:
		return "<nil>" // as package fmt prints it
	case e.ScimType == "":
		return fmt.Sprintf("%d: %s", e.Status, e.Detail)
	}
	return fmt.Sprintf("%d %s: %s", e.Status, e.ScimType, e.Detail)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Cause
}

// AsError translates any error of the layers below into an *Error. It is the only place that
// does so, and it compares by identity and type, never by text. An *Error whose Status is none of
// an error, 400 to 599, is a fault of the program, with status 500.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	switch as := errors.As(err, &e); {
	case as && e == nil:
		err = errNil
	case as && e.Status >= 400 && e.Status < 600:
		return e
	}
	return translate(err).Because(err)
}

var errNil = errors.New("a nil *scim.Error is an error that is not nil: return nil itself")

func translate(err error) *Error {
	var fault *schema.Fault
	var taken *TakenError
	var missing *MissingError
	var large *TooLargeError
	var many *TooManyError
	var busy *BusyError
	switch {
	case errors.As(err, &fault):
		return NewError(codeOf(fault), "%s", fault.Detail).About(fault.Attribute)
	case errors.As(err, &busy): // before its cause, which may be a lost race
		return busy.answer()
	case errors.As(err, &taken):
		return NewError(CodeTaken, "another resource already has this %s; look it up with a filter and update it instead", taken.Attr).About(taken.Attr)
	case errors.As(err, &missing):
		return NewError(CodeMemberUnknown, "member %s does not exist; create it first", strings.Join(missing.IDs[:min(1, len(missing.IDs))], "")).About("members")
	case errors.As(err, &large):
		return NewError(CodeResourceSize, "the resource has %d bytes, more than the %d that can be stored; shorten its values", large.Bytes, large.Limit)
	case errors.As(err, &many):
		return NewError(CodeMembersTooMany, "a new group with %d members cannot be written in one request, at most about %d can; create it with fewer, then set the members with PUT or PATCH", many.Members, many.Limit)
	case errors.Is(err, ErrNotFound):
		return NewError(CodeResource, "resource not found")
	case errors.Is(err, ErrFar):
		return NewError(CodePageFar, "startIndex is too far from the pages that were read; read the pages in order, or use cursor instead").About("startIndex")
	case errors.Is(err, ErrVersion):
		return NewError(CodeStale, "the resource has changed since it was read; read it again and repeat the change")
	case errors.Is(err, ErrUnauthenticated):
		return NewError(refusal(err), "missing or invalid credential; check the bearer token and the tenant in the base URL")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return NewError(CodeTimeout, "the request ran out of time; try again").Retry(time.Second)
	}
	return NewError(CodeInternal, "internal error")
}

func (e *BusyError) answer() *Error {
	detail := "the service is busy; try again later"
	if u := e.Unfinished; u != nil {
		detail = fmt.Sprintf("%d of %d changes of members are written; send the same request again within %d seconds to continue",
			u.Done, u.Of, int(u.Within.Seconds()))
	}
	return NewError(CodeBusy, "%s", detail).Retry(max(e.RetryAfter, time.Second))
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
