package adminhttp

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/pkg/admin"
)

// ProblemDetails is the body of every error (RFC 9457).
type ProblemDetails struct {
	Type      string          `json:"type" doc:"urn:scimstack:admin: and the kind of the error"`
	Title     string          `json:"title"`
	Status    int             `json:"status"`
	Detail    string          `json:"detail" doc:"what is wrong and what to do, for people"`
	RequestID string          `json:"requestId" doc:"as in X-Request-Id, and in the log of the service"`
	Errors    []admin.Problem `json:"errors" doc:"each thing that is wrong"`
}

const problemType = "urn:scimstack:admin:"

// kinds are the status and the title of each kind of error.
func kinds(k admin.Kind) (status int, title string) {
	switch k {
	case admin.Invalid:
		return http.StatusUnprocessableEntity, "The input cannot be right"
	case admin.NotFound:
		return http.StatusNotFound, "There is no such thing"
	case admin.Conflict:
		return http.StatusConflict, "The state does not allow it"
	case admin.Changed:
		return http.StatusPreconditionFailed, "It was changed in the meantime"
	case admin.VersionMissing:
		return http.StatusPreconditionRequired, "The version is missing"
	case admin.Unauthenticated:
		return http.StatusUnauthorized, "The credential is not accepted"
	case admin.Forbidden:
		return http.StatusForbidden, "The credential does not allow it"
	case admin.Unsupported:
		return http.StatusNotImplemented, "This service does not have it"
	case admin.Throttled:
		return http.StatusTooManyRequests, "Too many requests"
	case admin.Busy:
		return http.StatusServiceUnavailable, "The service is busy"
	case admin.TooLarge:
		return http.StatusRequestEntityTooLarge, "The body is too large"
	}
	return http.StatusInternalServerError, "The service failed"
}

// KindOf returns the kind of a problem, for clients.
func (p *ProblemDetails) KindOf() admin.Kind {
	return admin.Kind(strings.TrimPrefix(p.Type, problemType))
}

// Error implements error.
func (p *ProblemDetails) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *ProblemDetails) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *ProblemDetails) ContentType(string) string { return "application/problem+json" }

// problemOf returns an error as its answer, and logs the cause of what is a fault of the service.
func problemOf(ctx context.Context, log *slog.Logger, err error) *ProblemDetails {
	e := admin.AsError(err)
	status, title := kinds(e.Kind)
	id := requestID(ctx)
	if status >= http.StatusInternalServerError && status != http.StatusNotImplemented {
		log.ErrorContext(ctx, "administration failed", "requestId", id, "status", status, "cause", e.Cause)
	}
	return &ProblemDetails{Type: problemType + string(e.Kind), Title: title, Status: status, Detail: e.Error(), RequestID: id, Errors: e.Problems}
}

// translate makes ProblemDetails of the errors that the library finds before a handler is called: a parameter or
// a body that does not fit its type. It repeats none of the input.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	kind := admin.Invalid
	switch {
	case m.Status == http.StatusRequestEntityTooLarge:
		kind = admin.TooLarge
	case m.Status >= http.StatusInternalServerError:
		kind = admin.Internal
	}
	_, title := kinds(kind)
	p := &ProblemDetails{Type: problemType + string(kind), Title: title, Status: m.Status, RequestID: requestID(ctx.Context()), Errors: []admin.Problem{}}
	const remedy = "GET " + Prefix + "/openapi.json describes what is expected"
	for _, e := range m.Errors {
		field := e.Location
		for _, prefix := range []string{"body.", "path.", "query.", "header."} {
			field = strings.TrimPrefix(field, prefix)
		}
		p.Errors = append(p.Errors, admin.Problem{Field: field, Reason: e.Message, Remedy: remedy})
	}
	if len(p.Errors) == 0 {
		p.Errors = append(p.Errors, admin.Problem{Reason: m.Detail, Remedy: remedy})
	}
	p.Errors = admin.Some(p.Errors)
	p.Detail = (&admin.Error{Problems: p.Errors}).Error()
	return p, nil
}
