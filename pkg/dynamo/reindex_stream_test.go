package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// settingsRecord is the stream record of the settings item as it is now.
func (ix *indexed) settingsRecord(sequence int) dynamo.StreamRecord {
	ix.Helper()
	r := record("MODIFY", "T#acme#CFG", "#", fmt.Sprint(sequence))
	out, err := ix.api.GetItem(ix.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: r.Keys, ConsistentRead: aws.Bool(true)})
	if err != nil {
		ix.Fatal(err)
	}
	r.New = out.Item
	return r
}

// TestIndexByStream: the consumer of the stream builds what new settings ask for, once, and leaves a
// build alone that another process has.
func TestIndexByStream(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Types: devices(t, "")})
	old := ix.create("/Devices", device("1", "m1"))
	c := dynamo.NewConsumer(ix.api, dynamo.Options{Table: table, Settle: time.Millisecond})
	process := func(records ...dynamo.StreamRecord) {
		t.Helper()
		if failed, err := c.Process(t.Context(), records); err != nil || failed != "" {
			t.Fatal(failed, err)
		}
		ix.refresh()
	}
	created := ix.settingsRecord(1)
	process(created)
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
	asked := ix.settingsRecord(2)
	process(created) // late
	if ix.complete() {
		t.Error("a record from before asked for a build")
	}
	process(asked, asked)
	if n := ix.found("/Devices", `model eq "m1"`); n != 1 || !ix.complete() {
		t.Errorf("after the build: %v, complete %v", n, ix.complete())
	}
	_, m := ix.do("GET", "/Devices/"+old, "")
	meta, _ := m["meta"].(map[string]any)
	if meta["version"] != `W/"2"` || meta["created"] != meta["lastModified"] {
		t.Errorf("the build has written %v, want one new version that is not modified", meta)
	}
	process(ix.settingsRecord(3), asked)
	if _, again := ix.do("GET", "/Devices/"+old, ""); fmt.Sprint(again) != fmt.Sprint(m) {
		t.Error("the device was written again")
	}
}

// TestIndexByStreamHeld: while another process builds, the consumer does not, and after a process that
// has ended it goes on.
func TestIndexByStreamHeld(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Types: devices(t, "")})
	ix.create("/Devices", device("1", "m1"))
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
	late := dynamo.NewTenantsWith(ix.api, dynamo.Options{Table: table, Settle: time.Hour})
	out, err := late.Reindex(t.Context(), ix.id, dynamo.ReindexOptions{Budget: 50 * time.Millisecond})
	if err != nil || out.Done || out.Waiting < 50*time.Minute {
		t.Fatalf("a build before all requests use the new settings: %+v %v", out, err)
	}
	now := time.Now()
	c := dynamo.NewConsumer(ix.api, dynamo.Options{Table: table, Settle: time.Millisecond, Now: func() time.Time { return now }})
	if _, err := c.Process(t.Context(), []dynamo.StreamRecord{ix.settingsRecord(4)}); err != nil {
		t.Fatal(err)
	}
	if !ix.complete() {
		t.Error("the consumer does not continue")
	}
}

// TestIndexByStreamBeside: settings of many tenants ask for builds that have to wait. The feed of changes waits a second
// for all of them together, and each is continued later.
func TestIndexByStreamBeside(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{})
	for n := range 8 {
		s := tenant.Settings{ID: id(t, fmt.Sprint("tenant-", n))}
		createTenants(t, ix.tenants, s)
		s.UniqueExternalID = true
		if err := ix.tenants.Put(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	ix.create("/Users", `{"userName": "ann"}`)
	all := ix.engine.Changes(table, "")
	records := make([]dynamo.StreamRecord, len(all))
	for i, c := range all {
		records[i] = dynamo.StreamRecord(c)
	}
	o := dynamo.Options{Table: table, Settle: time.Hour}
	begun := time.Now()
	if failed, err := dynamo.NewConsumer(ix.api, o).Process(t.Context(), records); err != nil || failed != "" {
		t.Fatal(failed, err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the records that follow waited for %s", took)
	}
	if list, err := dynamo.New(ix.api, o).Entries(t.Context(), ix.id, 0, 10); err != nil || len(list) != 1 {
		t.Errorf("the feed: %v, %v", list, err)
	}
	settings := map[string]bool{}
	for _, c := range ix.engine.Changes(table, all[len(all)-1].Sequence) {
		if c := dynamo.StreamRecord(c); c.New["ix"] != nil {
			settings[fmt.Sprint(c.Keys["PK"])] = true
		}
	}
	if len(settings) != 8 {
		t.Errorf("%d of 8 builds will be continued", len(settings))
	}
}
