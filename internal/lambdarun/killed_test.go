package lambdarun_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/mirror"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestKilled: identity providers send their traffic to the real functions over a network that loses and repeats it, the real stream
// function gets a third of its batches twice, and the application that reads the feed is killed again and again.
// Afterwards its table equals the directory. Package feed plays the same on the stores.
func TestKilled(t *testing.T) {
	t.Parallel()
	functions(t)
	ts := newTables(t)
	s := ts.service(t)
	f := ts.follower(s, "table-1")
	handle, random := f.Handle, rand.New(rand.NewPCG(3, 4))
	var mu sync.Mutex
	twice := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(3) == 0
	}
	f.Handle = func(ctx context.Context, shard string, records []types.Record) (string, error) {
		failed, err := handle(ctx, shard, records)
		if err == nil && twice() {
			return handle(ctx, shard, records) // as if the answer was lost
		}
		return failed, err
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := async.Go(func() error { return f.Run(ctx) })
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	client := ts.server.Client()
	mirror.Play(t, mirror.Service{
		Store: dynamo.New(client, dynamo.Options{Table: "table-1"}), Positions: feed.NewMemoryPositions(nil), IdPs: []string{"okta"},
		Target: func(idp string) (demo.Target, error) {
			base, token := s.Tenant(t, "demo-"+idp, func(st *tenant.Settings) { st.IdP = idp })
			return demo.Target{Base: base, Token: token}, nil
		},
	})
}
