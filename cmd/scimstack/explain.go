package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/scimstack/scimstack/internal/doctor"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// explain returns the error of a store in the words of people: what cannot be done, and the next step. The error of the
// library is its cause. Other errors, and those that have been explained, are returned as they are.
func explain(err error) error {
	var known *failure
	if err == nil || errors.As(err, &known) {
		return err
	}
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return failed(err, "%s%s", before(err, op), awsFailure(op))
	}
	var busy *scim.BusyError
	if errors.As(err, &busy) && busy.Cause != nil {
		return failed(busy.Cause, "%sthe store cannot be used now: %s; try again", before(err, busy), reason(busy.Cause))
	}
	return err
}

// before is what a command says before the error of a library: of which tenant or table it is.
func before(err, library error) string {
	text, found := strings.CutSuffix(err.Error(), library.Error())
	if !found {
		return ""
	}
	for _, of := range []string{"dynamo: ", "sqlstore: ", "store is busy: "} {
		text = strings.ReplaceAll(text, of, "")
	}
	return text
}

// awsFailure explains the failure of a call of an AWS service.
func awsFailure(op *smithy.OperationError) string {
	service, prefix := "DynamoDB", "dynamodb"
	if op.ServiceID == "SQS" {
		service, prefix = "Amazon SQS", "sqs"
	}
	var api smithy.APIError
	if !errors.As(op, &api) {
		return fmt.Sprintf("cannot reach %s: %s; check the network, and --region or AWS_REGION", service, reason(op))
	}
	code := api.ErrorCode()
	switch {
	case code == "ResourceNotFoundException" && op.ServiceID == "DynamoDB":
		return "there is no such table; correct --table, --region or --endpoint, or create it: scimstack table create"
	case strings.HasPrefix(code, "AccessDenied"):
		return fmt.Sprintf("the AWS credentials may not do %s:%s (%s); the person who manages IAM must allow it, or use other credentials", prefix, op.OperationName, code)
	case strings.HasPrefix(code, "ExpiredToken"):
		return fmt.Sprintf("the AWS credentials have expired (%s); sign in again, and set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew", code)
	case code == "UnrecognizedClientException" || code == "InvalidClientTokenId" || code == "InvalidSignatureException" || code == "MissingAuthenticationToken" || code == "IncompleteSignature" || code == "MissingAuthenticationTokenException":
		return fmt.Sprintf("AWS does not accept the credentials (%s); correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock of this machine", code)
	case strings.Contains(code, "Throttl") || strings.Contains(code, "ThroughputExceeded") || strings.Contains(code, "LimitExceeded"):
		return fmt.Sprintf("%s limits the requests of this table or account (%s); try again in a minute", service, code)
	case api.ErrorFault() == smithy.FaultServer:
		return fmt.Sprintf("%s fails at %s (%s); try again in a minute", service, op.OperationName, code)
	}
	return fmt.Sprintf("%s refuses %s: %s: %s", service, op.OperationName, code, strings.TrimSpace(api.ErrorMessage()))
}

// explainDatabase explains why a database cannot be opened. name is that of --store, without a password.
func explainDatabase(name string, err error) error {
	var connect *pgconn.ConnectError
	var refused *pgconn.PgError
	var newer *sqlstore.NewerSchemaError
	switch {
	case errors.As(err, &newer):
		return failed(err, "--store %s: %s", name, strings.TrimPrefix(newer.Error(), "sqlstore: "))
	case errors.As(err, &refused):
		return failed(err, "--store %s: %s (SQLSTATE %s)", name, ownWords(err), refused.Code)
	case errors.As(err, &connect):
		return failed(err, "cannot reach the database --store %s: %s: is the server running? Start it, or correct host, port and sslmode", name, reason(err))
	}
	return failed(err, "--store %s: %s", name, ownWords(err))
}

// ownWords is what an error says beside the error that it wraps.
func ownWords(err error) string {
	inner := errors.Unwrap(err)
	if inner == nil {
		return err.Error()
	}
	return strings.TrimRight(strings.TrimSuffix(err.Error(), inner.Error()), ": ")
}

// reason says in a few words why a connection or a request failed.
func reason(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + strings.TrimSpace(api.ErrorMessage())
	}
	return doctor.Reason(err)
}
