package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// whole is a deletion of everything that is kept in the table, without a wait.
func whole() dynamo.Deletion {
	return dynamo.Deletion{Others: []dynamo.Kept{dynamolog.Kept(), dynamoplans.Kept()}, Wait: -1}
}

// keysOf returns the keys of all items of a tenant, by a scan of the table.
func keysOf(t *testing.T, api *dynamodb.Client, tenantName string) (keys []string) {
	t.Helper()
	in := &dynamodb.ScanInput{TableName: aws.String(table), ConsistentRead: aws.Bool(true)}
	for {
		out, err := api.Scan(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range out.Items {
			pk, sk := it["PK"].(*types.AttributeValueMemberS).Value, it["SK"].(*types.AttributeValueMemberS).Value
			if strings.HasPrefix(pk, "T#"+tenantName+"#") {
				keys = append(keys, pk+" / "+sk)
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return keys
		}
	}
}

// put writes an item that an interrupted or an older writer may have left.
func put(t *testing.T, api *dynamodb.Client, pk, sk string, more map[string]string) {
	t.Helper()
	it := record("", pk, sk, "").Keys
	for name, v := range more {
		it[name] = &types.AttributeValueMemberS{Value: v}
	}
	if _, err := api.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: it}); err != nil {
		t.Fatal(err)
	}
}

// stream processes all changes of the table.
func stream(t *testing.T, e *dynamotest.Engine, api *dynamodb.Client, after string) string {
	t.Helper()
	c := dynamo.NewConsumer(api, dynamo.Options{Table: table})
	var list []dynamo.StreamRecord
	for _, ch := range e.Changes(table, after) {
		list = append(list, dynamo.StreamRecord{EventID: ch.EventID, Sequence: ch.Sequence, Kind: ch.Kind, Keys: ch.Keys, Old: ch.Old, New: ch.New, ByTTL: ch.ByTTL})
		after = ch.Sequence
	}
	for part := range slices.Chunk(list, 100) {
		if _, err := c.Process(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	return after
}

// inhabit gives a tenant items of every kind: by the service, by its log, and by writers that were
// interrupted. It returns where the stream has been processed to.
func inhabit(t *testing.T, e *dynamotest.Engine, api *dynamodb.Client) string {
	t.Helper()
	s, ts := dynamo.New(api, dynamo.Options{Table: table}), dynamo.NewTenants(api, table, nil)
	acme := id(t, "acme")
	custom := &schema.ResourceType{Name: "Device", Endpoint: "/Devices", Schema: &schema.Schema{ID: "urn:example:Device", Name: "Device",
		Attributes: []*schema.Attribute{{Name: "model", Type: schema.String}}}}
	for _, n := range []string{"acme", "other"} {
		createTenants(t, ts, tenant.Settings{ID: id(t, n), Types: []*schema.ResourceType{schema.UserType(), schema.GroupType(), custom}})
		_, token := tenant.NewToken(id(t, n), scim.All)
		if err := ts.AddToken(t.Context(), id(t, n), token); err != nil {
			t.Fatal(err)
		}
	}
	c := begin(t, s)
	users := seed(t, s, 30)
	inner := c.create("/Groups", `{"displayName":"inner","members":[`+references(users)+`]}`)
	c.create("/Groups", `{"displayName":"outer","members":[{"value":"`+inner+`","type":"Group"}]}`) // leaves a mark
	c.do("GET", "/Users?startIndex=1&count=10", "")                                                 // leaves a bookmark
	c.do("DELETE", "/Users/"+users[1], "")
	for _, typ := range []string{"Device", "Retired"} {
		_, err := s.Commit(t.Context(), acme, scim.Change{Type: typ, ID: typ + "1", If: scim.IfAbsent, Now: time.Now(),
			Put: &scim.Resource{Document: []byte(`{}`)}, Keys: []scim.IndexKey{{Attr: "model", Value: "m"}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	// The settings no longer name Device; those of an older version never named what they had.
	if err := ts.Put(t.Context(), tenant.Settings{ID: acme}); err != nil {
		t.Fatal(err)
	}
	log := dynamolog.New(api, dynamolog.Options{Table: table})
	for i, r := range []activity.Record{
		{Resource: inner, Added: users[:5]}, {Resource: users[2]}, {Resource: "gone", Holder: users[3], Also: []string{"long-gone"}},
	} {
		r.Tenant, r.Time, r.Entry = acme, time.Now().Add(time.Duration(i)*time.Second), fmt.Sprint(i)
		if err := log.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := dynamoplans.New(api, table).Put(t.Context(), acme, "plan", []byte("sealed"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	err := ts.PutClient(t.Context(), acme, tenant.Client{ID: "c", Method: tenant.ClientSecret, Secrets: make([]tenant.Secret, 1)})
	if _, err2 := ts.Once(t.Context(), acme, "jti", time.Now().Add(time.Hour)); err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	put(t, api, "T#acme#A#"+users[4], "lost", nil) // a timeline without its record
	put(t, api, "T#acme#A#"+users[1], "lost", nil) // of a removed user
	put(t, api, "T#acme#S", "unfinished", map[string]string{"type": "Group"})
	put(t, api, "T#acme#M#unfinished#0", "u", nil)
	put(t, api, "T#acme#M#nowhere#7", "u", map[string]string{"GSI1PK": "T#acme#R#13", "GSI1SK": "u#nowhere"})
	put(t, api, "T#acme#M#"+inner+"#3", "u", nil)
	put(t, api, "T#acme#X#User.emails.value", "claimed@example.com", map[string]string{"id": "never"})
	return stream(t, e, api, "")
}

// TestTenantDeletedWhole: after a deletion the table has no item of the tenant, of any kind, also when
// the stream is processed late (Z-11).
func TestTenantDeletedWhole(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	at := inhabit(t, e, api)
	acme := id(t, "acme")
	kinds := map[string]bool{}
	for _, k := range keysOf(t, api, "acme") {
		kinds[strings.SplitN(k, "#", 4)[2]] = true
	}
	if len(kinds) < 12 { // the kinds of keys.go but R, with A and PLAN
		t.Fatalf("too few kinds of items for this test: %v", kinds)
	}
	ts := dynamo.NewTenants(api, table, nil)
	found, deleting, err := ts.Inventory(t.Context(), acme, whole().Others)
	if err != nil || deleting || found["User"] != 29 || found["Group"] != 2 || found["Device"] != 1 || found["Retired"] != 1 || found["memberships"] != 31 ||
		found["tokens and clients"] != 2 || found["used assertions"] != 1 || found["log records"] != 3 || found["plans"] != 1 {
		t.Errorf("inventory: %v %v %v", found, deleting, err)
	}
	removed, err := ts.Delete(t.Context(), acme, whole())
	if err != nil || removed["User"] != 29 || removed["tombstones"] != 1 || removed["settings"] != 1 {
		t.Errorf("%v %v", removed, err)
	}
	stream(t, e, api, at)
	if left := keysOf(t, api, "acme"); len(left) > 0 {
		t.Errorf("%d items are left:\n%s", len(left), strings.Join(left, "\n"))
	}
	if other := keysOf(t, api, "other"); len(other) != 2 {
		t.Errorf("the other tenant has %v", other)
	}
}

// TestTenantDeletedUnderTraffic: what processes write that still have the tenant in their cache is
// deleted too. Meanwhile the tenant is unknown, and its name is not free.
func TestTenantDeletedUnderTraffic(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	inhabit(t, e, api)
	now := time.Now()
	acme, ts := id(t, "acme"), dynamo.NewTenants(api, table, func() time.Time { return now }) // the wait is whole
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wrote := make(chan struct{}, 1000)
	var writers sync.WaitGroup
	for w := range 3 {
		s, log := dynamo.New(api, dynamo.Options{Table: table}), dynamolog.New(api, dynamolog.Options{Table: table})
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				at := time.Now()
				uid := fmt.Sprintf("late-%d-%d", w, i)
				_, _ = s.Commit(t.Context(), acme, newUser(1000+1000*w+i, uid, `{}`))
				_, _ = s.Commit(t.Context(), acme, scim.Change{Type: "Group", ID: "g" + uid, If: scim.IfAbsent, Now: at,
					Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: []scim.Member{{ID: userID(1000 + 1000*w + i), Type: "User"}}})
				_, _ = s.Commit(t.Context(), acme, scim.Change{Type: "Retired", ID: uid, If: scim.IfAbsent, Now: at, Put: &scim.Resource{Document: []byte(`{}`)}})
				_, _ = s.List(t.Context(), acme, "User", scim.Page{Limit: 1})
				_ = log.Append(t.Context(), activity.Record{Tenant: acme, Time: at, Resource: uid})
				select {
				case wrote <- struct{}{}:
				default:
				}
			}
		})
	}
	var once sync.Once
	o := whole()
	o.Wait = 50 * time.Millisecond
	o.Progress = func(dynamo.Tally, time.Duration) {
		once.Do(func() {
			if _, err := ts.Resolve(t.Context(), acme); !errors.Is(err, tenant.ErrUnknown) {
				t.Errorf("resolve: %v", err)
			}
			if err := ts.Put(t.Context(), tenant.Settings{ID: acme}); !errors.Is(err, tenant.ErrUnknown) {
				t.Errorf("put: %v", err)
			}
			if err := ts.AddToken(t.Context(), acme, tenant.Token{KeyID: "k"}); !errors.Is(err, tenant.ErrUnknown) {
				t.Errorf("add a token: %v", err)
			}
			if err := ts.Create(t.Context(), tenant.Settings{ID: acme}); !errors.Is(err, tenant.ErrExists) {
				t.Errorf("create: %v", err)
			}
			for range 20 {
				<-wrote
			}
		})
	}
	check := o.Progress
	o.Progress = func(removed dynamo.Tally, waiting time.Duration) {
		check(removed, waiting)
		if waiting > 0 && ctx.Err() == nil { // a pass has met the writers; they end in the wait, as caches do
			stop()
			writers.Wait()
			if len(keysOf(t, api, "acme")) < 2 {
				t.Error("the writers have left nothing; the test shows nothing")
			}
			if _, deleting, err := ts.Inventory(t.Context(), acme, nil); err != nil || !deleting {
				t.Errorf("inventory: %v %v", deleting, err)
			}
		}
	}
	if _, err := ts.Delete(t.Context(), acme, o); err != nil {
		t.Fatal(err)
	}
	if left := keysOf(t, api, "acme"); len(left) > 0 {
		t.Errorf("%d items are left:\n%s", len(left), strings.Join(left, "\n"))
	}
}

// TestRetiredTypesDeleted: resources of a type that the settings no longer name are deleted too, also
// if the stream has never counted them.
func TestRetiredTypesDeleted(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	acme, ts := id(t, "acme"), dynamo.NewTenants(api, table, nil)
	custom := &schema.ResourceType{Name: "Device", Endpoint: "/Devices", Schema: &schema.Schema{ID: "urn:example:Device", Name: "Device",
		Attributes: []*schema.Attribute{{Name: "model", Type: schema.String}}}}
	createTenants(t, ts, tenant.Settings{ID: acme})
	for _, types := range [][]*schema.ResourceType{{schema.UserType(), schema.GroupType(), custom}, nil, nil} {
		if err := ts.Put(t.Context(), tenant.Settings{ID: acme, Types: types}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := dynamo.New(api, dynamo.Options{Table: table}).Commit(t.Context(), acme, scim.Change{Type: "Device", ID: "d", If: scim.IfAbsent, Now: time.Now(),
		Put: &scim.Resource{Document: []byte(`{}`)}, Keys: []scim.IndexKey{{Attr: "model", Value: "m"}}})
	if err != nil {
		t.Fatal(err)
	}
	if removed, err := ts.Delete(t.Context(), acme, whole()); err != nil || removed["Device"] != 1 || len(keysOf(t, api, "acme")) > 0 {
		t.Error(removed, err, keysOf(t, api, "acme"))
	}
}

// TestTenantDeletionInterrupted: a deletion that is interrupted anywhere is completed by the next one.
func TestTenantDeletionInterrupted(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	at := inhabit(t, e, api)
	acme, ts := id(t, "acme"), dynamo.NewTenants(api, table, nil)
	for n := 1; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		o, reports := whole(), 0
		o.Progress = func(dynamo.Tally, time.Duration) {
			if reports++; reports == 4 {
				cancel()
			}
		}
		_, err := ts.Delete(ctx, acme, o)
		cancel()
		if err == nil {
			if n < 4 {
				t.Errorf("only %d interruptions", n)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || n > 100 {
			t.Fatal(n, err)
		}
	}
	stream(t, e, api, at)
	if left := keysOf(t, api, "acme"); len(left) > 0 {
		t.Errorf("%d items are left:\n%s", len(left), strings.Join(left, "\n"))
	}
}

// TestTenantStillWritten: a deletion does not end while a process goes on writing.
func TestTenantStillWritten(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	acme, ts := id(t, "acme"), dynamo.NewTenants(api, table, nil)
	createTenants(t, ts, tenant.Settings{ID: acme})
	n := 0
	write := func() {
		n++
		put(t, api, "T#acme#P", fmt.Sprintf("User#%010d", n), nil)
	}
	write()
	o := whole()
	o.Progress = func(dynamo.Tally, time.Duration) { write() }
	if _, err := ts.Delete(t.Context(), acme, o); !errors.Is(err, dynamo.ErrStillWritten) {
		t.Fatal(err)
	}
	if removed, err := ts.Delete(t.Context(), acme, whole()); err != nil || removed["bookmarks"] != 1 || len(keysOf(t, api, "acme")) > 0 {
		t.Error(removed, err)
	}
}
