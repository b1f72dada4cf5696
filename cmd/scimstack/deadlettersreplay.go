package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// deadLetters is one run of `scimstack table dead-letters`.
type deadLetters struct {
	f       deadLetterFlags
	q       *queue
	streams *dynamodbstreams.Client
	process session.Process
	out     io.Writer

	progress *progress
	rows     []deadLetterRow
}

func (d *deadLetters) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// replay processes the batches of the messages, oldest first, and deletes those that succeed. It goes
// on after a failure.
func (d *deadLetters) replay(ctx context.Context, letters []letter) error {
	replayed, discarded, lost, failed := 0, 0, 0, 0
	for i, l := range letters {
		d.progress.at("%d of %d messages", i, len(letters))
		kept, n, err := d.one(ctx, l)
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted; repeat the command: %s were not replayed", count(len(letters)-i, "message"))
		}
		result := fmt.Sprintf("%s processed", count(n, "record"))
		remove := err == nil && (kept == streams.KeptAll || d.f.discard)
		if remove {
			err = d.q.remove(ctx, l)
		}
		switch {
		case err != nil:
			failed++
			result = "stays in the queue: " + explain(err).Error()
		case kept == streams.KeptAll:
			replayed++
		case remove:
			discarded++
			result += "; " + l.fate(kept) + ": discarded"
		default:
			lost++
			result += "; " + l.fate(kept) + ": stays in the queue"
		}
		row := l.row(result)
		row.Replayable, row.InQueue = kept == streams.KeptAll && l.foreign == nil, !remove || err != nil
		d.rows = append(d.rows, row)
		d.progress.end()
		d.say("%d of %d: %s: %s", i+1, len(letters), l.name(), result)
	}
	d.say("total: %d replayed, %d discarded, %d failed, %d no longer in the stream", replayed, discarded, failed, lost)
	if lost+discarded > 0 {
		d.say(lostRecords)
	}
	if lost > 0 {
		d.say(thenDiscard)
	}
	if left := failed + lost; left > 0 {
		return fmt.Errorf("%s left in the queue", count(left, "message"))
	}
	return nil
}

// one processes the batch of a message. n is the number of its records that succeeded.
func (d *deadLetters) one(ctx context.Context, l letter) (kept streams.Kept, n int, err error) {
	if l.foreign != nil {
		return kept, 0, l.foreign
	}
	var failures []error
	kept, err = l.Each(ctx, d.streams, func(ctx context.Context, page []types.Record) error {
		done, errs := d.all(ctx, streams.Records(l.Shard, page))
		n += done
		if failures = append(failures, errs...); len(failures) > maxFailures {
			return errTooMany
		}
		return ctx.Err()
	})
	return kept, n, errors.Join(append(failures, err)...)
}

// maxFailures bounds how many records of one batch may fail before the rest of it is left for another run.
const maxFailures = 3

var errTooMany = errors.New("too many records of the batch fail")

// all processes records in their order. One that fails does not stop those after it: Lambda divides a
// batch until the failing record is alone, so the others of this range succeeded before.
func (d *deadLetters) all(ctx context.Context, records []dynamo.StreamRecord) (done int, failures []error) {
	for len(records) > 0 && len(failures) <= maxFailures {
		failed, err := d.process(ctx, records)
		if err == nil {
			return done + len(records), failures
		}
		failures = append(failures, fmt.Errorf("record %s: %w", failed, explain(err)))
		at := max(slices.IndexFunc(records, func(r dynamo.StreamRecord) bool { return r.Sequence == failed }), 0)
		done, records = done+at, records[at+1:]
	}
	return done, failures
}

// name names the message in a line of the replay.
func (l letter) name() string {
	if l.foreign != nil {
		return "message " + l.id
	}
	return fmt.Sprintf("batch of %s of %s", count(l.records, "record"), moment(l.failed))
}
