package dynamotest

import (
	"fmt"
	"slices"
	"time"
)

// defaultKept is how many records a stream keeps without a call of KeepRecords.
const defaultKept = 10_000

// stream has the changes of one table, oldest first. If there are too many, the oldest ones are
// dropped.
type stream struct {
	arn, label string
	table      string
	view       string
	made       time.Time
	records    []record
	first      int // sequence of records[0]
	shards     []shard
}

// record is one change of one item.
type record struct {
	seq      int
	old, new packed
	at       time.Time
	byTTL    bool
}

// name returns INSERT, MODIFY or REMOVE.
func (r record) name() string {
	switch {
	case r.old == "":
		return "INSERT"
	case r.new == "":
		return "REMOVE"
	}
	return "MODIFY"
}

// item returns the changed item, whose key no change alters.
func (r record) item() item {
	if r.new == "" {
		return r.old.item()
	}
	return r.new.item()
}

func newStream(table, view string, made time.Time) (*stream, error) {
	if !slices.Contains([]string{"NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"}, view) {
		return nil, invalidParam("StreamViewType must be specified when StreamEnabled is true")
	}
	label := made.UTC().Format("2006-01-02T15:04:05.000")
	return &stream{arn: arnPrefix + table + "/stream/" + label, label: label, table: table, view: view, made: made, first: 1,
		shards: []shard{{id: shardName(1), from: 1, of: 1}}}, nil
}

func (s *stream) end() int { return s.first + len(s.records) }

func (s *stream) append(r record, keep int) {
	r.seq = s.end()
	s.records = append(s.records, r)
	if over := len(s.records) - keep; over > keep/4 || over > 0 && keep < 64 {
		s.records = append([]record(nil), s.records[over:]...)
		s.first += over
	}
}

// from returns the records from a sequence number on.
func (s *stream) from(seq int) []record {
	return s.records[min(max(seq-s.first, 0), len(s.records)):]
}

// shows reports whether records have an image, NEW_IMAGE or OLD_IMAGE.
func (s *stream) shows(image string) bool {
	return s.view == "NEW_AND_OLD_IMAGES" || s.view == image
}

func eventID(seq int) string { return fmt.Sprintf("%032x", seq) }

// wire returns the record of a table as the service sends it.
func (s *stream) wire(t *table, r record) map[string]any {
	keys := t.keys.of(r.item())
	d := map[string]any{
		"ApproximateCreationDateTime": r.at.Unix(), "Keys": keys,
		"SequenceNumber": sequence(r.seq), "StreamViewType": s.view,
	}
	size := keys.size()
	if it := r.new.item(); it != nil && s.shows("NEW_IMAGE") {
		d["NewImage"] = it
		size += it.size()
	}
	if it := r.old.item(); it != nil && s.shows("OLD_IMAGE") {
		d["OldImage"] = it
		size += it.size()
	}
	d["SizeBytes"] = size
	out := map[string]any{
		"eventID": eventID(r.seq), "eventName": r.name(), "eventVersion": "1.1",
		"eventSource": "aws:dynamodb", "awsRegion": "us-east-1", "dynamodb": d,
	}
	if r.byTTL {
		out["userIdentity"] = map[string]any{"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
	}
	return out
}

// sequence returns a sequence number as the service sends it. All have the same length, so that
// their order as strings is the order of the changes.
func sequence(n int) string { return fmt.Sprintf("%021d", n) }
