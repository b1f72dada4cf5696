package dynamotest

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	dynamoNS   = "com.amazonaws.dynamodb.v20120810#"
	serviceNS  = "com.amazon.coral.service#"
	validateNS = "com.amazon.coral.validate#"
	availNS    = "com.amazon.coral.availability#"
)

// apiError is an error response of the service. fields are the members of its body, without the
// type.
type apiError struct {
	status int
	typ    string
	fields map[string]any
}

func (e *apiError) Error() string {
	return e.typ[strings.IndexByte(e.typ, '#')+1:] + ": " + e.message()
}

func (e *apiError) message() string {
	for _, k := range []string{"message", "Message"} {
		if s, ok := e.fields[k].(string); ok {
			return s
		}
	}
	return ""
}

func newError(typ, message string) *apiError {
	return &apiError{http.StatusBadRequest, typ, map[string]any{"message": message}}
}

// invalid is a ValidationException.
func invalid(format string, args ...any) error {
	return newError(validateNS+"ValidationException", fmt.Sprintf(format, args...))
}

func invalidParam(format string, args ...any) error {
	return invalid("One or more parameter values were invalid: "+format, args...)
}

// notModelled rejects a feature of the service that this package does not have.
func notModelled(what string) error {
	return invalid("dynamotest does not model %s", what)
}

func errSerialization(err error) error {
	e := newError(serviceNS+"SerializationException", "")
	e.fields = map[string]any{"Message": err.Error()}
	return e
}

func errNotFound(detail string) error {
	m := "Requested resource not found"
	if detail != "" {
		m += ": " + detail
	}
	return newError(dynamoNS+"ResourceNotFoundException", m)
}

// errCondition is a failed condition of a single write. With show it contains the old item.
func errCondition(old item, show bool) error {
	e := newError(dynamoNS+"ConditionalCheckFailedException", "The conditional request failed")
	if show && old != nil {
		e.fields["Item"] = old
	}
	return e
}

// reason is the cancellation reason of one action.
type reason struct {
	Code    string
	Message string `json:",omitempty"`
	Item    item   `json:",omitempty"`
}

func errCancelled(reasons []reason) error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	return &apiError{http.StatusBadRequest, dynamoNS + "TransactionCanceledException", map[string]any{
		"Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [" +
			strings.Join(codes, ", ") + "]",
		"CancellationReasons": reasons,
	}}
}

func errThroughput() error {
	return newError(dynamoNS+"ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.")
}

const ongoing = "Transaction is ongoing for the item"

func errOngoing() error { return newError(dynamoNS+"TransactionConflictException", ongoing) }

func reasonOngoing() reason { return reason{Code: "TransactionConflict", Message: ongoing} }

func reasonThrottled() reason {
	return reason{Code: "ThrottlingError", Message: "Throughput exceeds the current capacity of your table or index."}
}
