package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// deadLetterFlags are the flags of `scimstack table dead-letters`.
type deadLetterFlags struct {
	queue           string
	replay, discard bool
	table           tableFlags
}

// tableDeadLettersCommand reads the dead-letter queue of the stream function, and processes again what it names.
func tableDeadLettersCommand() *cobra.Command {
	var f deadLetterFlags
	cmd := &cobra.Command{
		Use:   "dead-letters --queue URL",
		Short: "List the batches of the stream that the stream function could not process, and replay them",
		Long: `Lists the messages of the dead-letter queue of the stream function. The stack prints the URL of the queue as DeadLetters.
A message has the position of the failed batch in the stream, not its records, and the stream keeps a record for 24 hours.
Without --replay nothing is changed, and the messages stay in the queue.

With --replay the command reads the records from the stream, processes them as the stream function does, and deletes the message
after success. It is harmless to process a record twice, so the command can be repeated and interrupted, also beside traffic.
A batch that fails again stays in the queue, as does one whose records the stream no longer has, unless you add --discard;
the command says what repairs the table then. It fails if a message is left.`,
		Example: `  scimstack table dead-letters --table scimstack-acme --queue https://sqs.eu-central-1.amazonaws.com/111122223333/scimstack-acme-stream-dead-letters
  scimstack table dead-letters --table scimstack-acme --queue "$DEAD_LETTERS" --replay`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.discard && !f.replay {
				return usagef("--discard needs --replay: records that the stream still has are processed first")
			}
			t, err := f.table.openReachable(cmd.Context())
			if err != nil {
				return err
			}
			defer t.close()
			return explain(f.run(cmd, t))
		},
	}
	addOutput(cmd)
	addQuiet(cmd)
	cmd.Flags().StringVar(&f.queue, "queue", "", "URL of the dead-letter queue: the stack's output DeadLetters")
	cmd.Flags().BoolVar(&f.replay, "replay", false, "process the records again, and delete the messages of those that succeed")
	cmd.Flags().BoolVar(&f.discard, "discard", false, "with --replay, delete also the messages whose records the stream no longer has")
	_ = cmd.MarkFlagRequired("queue") // the flag exists
	f.table.add(cmd, onAWS)
	return cmd
}

// deadLetterRow is a message of the queue.
type deadLetterRow struct {
	ID         string    `json:"id"` // of the message
	GaveUp     time.Time `json:"gaveUp,omitzero"`
	Condition  string    `json:"condition"` // why the stream function gave up
	Tries      int       `json:"tries"`
	Records    int       `json:"records"`
	Shard      string    `json:"shard"`
	First      string    `json:"first"` // sequence numbers
	Last       string    `json:"last"`
	Replayable bool      `json:"replayable"`
	Result     string    `json:"result"` // what the stream has, or what was done
	InQueue    bool      `json:"inQueue"`
}

// row describes a message.
func (l letter) row(result string) deadLetterRow {
	return deadLetterRow{ID: l.id, GaveUp: l.failed, Condition: l.condition, Tries: l.tries, Records: l.records,
		Shard: l.Shard, First: l.First, Last: l.Last, Result: result, InQueue: true}
}

func (f deadLetterFlags) run(cmd *cobra.Command, t *table) error {
	ctx := cmd.Context()
	described, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.flags.name})
	if err != nil {
		return fmt.Errorf("table %s: %w", t.flags.name, err)
	}
	q, err := openQueue(ctx, f.queue, t)
	if err != nil {
		return err
	}
	defer q.release(ctx)
	d := deadLetters{
		f: f, q: q, streams: t.streams(), out: textOut(cmd), progress: progressOf(cmd),
		process: dynamo.NewConsumer(t.client, dynamo.Options{Table: t.flags.name, Log: slog.New(slog.DiscardHandler)}).Process,
	}
	letters, err := q.letters(ctx, func() {
		d.say("an answer of the queue was lost; its messages are visible again within %d s: waiting for them", int(hiddenFor.Seconds()))
	})
	if err != nil {
		return err
	}
	for i := range letters {
		letters[i].belongs(aws.ToString(described.Table.TableArn))
	}
	d.say("%s in the queue", count(len(letters), "message"))
	if q.hidden > 0 {
		d.say("%s more in use by another process; repeat the command in a minute", count(q.hidden, "message"))
	}
	if f.replay {
		err = d.replay(ctx, letters)
	} else {
		err = d.list(ctx, letters)
	}
	d.progress.end()
	return errors.Join(printFields(cmd, d.rows), err)
}

// list shows the messages.
func (d *deadLetters) list(ctx context.Context, letters []letter) error {
	there, lost, unknown := 0, 0, 0
	for _, l := range letters {
		if l.foreign != nil {
			d.say("%s  %v", l.id, l.foreign)
			d.rows = append(d.rows, l.row(l.foreign.Error()))
			continue
		}
		kept, err := l.Kept(ctx, d.streams)
		fate := l.fate(kept)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			unknown++
			fate = "the stream cannot be read: " + explain(err).Error()
		case kept == streams.KeptAll:
			there++
		default:
			lost++
		}
		row := l.row(fate)
		row.Replayable = err == nil && kept == streams.KeptAll
		d.rows = append(d.rows, row)
		d.say("%s\n    shard %s, %s to %s\n    %s", l, l.Shard, l.First, l.Last, fate)
	}
	if there > 0 {
		d.say("%s can be replayed: add --replay", count(there, "message"))
	}
	if lost > 0 {
		d.say("%s\n%s", lostRecords, thenDiscard)
	}
	if unknown > 0 {
		return fmt.Errorf("of %s it is not known whether the stream has the records", count(unknown, "message"))
	}
	return nil
}

// count is a number with a noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
