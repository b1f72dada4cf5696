package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

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
			return explain(f.run(cmd.Context(), t, cmd.OutOrStdout()))
		},
	}
	cmd.Flags().StringVar(&f.queue, "queue", "", "URL of the dead-letter queue: the stack's output DeadLetters")
	cmd.Flags().BoolVar(&f.replay, "replay", false, "process the records again, and delete the messages of those that succeed")
	cmd.Flags().BoolVar(&f.discard, "discard", false, "with --replay, delete also the messages whose records the stream no longer has")
	_ = cmd.MarkFlagRequired("queue") // the flag exists
	f.table.add(cmd, onAWS)
	return cmd
}

func (f deadLetterFlags) run(ctx context.Context, t *table, out io.Writer) error {
	described, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.flags.name})
	if err != nil {
		return fmt.Errorf("table %s: %w", t.flags.name, err)
	}
	q, err := openQueue(ctx, f.queue, t)
	if err != nil {
		return err
	}
	defer q.release(ctx)
	letters, err := q.letters(ctx)
	if err != nil {
		return err
	}
	d := deadLetters{
		f: f, q: q, streams: t.streams(), out: out,
		process: dynamo.NewConsumer(t.client, dynamo.Options{Table: t.flags.name, Log: slog.New(slog.DiscardHandler)}).Process,
	}
	for i := range letters {
		letters[i].belongs(aws.ToString(described.Table.TableArn))
	}
	d.say("%s in the queue", count(len(letters), "message"))
	if q.hidden > 0 {
		d.say("%s more in use by another process; repeat the command in a minute", count(q.hidden, "message"))
	}
	if f.replay {
		return d.replay(ctx, letters)
	}
	return d.list(ctx, letters)
}

// list shows the messages.
func (d *deadLetters) list(ctx context.Context, letters []letter) error {
	there, lost, unknown := 0, 0, 0
	for _, l := range letters {
		if l.foreign != nil {
			d.say("%s  %v", l.id, l.foreign)
			continue
		}
		kept, err := l.Kept(ctx, d.streams)
		fate := l.fate(kept)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			unknown++
			fate = "the stream cannot be read: " + err.Error()
		case kept == streams.KeptAll:
			there++
		default:
			lost++
		}
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
