package main

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/scimstack/scimstack/internal/doctor"
	"github.com/scimstack/scimstack/pkg/scim"
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
		return explainAWS(op, err)
	}
	var busy *scim.BusyError
	if errors.As(err, &busy) && busy.Cause != nil {
		return failed(busy.Cause, "the store cannot be used now: %s; try again", reason(busy.Cause))
	}
	return err
}

// explainAWS explains the failure of a call of an AWS service.
func explainAWS(op *smithy.OperationError, err error) error {
	service, prefix := "DynamoDB", "dynamodb"
	if op.ServiceID == "SQS" {
		service, prefix = "Amazon SQS", "sqs"
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return failed(err, "cannot reach %s: %s; check the network, and --region or AWS_REGION", service, reason(err))
	}
	code := api.ErrorCode()
	switch {
	case code == "ResourceNotFoundException" && op.ServiceID == "DynamoDB":
		return failed(err, "there is no such table; create it with scimstack table create, or correct --table, --region or --endpoint")
	case strings.HasPrefix(code, "AccessDenied"):
		return failed(err, "the AWS credentials may not do %s:%s (%s); whoever manages IAM must allow it, or use other credentials", prefix, op.OperationName, code)
	case strings.HasPrefix(code, "ExpiredToken"):
		return failed(err, "the AWS credentials have expired (%s); sign in again, and set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew", code)
	case code == "UnrecognizedClientException" || code == "InvalidClientTokenId" || code == "InvalidSignatureException" || code == "MissingAuthenticationToken" || code == "IncompleteSignature" || code == "MissingAuthenticationTokenException":
		return failed(err, "AWS does not accept the credentials (%s); correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock of this machine", code)
	case strings.Contains(code, "Throttl") || strings.Contains(code, "ThroughputExceeded") || strings.Contains(code, "LimitExceeded"):
		return failed(err, "%s limits the requests of this table or account (%s); try again in a minute", service, code)
	case api.ErrorFault() == smithy.FaultServer:
		return failed(err, "%s fails at %s (%s); try again in a minute", service, op.OperationName, code)
	}
	return failed(err, "%s refuses %s: %s: %s", service, op.OperationName, code, strings.TrimSpace(api.ErrorMessage()))
}

// explainDatabase explains why a database cannot be opened. name is that of --store, without a password.
func explainDatabase(name string, err error) error {
	var connect *pgconn.ConnectError
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused):
		return failed(err, "--store %s: %s (SQLSTATE %s)", name, ownWords(err), refused.Code)
	case errors.As(err, &connect):
		return failed(err, "cannot reach the database --store %s: %s; start the server, or correct host, port and sslmode", name, reason(err))
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
