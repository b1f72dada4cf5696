package dynamotest

import (
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	targetPrefix  = "DynamoDB_20120810."
	streamsPrefix = "DynamoDBStreams_20120810."
	maxBody       = 16 << 20
)

// operation returns the result for a request body. The engine is locked while it runs.
type operation func(e *Engine, body []byte, f Fault) (any, error)

// operationOf returns the operation of a target such as "DynamoDB_20120810.GetItem".
func operationOf(target string) (name string, run operation) {
	if name, ok := strings.CutPrefix(target, streamsPrefix); ok {
		return name, streamOperation(name)
	}
	name, ok := strings.CutPrefix(target, targetPrefix)
	if !ok {
		return "", nil
	}
	if run := itemOperation(name); run != nil {
		return name, run
	}
	return name, tableOperation(name)
}

func itemOperation(name string) operation {
	switch name {
	case "BatchGetItem":
		return op((*Engine).batchGet)
	case "BatchWriteItem":
		return op((*Engine).batchWrite)
	case "DeleteItem":
		return op((*Engine).deleteItem)
	case "GetItem":
		return op((*Engine).getItem)
	case "PutItem":
		return op((*Engine).putItem)
	case "Query":
		return op((*Engine).query)
	case "Scan":
		return op((*Engine).scan)
	case "TransactGetItems":
		return op((*Engine).transactGet)
	case "TransactWriteItems":
		return op((*Engine).transactWrite)
	case "UpdateItem":
		return op((*Engine).updateItem)
	}
	return nil
}

func tableOperation(name string) operation {
	switch name {
	case "CreateTable":
		return op((*Engine).createTable)
	case "DeleteTable":
		return op((*Engine).deleteTable)
	case "DescribeTable":
		return op((*Engine).describeTable)
	case "DescribeTimeToLive":
		return op((*Engine).describeTTL)
	case "ListTables":
		return op((*Engine).listTables)
	case "UpdateTimeToLive":
		return op((*Engine).updateTTL)
	}
	return nil
}

func streamOperation(name string) operation {
	switch name {
	case "DescribeStream":
		return op((*Engine).describeStream)
	case "GetRecords":
		return op((*Engine).getRecords)
	case "GetShardIterator":
		return op((*Engine).shardIterator)
	case "ListStreams":
		return op((*Engine).listStreams)
	}
	return nil
}

// op makes an operation from a method that takes decoded input.
func op[In any](run func(*Engine, *In, Fault) (any, error)) operation {
	return func(e *Engine, body []byte, f Fault) (any, error) {
		in := new(In)
		if err := json.Unmarshal(body, in); err != nil {
			var api *apiError
			if errors.As(err, &api) {
				return nil, api
			}
			return nil, errSerialization(err)
		}
		if l, ok := any(in).(interface{ refuse() error }); ok {
			if err := l.refuse(); err != nil {
				return nil, err
			}
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		return run(e, in, f)
	}
}

// ServeHTTP answers one request of the DynamoDB JSON protocol.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, run := operationOf(r.Header.Get("X-Amz-Target"))
	if r.Method != http.MethodPost || run == nil {
		answer(w, nil, newError(serviceNS+"UnknownOperationException", ""))
		return
	}
	f := e.arrived(name)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || f.Kind == DropBefore {
		panic(http.ErrAbortHandler) // closes the connection without a response
	}
	if f.Kind == Hang {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if len(body) > maxBody {
		answer(w, nil, &apiError{http.StatusRequestEntityTooLarge, serviceNS + "RequestEntityTooLargeException", map[string]any{"message": "Request body is too large"}})
		return
	}
	if r.Header.Get("Authorization") == "" {
		answer(w, nil, newError(serviceNS+"MissingAuthenticationTokenException", "Request is missing Authentication Token"))
		return
	}
	if err := f.before(name); err != nil {
		answer(w, nil, err)
		return
	}
	e.latency()
	out, err := run(e, body, f)
	out = e.release(out)
	if f.Kind == DropAfter {
		panic(http.ErrAbortHandler)
	}
	answer(w, out, err)
}

// answer writes a result or an error, with the checksum that the SDK verifies.
func answer(w http.ResponseWriter, out any, err error) {
	status := http.StatusOK
	if err != nil {
		var api *apiError
		if !errors.As(err, &api) {
			api = &apiError{http.StatusInternalServerError, dynamoNS + "InternalServerError", map[string]any{"message": err.Error()}}
		}
		body := map[string]any{"__type": api.typ}
		for k, v := range api.fields {
			body[k] = v
		}
		status, out = api.status, body
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(err) // every answer consists of maps and values
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-amz-json-1.0")
	h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(b)), 10))
	h.Set("X-Amzn-Requestid", strings.Repeat("0", 32))
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client may be gone
}

// legacy are the parameters that expressions replaced.
type legacy struct {
	Expected, AttributeUpdates, KeyConditions, QueryFilter, ScanFilter json.RawMessage
	AttributesToGet                                                    json.RawMessage
	ConditionalOperator                                                *string
	Segment, TotalSegments                                             *int
}

func (l *legacy) refuse() error {
	for name, raw := range map[string]json.RawMessage{
		"Expected": l.Expected, "AttributeUpdates": l.AttributeUpdates, "KeyConditions": l.KeyConditions,
		"QueryFilter": l.QueryFilter, "ScanFilter": l.ScanFilter, "AttributesToGet": l.AttributesToGet,
	} {
		if len(raw) > 0 {
			return notModelled(name)
		}
	}
	if l.ConditionalOperator != nil || l.Segment != nil || l.TotalSegments != nil {
		return notModelled("ConditionalOperator and parallel scans")
	}
	return nil
}
