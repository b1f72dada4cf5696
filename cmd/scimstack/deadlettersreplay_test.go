package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/still"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// TestDeadLettersPoison: records that fail again do not stop the others of their batch, up to a limit.
func TestDeadLettersPoison(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bad      []int
		want     []int // that succeed
		failures int
	}{
		{nil, []int{0, 1, 2, 3, 4, 5, 6, 7}, 0},
		{[]int{0}, []int{1, 2, 3, 4, 5, 6, 7}, 1},
		{[]int{7}, []int{0, 1, 2, 3, 4, 5, 6}, 1},
		{[]int{2, 3}, []int{0, 1, 4, 5, 6, 7}, 2},
		{[]int{0, 1, 2, 3, 4}, nil, maxFailures + 1},
	} {
		var got []int
		d := deadLetters{process: func(_ context.Context, records []dynamo.StreamRecord) (string, error) {
			for _, r := range records {
				var n int
				fmt.Sscan(r.Sequence, &n)
				for _, bad := range c.bad {
					if n == bad {
						return r.Sequence, errors.New("poison")
					}
				}
				got = append(got, n)
			}
			return "", nil
		}}
		var records []dynamo.StreamRecord
		for n := range 8 {
			records = append(records, dynamo.StreamRecord{Sequence: fmt.Sprint(n)})
		}
		done, failures := d.all(t.Context(), records)
		if done != len(c.want) || len(failures) != c.failures || !cmp.Equal(got, c.want) {
			t.Errorf("%v: %d done, %v, failures %v", c.bad, done, got, failures)
		}
	}
}

// TestDeadLettersInterrupted: after an interruption every message is there for the next reader.
func TestDeadLettersInterrupted(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	d.fail(d.create(1), "scim")
	d.fail(d.create(1), "scim")
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	reached, once := make(chan struct{}), sync.Once{}
	d.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if op != "TransactWriteItems" {
			return dynamotest.Fault{}
		}
		once.Do(func() { close(reached) })
		return dynamotest.Fault{Kind: dynamotest.Hang}
	})
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), bin, "table", "dead-letters", "--replay", "--queue", d.queue.URL, "--endpoint", d.url, "--table", "scim")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	if now, _ := d.queue.visible(); now != 0 {
		t.Errorf("%d messages are visible while they are replayed", now)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 1 || !strings.Contains(out.String(), "interrupted; repeat the command") {
		t.Error(status, out.String())
	}
	d.messages(2)
	d.engine.Inject(nil)
	d.letters(0, "total: 2 replayed", "--replay")
	d.counts("2")
}

// TestDeadLettersStreamRefused: a stream that cannot be read is reported, and is no reason to discard a message.
func TestDeadLettersStreamRefused(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	d.fail(d.create(1), "scim")
	d.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if op == "GetShardIterator" || op == "GetRecords" {
			return dynamotest.Fault{Kind: dynamotest.Refuse}
		}
		return dynamotest.Fault{}
	})
	read := []string{"table", "dead-letters", "--queue", d.queue.URL}
	still.Steady(t, func() error {
		d.queue.show()
		if _, err := d.try(1, "the stream cannot be read", read...); err != nil {
			return err
		}
		if _, err := d.try(1, "0 replayed, 0 discarded, 1 failed", append(read, "--replay", "--discard")...); err != nil {
			return err
		}
		if now, all := d.queue.visible(); now != 1 || all != 1 {
			return fmt.Errorf("%d messages, %d of them visible; want 1", all, now)
		}
		return nil
	})
}
