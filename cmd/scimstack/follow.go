package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/streams"
)

// follow hands batches of the table's stream to handle until the context ends or stop is called;
// stop returns after the last batch. With places, the next start goes on where this one was. A stream that cannot be read is logged, and the service works
// without it: counters and sweeps then wait for the next run.
func (t *table) follow(ctx context.Context, handle streams.Handle, places *streams.Places, log *slog.Logger) (stop func()) {
	f := &streams.Follower{Tables: t.client, Streams: t.streams(), Table: t.flags.name, Handle: handle, Places: places, Log: log}
	ctx, cancel := context.WithCancel(ctx)
	ended := async.Go(func() error {
		err := <-async.Go(func() error { return f.Run(ctx) }) // a panic is logged when it happens, as an error is
		if err != nil {
			log.ErrorContext(ctx, "the table's stream cannot be read; counters are not updated until the next start", "error", fmt.Sprint(err))
		}
		return nil
	})
	return func() {
		cancel()
		<-ended
	}
}

// places keeps the place in the stream of a table that outlives this process.
func (t *table) places() *streams.Places {
	if !t.lasting {
		return nil
	}
	return &streams.Places{Client: t.client, Table: t.flags.name}
}

// streams returns a client for the table's stream, configured as the table's own.
func (t *table) streams() *dynamodbstreams.Client {
	o := t.client.Options()
	return dynamodbstreams.New(dynamodbstreams.Options{
		Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient,
	})
}
