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
	for _, h := range t.stream.shards {
		if in.ExclusiveStartShardId < h.id {
			shards = append(shards, h.describe())
		}
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
	s := t.stream
	h := s.shard(in.ShardId)
	if h == nil {
		return nil, errNotFound(fmt.Sprintf("Shard: %s in Stream: %s not found", in.ShardId, in.StreamArn))
	}
	var next int
	switch in.ShardIteratorType {
	case "TRIM_HORIZON":
		next = max(s.first, h.from)
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
	return map[string]any{"ShardIterator": iterator(s, h, next)}, nil
}

func iterator(s *stream, h *shard, next int) string {
	return s.arn + "|" + h.id + "|" + strconv.Itoa(next)
}

func errTrimmed() error {
	return newError(dynamoNS+"TrimmedDataAccessException", "The requested records were trimmed")
}

// getRecords returns at most 1,000 records and about 1 MB. The last answer of a closed shard has
// no next iterator.
func (e *Engine) getRecords(in *streamInput, _ Fault) (any, error) {
	arn, rest, _ := strings.Cut(in.ShardIterator, "|")
	id, at, _ := strings.Cut(rest, "|")
	next, err := strconv.Atoi(at)
	if err != nil {
		return nil, invalid("Invalid ShardIterator")
	}
	t, err := e.streamOf(arn)
	if err != nil {
		return nil, err
	}
	h := t.stream.shard(id)
	if h == nil {
		return nil, invalid("Invalid ShardIterator")
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
	records, size, ended := []json.RawMessage{}, 0, h.to > 0
	for _, r := range t.stream.from(next) {
		if !h.has(t, r) {
			continue
		}
		b, err := json.Marshal(t.stream.wire(t, r))
		if err != nil {
			return nil, err
		}
		if len(records) == limit || len(records) > 0 && size+len(b) > maxRecordSize {
			ended = false
			break
		}
		records, size, next = append(records, b), size+len(b), r.seq+1
	}
	out := map[string]any{"Records": records}
	if !ended {
		out["NextShardIterator"] = iterator(t.stream, h, next)
	}
	return out, nil
}
