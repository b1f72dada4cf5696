package admin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Kind says what kind of error an Error is. HTTP answers each with one status.
type Kind string

// The kinds of errors.
const (
	Invalid         Kind = "invalid"         // 422: the input cannot be right
	NotFound        Kind = "not-found"       // 404: there is no such tenant, token, client, schema, operator or webhook
	Conflict        Kind = "conflict"        // 409: it exists, or stored data contradicts it
	Changed         Kind = "changed"         // 412: it was changed since it was read
	VersionMissing  Kind = "version-missing" // 428: a write names no version
	Unauthenticated Kind = "unauthenticated" // 401: no credential, or one that is not accepted
	Forbidden       Kind = "forbidden"       // 403: the credential lacks a scope, or is for another tenant
	Unsupported     Kind = "unsupported"     // 501: the store cannot do it
	Throttled       Kind = "throttled"       // 429: too many requests
	Busy            Kind = "busy"            // 503: try again
	Internal        Kind = "internal"        // 500: a fault of the service, whose cause is in its log
	TooLarge        Kind = "too-large"       // 413: the body is too large
)

// Problem says what is wrong with one field of the input, and what to do about it.
type Problem struct {
	Field  string `json:"field,omitempty" doc:"where it is, such as limits.maxBody"`
	Reason string `json:"reason" doc:"what is wrong"`
	Remedy string `json:"remedy,omitempty" doc:"what to do about it"`
}

// Error is every error of an API. Nothing was changed. Its text has no secrets and, unless it is for the
// caller to see, not the Cause.
type Error struct {
	Kind     Kind
	Problems []Problem // at least one
	Cause    error     // for logs only
}

// Error lists the problems.
func (e *Error) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.String()
	}
	return strings.Join(parts, "\n")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// String is field: reason; remedy.
func (p Problem) String() string {
	text := p.Reason
	if p.Field != "" {
		text = p.Field + ": " + text
	}
	if p.Remedy != "" {
		text += "; " + p.Remedy
	}
	return text
}

func fail(kind Kind, field, reason, remedy string) *Error {
	return &Error{Kind: kind, Problems: []Problem{{Field: field, Reason: reason, Remedy: remedy}}}
}

func invalid(problems ...Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Problems: Some(problems)}
}

// mostProblems bounds the problems of an Error: the input may have thousands of wrong values.
const mostProblems = 20

// Some returns the first 20 problems, and one that says how many there are besides them.
func Some(problems []Problem) []Problem {
	more := len(problems) - mostProblems
	if more <= 0 {
		return problems
	}
	return append(problems[:mostProblems:mostProblems], Problem{
		Reason: fmt.Sprintf("%d more values are wrong", more), Remedy: "correct these, then try again",
	})
}

// AsError returns err as an *Error. What a Directory or a Store returns is translated; anything else is
// Internal, and its text is left to the log.
func AsError(err error) *Error {
	var e *Error
	var busy *scim.BusyError
	var unbuilt *tenant.UnbuiltError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, tenant.ErrUnknown):
		e = fail(NotFound, "tenant", "there is no such tenant", "scimstack tenant list shows the tenants")
	case errors.Is(err, tenant.ErrChanged):
		e = fail(Changed, "version", "it was changed in the meantime", "read it again, and repeat the change with the new version")
	case errors.Is(err, tenant.ErrNotFound):
		e = fail(NotFound, "id", "the tenant has no such token or client", "scimstack token list and scimstack client list show them")
	case errors.Is(err, tenant.ErrNoOperator):
		e = fail(NotFound, "id", "there is no such operator token", "scimstack operator list shows them")
	case errors.Is(err, tenant.ErrExists):
		e = fail(Conflict, "id", "it already exists", "use another name, or change what exists")
	case errors.As(err, &unbuilt):
		e = fail(Invalid, "indexes", "nothing in this store builds an index of "+unbuilt.Name+" for the resources that are there", "create a tenant with the index, and move the resources with scimstack export and scimstack import")
	case errors.As(err, &busy):
		e = fail(Busy, "", "the store is busy or cannot be reached", "try again in a moment")
	default:
		e = fail(Internal, "", "the service failed", "look for the request id in the service's own log")
	}
	e.Cause = err
	return e
}
