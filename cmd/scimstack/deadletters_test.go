package main

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// deadTable is a table with a tenant whose users no consumer has counted, and a dead-letter queue.
type deadTable struct {
	t      *testing.T
	engine *dynamotest.Engine
	client *dynamodb.Client
	queue  *fakeQueue
	url    string
	tenant scim.TenantID
	users  int
}

func newDeadTable(t *testing.T) *deadTable {
	t.Helper()
	engine := dynamotest.New()
	server, err := dynamotest.Listen("127.0.0.1:0", engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	d := &deadTable{t: t, engine: engine, client: server.Client(), queue: startQueue(t), url: server.URL}
	if d.tenant, err = scim.ParseTenantID("acme"); err != nil {
		t.Fatal(err)
	}
	d.run(0, "ready", "table", "create")
	d.run(0, "acme", "tenant", "create", "acme")
	return d
}

// run runs the built command on the table and checks its status and what it prints.
func (d *deadTable) run(status int, want string, args ...string) string {
	d.t.Helper()
	out, err := d.try(status, want, args...)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// try is run for a trial that may be repeated.
func (d *deadTable) try(status int, want string, args ...string) (string, error) {
	d.t.Helper()
	got, out := runBinary(d.t, []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x"}, append(args, "--endpoint", d.url, "--table", "scim")...)
	if got != status || !strings.Contains(out, want) || strings.Contains(out, "goroutine") {
		return out, fmt.Errorf("%v: status %d, want %d and %q:\n%s", args, got, status, want, out)
	}
	return out, nil
}

// letters runs the command under test.
func (d *deadTable) letters(status int, want string, args ...string) string {
	d.t.Helper()
	return d.run(status, want, append([]string{"table", "dead-letters", "--queue", d.queue.URL}, args...)...)
}

// soon runs the command under test in this process, where messages are hidden for a short time.
func (d *deadTable) soon(status int, want string, args ...string) string {
	d.t.Helper()
	out, err := printedBy(d.t, append([]string{"table", "dead-letters", "--queue", d.queue.URL, "--endpoint", d.url, "--table", "scim"}, args...)...)
	if text := fmt.Sprint(out, err); statusOf(err) != status || !strings.Contains(text, want) {
		d.t.Fatalf("%v: status %d, want %d and %q:\n%s", args, statusOf(err), status, want, text)
	}
	return out
}

// create creates users and returns the records of the stream.
func (d *deadTable) create(n int) []dynamotest.Change {
	d.t.Helper()
	last := ""
	if all := d.engine.Changes("scim", ""); len(all) > 0 {
		last = all[len(all)-1].Sequence
	}
	store := dynamo.New(d.client, dynamo.Options{Table: "scim", Log: slog.New(slog.DiscardHandler)})
	for range n {
		d.users++
		id := userID(d.users)
		_, err := store.Commit(d.t.Context(), d.tenant, scim.Change{Type: "User", ID: id, Now: time.Now(), Put: &scim.Resource{
			ID: id, Type: "User", Version: 1, Created: time.Now(), LastModified: time.Now(), Document: []byte(`{"userName":"` + id + `"}`)}})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return d.engine.Changes("scim", last)
}

// fail sends the message of a batch, as Lambda writes it.
func (d *deadTable) fail(batch []dynamotest.Change, table string) {
	first, last := batch[0], batch[len(batch)-1]
	d.queue.send(fmt.Sprintf(`{"requestContext":{"requestId":"316aa6d0-8154-4f1e-9af7-85d5f4a6bc81",
"functionArn":"arn:aws:lambda:us-east-1:000000000000:function:scimstack-acme-stream","condition":"RetryAttemptsExhausted","approximateInvokeCount":11},
"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":null},"version":"1.0","timestamp":"2026-01-31T12:00:05.717Z",
"DDBStreamBatchInfo":{"shardId":%q,"startSequenceNumber":%q,"endSequenceNumber":%q,"approximateArrivalOfFirstRecord":"2026-01-31T11:00:00Z",
"approximateArrivalOfLastRecord":"2026-01-31T11:00:01Z","batchSize":%d,"streamArn":%q}}`, first.Shard, first.Sequence, last.Sequence, len(batch), d.stream(table)))
}

func userID(n int) string { return fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n) }

func (d *deadTable) stream(table string) string {
	d.t.Helper()
	out, err := d.client.DescribeTable(d.t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		d.t.Fatal(err)
	}
	return aws.ToString(out.Table.LatestStreamArn)
}

// counts checks the counter of the users; "" is a counter that does not exist.
func (d *deadTable) counts(want string) {
	d.t.Helper()
	out, err := d.client.GetItem(d.t.Context(), &dynamodb.GetItemInput{TableName: aws.String("scim"), Key: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: "T#acme#N"}, "SK": &types.AttributeValueMemberS{Value: "User"}}})
	if err != nil {
		d.t.Fatal(err)
	}
	got := ""
	if n, ok := out.Item["n"].(*types.AttributeValueMemberN); ok {
		got = n.Value
	}
	if got != want {
		d.t.Errorf("the counter says %q, want %q", got, want)
	}
}

// messages checks how many messages the queue has; a reader gets all of them.
func (d *deadTable) messages(want int) {
	d.t.Helper()
	if now, all := d.queue.visible(); now != want || all != want {
		d.t.Errorf("%d messages, %d of them visible; want %d", all, now, want)
	}
}

// TestDeadLetters: a failed batch is listed, stays while it fails, and is replayed; a batch that is replayed twice
// counts once.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	d.letters(0, "0 messages in the queue")
	d.letters(0, "total: 0 replayed", "--replay")
	one, two := d.create(3), d.create(2)
	d.create(1) // after both
	d.fail(one, "scim")
	d.fail(two, "scim")
	for range 2 { // to list does not change anything
		out := d.letters(0, "2 messages can be replayed: add --replay")
		for _, want := range []string{"2026-01-31 12:00:05 UTC", "tried 11 times (RetryAttemptsExhausted)", one[0].Sequence, "until about 2026-02-01 11:00:00 UTC"} {
			if !strings.Contains(out, want) || strings.Contains(out, "acme#") {
				t.Errorf("no %q in %s", want, out)
			}
		}
		d.messages(2)
		d.counts("")
	}
	d.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if op == "TransactWriteItems" {
			return dynamotest.Fault{Kind: dynamotest.Refuse}
		}
		return dynamotest.Fault{}
	})
	if out := d.letters(1, "2 messages left in the queue", "--replay"); !strings.Contains(out, "AccessDenied") || !strings.Contains(out, "0 replayed, 0 discarded, 2 failed") {
		t.Error(out)
	}
	d.messages(2)
	d.counts("")
	d.engine.Inject(nil)
	d.fail(one, "scim") // a standard queue may deliver twice
	d.letters(0, "total: 3 replayed, 0 discarded, 0 failed", "--replay")
	d.messages(0)
	d.counts("5")
	d.fail(one, "scim")
	d.letters(0, "total: 1 replayed", "--replay")
	d.counts("5")
}

// TestDeadLettersRemoval: the creation and the removal of a user count once, in either order, however often they are
// replayed.
func TestDeadLettersRemoval(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	made := d.create(2)
	_, err := dynamo.New(d.client, dynamo.Options{Table: "scim"}).Commit(t.Context(), d.tenant, scim.Change{Type: "User", ID: userID(1), If: scim.IfAny, Now: time.Now(), Remove: true})
	if err != nil {
		t.Fatal(err)
	}
	removal := d.engine.Changes("scim", made[len(made)-1].Sequence)
	for range 2 {
		d.fail(removal, "scim")
		d.fail(made, "scim")
		d.fail(removal, "scim")
		d.letters(0, "total: 3 replayed", "--replay")
		d.counts("1")
	}
	d.run(0, "acme    User   1        1       no", "table", "recount")
}

// TestDeadLettersTrimmed: what the stream no longer has is reported with what repairs it, the rest of the batch is
// processed, and the message stays until it is discarded.
func TestDeadLettersTrimmed(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	lost, half := d.create(2), d.create(2)
	kept := d.engine.Changes("scim", half[len(half)/2-1].Sequence)
	d.engine.KeepRecords(len(kept) + 1)
	kept = append(kept, d.create(1)...)
	d.engine.KeepRecords(10_000) // the replay writes too
	d.fail(lost, "scim")
	d.fail(half, "scim")
	d.fail(kept[len(kept)-1:], "scim")
	if first := d.engine.Changes("scim", "")[0].Sequence; first <= half[0].Sequence || first > half[len(half)-1].Sequence {
		t.Fatal("the test trims other records than it should", first, half)
	}
	out := d.letters(0, "scimstack table recount")
	for _, want := range []string{"no longer has these records", "no longer has the first of these records", "1 message can be replayed", "--discard"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	d.letters(2, "--discard needs --replay", "--discard")
	d.messages(3)
	out = d.letters(1, "2 messages left in the queue", "--replay")
	if !strings.Contains(out, "total: 1 replayed, 0 discarded, 0 failed, 2 no longer in the stream") || !strings.Contains(out, "table recount") {
		t.Error(out)
	}
	d.messages(2)
	d.counts("2") // the second user of half, and the last one
	d.letters(0, "total: 0 replayed, 2 discarded, 0 failed", "--replay", "--discard")
	d.messages(0)
	d.counts("2")
	d.run(0, "acme    User   5        2       yes", "table", "recount")
}

// TestDeadLettersForeign: what is no batch of the table stays, also with --discard, and is not processed.
func TestDeadLettersForeign(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	if err := dynamo.Create(t.Context(), d.client, "scim-2"); err != nil {
		t.Fatal(err)
	}
	batch := d.create(1)
	d.fail(batch, "scim-2")
	d.queue.send(`{"Records":[{"eventSource":"aws:s3"}]}`)
	d.queue.send("hello")
	d.fail(batch, "scim")
	d.letters(0, "a batch of another table")
	out := d.letters(1, "1 replayed, 0 discarded, 3 failed", "--replay", "--discard")
	if strings.Count(out, "no message about a batch") != 2 {
		t.Error(out)
	}
	d.messages(3)
	d.counts("1")
}

// TestDeadLettersMany: more messages than one answer has, some of them visible again too early, and while another reader has
// one of them.
func TestDeadLettersMany(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	for range 23 {
		d.fail(d.create(1), "scim")
	}
	for _, lapses := range []int{0, 1, 2} {
		d.queue.with(func() { d.queue.lapses = lapses })
		d.soon(0, "23 messages in the queue")
		d.messages(23)
	}
	d.queue.with(func() { d.queue.messages[7].hidden = time.Now().Add(time.Hour) })
	if out := d.soon(0, "22 messages in the queue"); !strings.Contains(out, "1 message more in use by another process") {
		t.Error(out)
	}
	d.soon(0, "total: 22 replayed", "--replay")
	d.counts("22")
}

// TestDeadLettersLostAnswer: the messages of an answer that is lost on the way are hidden for a while, and
// belong to the queue nevertheless. Clients of HTTP lose answers by themselves now and then. Those of two answers come back one
// after the other, and a message that is new meanwhile ends the wait for none of them.
func TestDeadLettersLostAnswer(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	for range 12 {
		d.fail(d.create(1), "scim")
	}
	for _, lose := range []int{1, maxFaults} {
		d.queue.with(func() { d.queue.lose = lose })
		if out := d.soon(0, "12 messages in the queue"); !strings.Contains(out, "an answer of the queue was lost") {
			t.Error(out)
		}
	}
	d.queue.with(func() { d.queue.lose = maxFaults + 1 })
	d.soon(1, "4 answers of the queue")
	d.queue.with(func() {
		d.queue.lose, d.queue.later, d.queue.late = 2, 3*time.Second, `{"Records":[{"eventSource":"aws:s3"}]}`
		for _, m := range d.queue.messages { // of the command before, which gave up
			m.hidden = time.Time{}
		}
	})
	d.soon(1, "total: 12 replayed, 0 discarded, 1 failed", "--replay")
	d.counts("12")
}

// TestDeadLettersQueue: a URL that is not the one of the queue.
func TestDeadLettersQueue(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	web := httptest.NewServer(nil)
	defer web.Close()
	for url, want := range map[string]string{
		d.queue.URL + "-2":                                    "there is no queue",
		"scimstack-acme-stream-dead-letters":                  "is not the URL of a queue",
		strings.TrimSuffix(d.queue.URL, "/000000000000/dead"): "is not the URL of a queue",
		"http://127.0.0.1:1/000000000000/dead":                "cannot reach",
		web.URL + "/000000000000/dead":                        "not as a queue",
	} {
		status := 1
		if want == "is not the URL of a queue" {
			status = 2
		}
		d.run(status, want, "table", "dead-letters", "--queue", url)
	}
	d.run(2, "--queue is missing", "table", "dead-letters")
	d.queue.with(func() { d.queue.policy = `{"maxReceiveCount":3}` })
	d.fail(d.create(1), "scim")
	d.letters(1, "redrive policy", "--replay")
	d.queue.with(func() {
		if d.queue.calls["ReceiveMessage"] > 0 {
			t.Error("the queue was read")
		}
		d.queue.policy = ""
	})
	status, out := runBinary(t, nil, "table", "dead-letters", "--queue", d.queue.URL, "--endpoint", d.url, "--table", "absent")
	if status != 1 || !strings.Contains(out, "table absent") {
		t.Error(status, out)
	}
	for host, want := range map[string]string{"sqs.eu-west-1.amazonaws.com": "eu-west-1", "sqs.cn-north-1.amazonaws.com.cn": "cn-north-1", "127.0.0.1": "here", "sqs.example.com": "here"} {
		if got := queueRegion(host, "here"); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}
