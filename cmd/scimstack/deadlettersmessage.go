package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/streams"
)

// letter is a message of the dead-letter queue: the position of a batch of the stream.
type letter struct {
	id string // of the message
	streams.Range
	failed    time.Time // when it was given up
	first     time.Time // arrival of its first record
	records   int
	tries     int
	condition string // why it was given up
	foreign   error  // why it is no batch of the table; nil for one that is
}

// invocation is the message that Lambda sends to the on-failure destination of an event source mapping.
type invocation struct {
	RequestContext struct {
		Condition string `json:"condition"`
		Invoked   int    `json:"approximateInvokeCount"`
	} `json:"requestContext"`
	Timestamp string `json:"timestamp"`
	Batch     *struct {
		Shard   string `json:"shardId"`
		First   string `json:"startSequenceNumber"`
		Last    string `json:"endSequenceNumber"`
		Arrived string `json:"approximateArrivalOfFirstRecord"`
		Size    int    `json:"batchSize"`
		Stream  string `json:"streamArn"`
	} `json:"DDBStreamBatchInfo"`
}

var errForeign = errors.New("this is no message about a batch of a DynamoDB stream: another sender uses the queue, or --queue is the wrong one")

// letterOf reads the body of a message.
func letterOf(id, body string) letter {
	var in invocation
	l := letter{id: id}
	if json.Unmarshal([]byte(body), &in) != nil || in.Batch == nil || in.Batch.Stream == "" || in.Batch.Shard == "" || in.Batch.First == "" || in.Batch.Last == "" {
		l.foreign = errForeign
		return l
	}
	l.Range = streams.Range{Stream: in.Batch.Stream, Shard: in.Batch.Shard, First: in.Batch.First, Last: in.Batch.Last}
	l.records, l.tries, l.condition = in.Batch.Size, in.RequestContext.Invoked, in.RequestContext.Condition
	l.failed, _ = time.Parse(time.RFC3339, in.Timestamp) // a message without a time is as good
	l.first, _ = time.Parse(time.RFC3339, in.Batch.Arrived)
	return l
}

// belongs marks the message of another table as foreign. arn is the table's: its records must not be
// processed with this one.
func (l *letter) belongs(arn string) {
	if l.foreign == nil && !strings.HasPrefix(l.Stream, arn+"/stream/") {
		l.foreign = fmt.Errorf("this is a batch of another table: %s; correct --table or --queue", l.Stream)
	}
}

// String says when the batch was given up, and why.
func (l letter) String() string {
	return fmt.Sprintf("%s  %s, tried %s (%s)", moment(l.failed), count(l.records, "record"), count(l.tries, "time"), l.condition)
}

// keptFor is how long a stream keeps a record.
const keptFor = 24 * time.Hour

// fate says whether the batch can be replayed.
func (l letter) fate(kept streams.Kept) string {
	switch {
	case kept == streams.KeptNone:
		return "the stream no longer has these records"
	case kept == streams.KeptLater:
		return "the stream no longer has the first of these records, and has the last one"
	case l.first.IsZero():
		return "the stream has these records"
	}
	return "the stream has these records until about " + moment(l.first.Add(keptFor))
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "at an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// lostRecords says what repairs the table after records were lost. A message does not say what its records
// were, so this names all that dynamo.Consumer does.
const lostRecords = `
What the stream no longer has cannot be replayed. What the lost records may have asked for, and what does it instead:
  counters (totalResults)          scimstack table recount
                                   (the stream function does the same every night)
  indexes of changed settings      scimstack table reindex
  memberships of removed users and groups, display names of members, values that are refused as taken
                                   scimstack table check --repair
  managers that were removed       the expiry of the tombstone, one to a few days after the removal; or the identity
                                   provider removes the manager
  leftovers of interrupted writes  the next write of the same group or user; answers are right without it`

const thenDiscard = "Then delete the messages: add --replay --discard"
