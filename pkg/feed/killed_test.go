package feed_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/mirror"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// TestKilled: while identity providers send their traffic over a network that loses and repeats it, the
// consumer is killed again and again. Afterwards the application's table equals the directory, and the sessions
// of every user who is inactive have ended. Package lambdarun plays the same through the real functions.
func TestKilled(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) mirror.Service{
		"memory": func(*testing.T) mirror.Service {
			return mirror.Service{Store: memory.New(), Positions: feed.NewMemoryPositions(nil)}
		},
		"sqlite": func(t *testing.T) mirror.Service {
			d := sqltest.SQLite(t)
			return mirror.Service{Store: d.Store(), Positions: sqlfeed.New(d, nil)}
		},
		"dynamodb": onTable,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			l, err := demo.NewLocal(t.Context(), func(c *scimstack.Config) { c.Store = s.Store })
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(l.Close)
			s.Target = l.Target
			mirror.Play(t, s)
		})
	}
}

// stream is the stream of a table, which the code of the stream function processes in this process.
type stream struct {
	engine *dynamotest.Engine
	after  string // what was processed
}

const table = "scim"

// pass processes what there is, two batches at a time, of which a third are delivered again. It reports whether there
// was nothing.
func (s *stream) pass(ctx context.Context, process func(context.Context, []dynamo.StreamRecord) (string, error), seed uint64) (idle bool, err error) {
	changes := s.engine.Changes(table, s.after)
	records := make([]dynamo.StreamRecord, len(changes))
	last := s.after
	for i, c := range changes {
		records[i] = dynamo.StreamRecord(c)
		last = max(last, c.Sequence)
	}
	err = streams.Deal{Factor: 2, Batch: 25, Repeat: 0.3, Seed: seed}.Run(ctx, records, process)
	if err == nil {
		s.after = last
	}
	return len(changes) == 0, err
}

// onTable is a store on a new table, whose stream is processed until the test ends.
func onTable(t *testing.T) mirror.Service {
	t.Helper()
	engine, client := dynamotest.NewDirect()
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	options := dynamo.Options{Table: table}
	s, consumer := &stream{engine: engine}, dynamo.NewConsumer(client, options)
	ctx, stop := context.WithCancel(t.Context())
	ended := async.Go(func() error {
		random := rand.New(rand.NewPCG(5, 6))
		for ctx.Err() == nil {
			idle, err := s.pass(ctx, consumer.Process, random.Uint64())
			if err != nil && ctx.Err() == nil {
				return err
			}
			if idle {
				_ = async.Sleep(ctx, time.Millisecond) // ends with the context
			}
		}
		return nil
	})
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return mirror.Service{Store: dynamo.New(client, options), Positions: feed.NewMemoryPositions(nil), IdPs: []string{"okta"}}
}
