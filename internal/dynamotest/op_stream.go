package dynamotest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	shardID       = "shardId-00000000000000000000-00000001"
	maxRecords    = 1000
	maxRecordSize = 1 << 20
)

// streamInput are the parameters of all operations on streams.
type streamInput struct {
	StreamArn               string
	ExclusiveStartStreamArn string
	TableName               string
	ShardId                 string
	ExclusiveStartShardId   string
	ShardIteratorType       string
	SequenceNumber          string
	ShardIterator           string
	Limit                   *int
}

func (e *Engine) streamOf(arn string) (*table, error) {
	for _, t := range e.tables {
		if t.stream != nil && t.stream.arn == arn {
			return t, nil
		}
	}
	return nil, errNotFound(fmt.Sprintf("Stream: %s not found", arn))
}

func (e *Engine) listStreams(in *streamInput, _ Fault) (any, error) {
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(e.tables)) {
		t := e.tables[name]
		if t.stream != nil && (in.TableName == "" || in.TableName == name) && t.stream.arn > in.ExclusiveStartStreamArn {
			list = append(list, map[string]any{"StreamArn": t.stream.arn, "StreamLabel": t.stream.label, "TableName": name})
		}
	}
	return map[string]any{"Streams": list}, nil
}

func (e *Engine) describeStream(in *streamInput, _ Fault) (any, error) {
	t, err := e.streamOf(in.StreamArn)
	if err != nil {
		return nil, err
	}
	shards := []map[string]any{}
	if in.ExclusiveStartShardId < shardID {
		shards = append(shards, map[string]any{"ShardId": shardID,
			"SequenceNumberRange": map[string]any{"StartingSequenceNumber": sequence(1)}})
	}
	return map[string]any{"StreamDescription": map[string]any{
		"StreamArn": t.stream.arn, "StreamLabel": t.stream.label, "StreamStatus": "ENABLED", "TableName": t.name,
		"StreamViewType": t.stream.view, "CreationRequestDateTime": t.made.Unix(),
		"KeySchema": t.in.KeySchema, "Shards": shards,
	}}, nil
}

// shardIterator returns an iterator: the ARN and the sequence number that it reads next.
func (e *Engine) shardIterator(in *streamInput, _ Fault) (any, error) {
	t, err := e.streamOf(in.StreamArn)
	if err != nil {
		return nil, err
	}
	if in.ShardId != shardID {
		return nil, errNotFound(fmt.Sprintf("Shard: %s in Stream: %s not found", in.ShardId, in.StreamArn))
	}
	s := t.stream
	var next int
	switch in.ShardIteratorType {
	case "TRIM_HORIZON":
		next = s.first
	case "LATEST":
		next = s.end()
	case "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER":
		if next, err = strconv.Atoi(in.SequenceNumber); err != nil {
			return nil, invalid("Invalid SequenceNumber")
		}
		if in.ShardIteratorType == "AFTER_SEQUENCE_NUMBER" {
			next++
		}
		if next < s.first {
			return nil, errTrimmed()
		}
	default:
		return nil, invalid("1 validation error detected: Value '%s' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]", in.ShardIteratorType)
	}
	return map[string]any{"ShardIterator": iterator(s, next)}, nil
}

func iterator(s *stream, next int) string { return s.arn + "|" + strconv.Itoa(next) }

func errTrimmed() error {
	return newError(dynamoNS+"TrimmedDataAccessException", "The requested records were trimmed")
}

// getRecords returns at most 1,000 records and about 1 MB.
func (e *Engine) getRecords(in *streamInput, _ Fault) (any, error) {
	arn, at, _ := strings.Cut(in.ShardIterator, "|")
	next, err := strconv.Atoi(at)
	if err != nil {
		return nil, invalid("Invalid ShardIterator")
	}
	t, err := e.streamOf(arn)
	if err != nil {
		return nil, err
	}
	limit := maxRecords
	if in.Limit != nil {
		if limit = *in.Limit; limit < 1 || limit > maxRecords {
			return nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", limit, maxRecords)
		}
	}
	if next < t.stream.first {
		return nil, errTrimmed()
	}
	records, size := []json.RawMessage{}, 0
	for _, r := range t.stream.from(next) {
		b, err := json.Marshal(t.stream.wire(r))
		if err != nil {
			return nil, err
		}
		if len(records) == limit || len(records) > 0 && size+len(b) > maxRecordSize {
			break
		}
		records, size, next = append(records, b), size+len(b), r.seq+1
	}
	return map[string]any{"Records": records, "NextShardIterator": iterator(t.stream, next)}, nil
}
