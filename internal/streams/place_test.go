package streams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/streams"
)

// shop is a table whose stream several processes follow, which are killed and started again.
type shop struct {
	engine *dynamotest.Engine
	first  *streams.Follower // has the clients
	now    time.Time
	items  int
	done   map[string]bool // sequence numbers that were processed
	again  int             // records that were processed more than once
	fail   func() bool     // the next record is refused
	places map[string]string
}

func newShop(t *testing.T, items int) *shop {
	t.Helper()
	engine := dynamotest.New()
	return &shop{engine: engine, first: followerOf(t, engine, items), now: time.Unix(1e9, 0), items: items, done: map[string]bool{}, fail: func() bool { return false }}
}

// start is a process that starts.
func (s *shop) start(log *bytes.Buffer) *streams.Follower {
	f := &streams.Follower{Table: "scim", Pause: time.Millisecond, Handle: s.handle, Log: slog.New(slog.NewTextHandler(log, nil))}
	f.Tables = dynamodb.New(s.first.Tables.Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	f.Streams = dynamodbstreams.New(s.first.Streams.Options(), func(o *dynamodbstreams.Options) { o.Retryer = aws.NopRetryer{} })
	f.Places = &streams.Places{Client: f.Tables, Table: "scim", Now: func() time.Time { return s.now }}
	return f
}

func (s *shop) handle(_ context.Context, _ string, records []types.Record) (string, error) {
	for _, r := range records {
		n := aws.ToString(r.Dynamodb.SequenceNumber)
		if s.fail() {
			return n, errors.New("the record is refused")
		}
		if pk, _ := r.Dynamodb.Keys["PK"].(*types.AttributeValueMemberS); pk.Value == "T#~#S" {
			continue
		}
		if s.done[n] {
			s.again++
		}
		s.done[n] = true
	}
	return "", nil
}

// write changes the table.
func (s *shop) write(t *testing.T, n int) {
	t.Helper()
	for range n {
		item := map[string]table.AttributeValue{"PK": &table.AttributeValueMemberS{Value: "p"}, "SK": &table.AttributeValueMemberS{Value: fmt.Sprintf("%04d", s.items)}}
		if _, err := s.first.Tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: item}); err != nil {
			t.Fatal(err)
		}
		s.items++
	}
}

// check compares the places with what was processed: no record up to a place is missing, and no place has moved back.
func (s *shop) check(t *testing.T) {
	t.Helper()
	places := map[string]string{}
	out, err := s.first.Tables.Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String("scim"), KeyConditionExpression: aws.String("PK = :pk"),
		ExpressionAttributeValues: map[string]table.AttributeValue{":pk": &table.AttributeValueMemberS{Value: "T#~#S"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		_, shard, _ := strings.Cut(it["SK"].(*table.AttributeValueMemberS).Value, "#")
		if places[shard] = it["n"].(*table.AttributeValueMemberS).Value; places[shard] < s.places[shard] {
			t.Fatalf("the place of %s was %s, and is %s", shard, s.places[shard], places[shard])
		}
	}
	s.places = places
	for _, c := range s.engine.Changes("scim", "") {
		if pk, _ := c.Keys["PK"].(*table.AttributeValueMemberS); pk.Value != "T#~#S" && c.Sequence <= places[c.Shard] && !s.done[c.Sequence] {
			t.Fatalf("the place of %s is %s, and %s was not processed", c.Shard, places[c.Shard], c.Sequence)
		}
	}
}

// missed counts records that no process has processed.
func (s *shop) missed() (n int) {
	for _, c := range s.engine.Changes("scim", "") {
		if pk, _ := c.Keys["PK"].(*table.AttributeValueMemberS); pk.Value != "T#~#S" && !s.done[c.Sequence] {
			n++
		}
	}
	return n
}

// faults refuse or cut off one request of the processes in twelve.
func faults(seed uint64) func(string, int) dynamotest.Fault {
	var mu sync.Mutex // a request may go on when its client has given up
	random := rand.New(rand.NewPCG(seed, 2))
	kinds := []dynamotest.FaultKind{dynamotest.Refuse, dynamotest.DropAfter}
	return func(op string, _ int) dynamotest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if op == "PutItem" || op == "Query" || random.IntN(12) > 0 {
			return dynamotest.Fault{}
		}
		return dynamotest.Fault{Kind: kinds[random.IntN(len(kinds))]}
	}
}

// TestPlaces: three processes follow a stream, are killed and started again, and their records, reads and writes fail. At every
// moment, each record up to a place was processed; in the end all were.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 1))
		s := newShop(t, 5)
		s.engine.Inject(faults(seed))
		s.fail = func() bool { return random.IntN(60) == 0 }
		var log bytes.Buffer
		processes := []*streams.Follower{s.start(&log), s.start(&log), s.start(&log)}
		for range 30 {
			switch i := random.IntN(len(processes)); random.IntN(6) {
			case 0: // killed
				processes[i] = s.start(&log)
			case 1:
				s.engine.SplitShard("scim")
			case 2, 3:
				s.write(t, random.IntN(30))
			default:
				_ = processes[i].Drain(t.Context())
			}
			s.now = s.now.Add(time.Duration(random.IntN(800)) * time.Millisecond)
			s.check(t)
		}
		s.engine.Inject(nil)
		s.fail = func() bool { return false }
		err := s.start(&log).Drain(t.Context())
		for try := 0; err != nil && try < 5; try++ { // a connection may still be closed
			err = s.start(&log).Drain(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := s.missed(); n > 0 {
			t.Errorf("seed %d: %d records were not processed", seed, n)
		}
		if strings.Contains(log.String(), "restart-feed") {
			t.Errorf("seed %d: nothing is lost, and the log says\n%s", seed, &log)
		}
	}
}

// once runs a process until it has processed a batch.
func (s *shop) once(t *testing.T, f *streams.Follower) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.Handle = func(ctx context.Context, shard string, records []types.Record) (string, error) {
		defer cancel()
		return s.handle(ctx, shard, records)
	}
	if err := f.Run(ctx); err != nil {
		t.Error(err)
	}
	s.check(t)
}

// TestResume: a process that starts again goes on where the last one was, also one that was killed; and a stream in which nothing
// happens gets no writes.
func TestResume(t *testing.T) {
	t.Parallel()
	s := newShop(t, 250)
	var log bytes.Buffer
	drain := func(f *streams.Follower) {
		t.Helper()
		if err := f.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.check(t)
	}
	slow := s.start(&log)
	s.fail = func() bool { return true }
	if err := slow.Drain(t.Context()); err == nil {
		t.Fatal("a batch that is refused is processed")
	}
	s.fail = func() bool { return false }
	f := s.start(&log)
	drain(f)
	s.now = s.now.Add(2 * time.Second)
	drain(f)
	s.once(t, slow) // is late, and does not take the place back
	s.again = 0
	drain(s.start(&log))
	if s.again != 0 || s.missed() != 0 {
		t.Errorf("%d records were repeated, %d missed", s.again, s.missed())
	}
	before := s.engine.Meter().Requests["UpdateItem"]
	for range 10 {
		s.now = s.now.Add(2 * time.Second)
		drain(f)
	}
	if n := s.engine.Meter().Requests["UpdateItem"]; n != before {
		t.Errorf("%d writes of places without a record", n-before)
	}
	s.engine.SplitShard("scim")
	s.write(t, 10)
	drain(s.start(&log))
	drain(s.start(&log))
	if s.again > 10 || s.missed() != 0 {
		t.Errorf("%d records were repeated, %d missed", s.again, s.missed())
	}
	s.write(t, 10)
	s.once(t, s.start(&log)) // ends, and leaves its place
	s.again = 0
	drain(s.start(&log))
	if s.again != 0 || s.missed() != 0 || log.Len() > 0 {
		t.Errorf("%d records were repeated, %d missed; the log says %q", s.again, s.missed(), &log)
	}
}

// TestLostMeanwhile: a process that starts after its place, or the shard of it, has left the stream says so once, and reads what is there.
func TestLostMeanwhile(t *testing.T) {
	t.Parallel()
	s := newShop(t, 20)
	var log bytes.Buffer
	list, err := s.first.Streams.ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{TableName: aws.String("scim")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.first.Tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: map[string]table.AttributeValue{
		"PK": &table.AttributeValueMemberS{Value: "T#~#S"}, "SK": &table.AttributeValueMemberS{Value: *list.Streams[0].StreamArn + "#gone"},
		"n": &table.AttributeValueMemberS{Value: "5"}, "q": &table.AttributeValueMemberS{Value: fmt.Sprintf("%040d", 5)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.start(&log).Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.engine.KeepRecords(10)
	s.write(t, 60)
	for range 2 {
		if err := s.start(&log).Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "restart-feed"); n != 2 || s.missed() != 0 {
		t.Errorf("%d warnings, %d of the records that are there missed:\n%s", n, s.missed(), &log)
	}
}

// TestBegin: a failure of the very first requests ends nothing, but for a table that is not there.
func TestBegin(t *testing.T) {
	t.Parallel()
	s := newShop(t, 20)
	failing := map[string]int{"DescribeTable": 2, "DescribeStream": 2, "Query": 1, "GetShardIterator": 2}
	s.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if failing[op]--; failing[op] >= 0 {
			return dynamotest.Fault{Kind: dynamotest.Refuse}
		}
		return dynamotest.Fault{}
	})
	var log bytes.Buffer
	f := s.start(&log)
	s.once(t, f)
	if s.missed() != 0 {
		t.Errorf("%d records missed", s.missed())
	}
}
