package dynamotest

import "net/http"

// FaultKind is a kind of failure of a request.
type FaultKind int

const (
	// None lets the request through.
	None FaultKind = iota
	// Throttle answers ProvisionedThroughputExceededException; nothing is applied.
	Throttle
	// Throttling answers ThrottlingException; nothing is applied.
	Throttling
	// InternalError answers 500 InternalServerError; nothing is applied.
	InternalError
	// Conflict cancels a transaction with TransactionConflict for the action Fault.Index. A
	// single write gets TransactionConflictException. Nothing is applied. Other reads ignore it.
	Conflict
	// InProgress answers TransactionInProgressException to a TransactWriteItems.
	InProgress
	// Unprocessed makes a batch process only its first Fault.Index actions and return the others
	// as unprocessed. Other operations ignore it.
	Unprocessed
	// DropBefore closes the connection without applying the request.
	DropBefore
	// DropAfter applies the request and closes the connection without a response.
	DropAfter
	// Hang never responds and applies nothing; the connection ends when the client gives up.
	Hang
	// Refuse answers AccessDeniedException, which the SDK does not retry; nothing is applied.
	Refuse
)

// Fault is the failure of one request, as the function of Engine.Inject decides. The zero value is
// no failure.
type Fault struct {
	Kind  FaultKind
	Index int
}

// before returns the error that replaces the operation, if there is one.
func (f Fault) before(op string) error {
	switch f.Kind {
	case Throttle:
		return errThroughput()
	case Throttling:
		return newError(availNS+"ThrottlingException", "Rate of requests exceeds the allowed throughput.")
	case InternalError:
		return &apiError{http.StatusInternalServerError, dynamoNS + "InternalServerError", map[string]any{"message": "The request processing has failed because of an unknown error, exception or failure."}}
	case Conflict:
		if op == "PutItem" || op == "UpdateItem" || op == "DeleteItem" {
			return errOngoing()
		}
	case InProgress:
		if op == "TransactWriteItems" {
			return &apiError{http.StatusBadRequest, dynamoNS + "TransactionInProgressException", map[string]any{"Message": "Transaction is in progress for this client request token"}}
		}
	case Refuse:
		return newError(serviceNS+"AccessDeniedException", "The request was refused by an injected fault")
	case None, Unprocessed, DropBefore, DropAfter, Hang:
	}
	return nil
}

// conflicts returns the error of a cancelled transaction of n actions, if the fault is a Conflict.
func (f Fault) conflicts(n int) error {
	if f.Kind != Conflict {
		return nil
	}
	reasons := make([]reason, n)
	for i := range reasons {
		reasons[i].Code = "None"
	}
	if i := min(f.Index, n-1); i >= 0 {
		reasons[i] = reasonOngoing()
	}
	return errCancelled(reasons)
}

// handles returns how many of n actions a batch processes.
func (f Fault) handles(n int) int {
	if f.Kind == Unprocessed {
		return min(f.Index, n)
	}
	return n
}
