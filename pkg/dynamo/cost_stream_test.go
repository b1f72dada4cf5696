package dynamo_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// streamed is what the stream function does after some changes.
var streamed = []struct {
	name string
	run  func(*streamCosts)
}{
	{"a user who is created", func(c *streamCosts) { c.put(userID(5000), 0) }},
	{"a user who is changed", func(c *streamCosts) { c.put(userID(0), 1) }},
	{"100 users who are changed, in one batch", func(c *streamCosts) {
		for i := range 100 {
			c.put(userID(i+1), 1)
		}
	}},
	{"a member who joins a group", func(c *streamCosts) {
		c.commit(scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, AddMembers: userMembers(200, 201)})
	}},
	{"a member who leaves a group", func(c *streamCosts) {
		c.commit(scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, RemoveMembers: []string{userID(200)}})
	}},
	{"1,000 members who join a group at once", func(c *streamCosts) {
		c.commit(scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, AddMembers: userMembers(200, 1200)})
	}},
	{"a user in 3 groups who is removed", func(c *streamCosts) {
		c.commit(scim.Change{Type: "User", ID: userID(150), If: scim.IfAny, Remove: true})
	}},
}

// streamCosts is a table whose stream is processed by a consumer that is measured.
type streamCosts struct {
	t        *testing.T
	engine   *dynamotest.Engine
	store    *dynamo.Store
	consumer *dynamo.Consumer
	after    string
}

func newStreamCosts(t *testing.T, keep scim.Retention) *streamCosts {
	t.Helper()
	engine := dynamotest.New()
	client := dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: "http://dynamodb.test", HTTPClient: bubble{engine},
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})})
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	o := dynamo.Options{Table: table, Feed: keep}
	c := &streamCosts{t: t, engine: engine, store: dynamo.New(client, o), consumer: dynamo.NewConsumer(client, o)}
	people(t, 0, 1200, c.store)
	for n := 1; n <= 3; n++ {
		group(t, c.store, n, userMembers(150, 151))
	}
	c.process()
	return c
}

func (c *streamCosts) commit(ch scim.Change) {
	c.t.Helper()
	ch.Now = time.UnixMilli(1767323047000).UTC()
	ch.Actor = scim.Actor{Token: "0123456789abcdef", IdP: "entra", RequestID: "01900000-0000-7000-8000-000000000000"}
	if _, err := c.store.Commit(c.t.Context(), id(c.t, "acme"), ch); err != nil {
		c.t.Fatal(err)
	}
}

func (c *streamCosts) put(user string, version int64) {
	c.t.Helper()
	c.commit(scim.Change{Type: "User", ID: user, If: version, Put: &scim.Resource{Created: time.UnixMilli(1767323045000).UTC(), Document: []byte(body("changed", ""))}})
}

// process processes what the filter of the stream function selects, and returns what it cost.
func (c *streamCosts) process() figures {
	c.t.Helper()
	var records []dynamo.StreamRecord
	for _, ch := range c.engine.Changes(table, c.after) {
		if c.after = ch.Sequence; ch.New["v"] != nil || ch.Old["v"] != nil {
			records = append(records, dynamo.StreamRecord(ch))
		}
	}
	c.engine.Reset()
	begin := time.Now()
	if _, err := c.consumer.Process(c.t.Context(), records); err != nil {
		c.t.Fatal(err)
	}
	took := time.Since(begin)
	m := c.engine.Meter()
	return figures{float64(took / latency), m.ReadUnits, m.WriteUnits}
}

// TestCostOfStream measures what the stream function reads and writes, and how much of that is the feed.
func TestCostOfStream(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		with, without := newStreamCosts(t, scim.Retention{}), newStreamCosts(t, scim.Retention{Age: -1})
		for _, s := range streamed {
			s.run(with)
			s.run(without)
			all, rest := with.process(), without.process()
			fmt.Fprintf(&out, "%s\t%s\t%s\n", s.name, all, figures{all.trips - rest.trips, all.reads - rest.reads, all.writes - rest.writes})
		}
	})
	golden(t, "testdata/cost-stream.golden", out.String(), "if it is cheaper, renew with -update; it must not be more expensive")
}
