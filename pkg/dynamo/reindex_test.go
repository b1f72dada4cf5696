package dynamo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// indexed is the service over a table, with a tenant whose settings change.
type indexed struct {
	*client
	engine  *dynamotest.Engine
	api     *dynamodb.Client
	server  *apptest.Server
	tenants *dynamo.Tenants
	id      scim.TenantID
}

// beginIndexed starts the service for a tenant with these settings.
func beginIndexed(t *testing.T, s tenant.Settings) *indexed {
	t.Helper()
	engine, api := serve(t)
	ix := &indexed{engine: engine, api: api, tenants: dynamo.NewTenantsWith(api, dynamo.Options{Table: table, Settle: time.Millisecond}), id: id(t, "acme")}
	s.ID, s.Limits.Rate = ix.id, scim.NoLimit
	createTenants(t, ix.tenants, s)
	text, token := tenant.NewToken(ix.id, scim.All)
	if err := ix.tenants.AddToken(t.Context(), ix.id, token); err != nil {
		t.Fatal(err)
	}
	ix.server = apptest.StartWith(t, dynamo.New(api, dynamo.Options{Table: table}), func(c *scimstack.Config) { c.Tenants = ix.tenants })
	ix.client = &client{t, ix.server.Base + "/acme", text, http.DefaultClient}
	return ix
}

// put changes the settings, and waits until the service uses them.
func (ix *indexed) put(change func(*tenant.Settings)) {
	ix.Helper()
	r, err := ix.tenants.Resolve(ix.Context(), ix.id)
	if err != nil {
		ix.Fatal(err)
	}
	s := r.Settings
	change(&s)
	if err := ix.tenants.Put(ix.Context(), s); err != nil {
		ix.Fatal(err)
	}
	ix.refresh()
}

func (ix *indexed) refresh() { ix.server.Clock.Add(2 * time.Minute) }

// reindex builds the indexes to the end.
func (ix *indexed) reindex() dynamo.Reindexed {
	ix.Helper()
	out, err := ix.tenants.Reindex(ix.Context(), ix.id, dynamo.ReindexOptions{})
	if err != nil || !out.Done {
		ix.Fatalf("reindex: %+v %v", out, err)
	}
	ix.refresh()
	return out
}

// found is the number of resources that a filter finds.
func (ix *indexed) found(path, filter string) float64 {
	ix.Helper()
	status, m := ix.do("GET", path+"?filter="+url.QueryEscape(filter), "")
	if status != http.StatusOK {
		ix.Fatalf("%s %s: %d %v", path, filter, status, m)
	}
	n, _ := m["totalResults"].(float64)
	return n
}

// complete reports whether every index that the settings ask for is.
func (ix *indexed) complete() bool {
	ix.Helper()
	r, err := ix.tenants.Resolve(ix.Context(), ix.id)
	if err != nil {
		ix.Fatal(err)
	}
	return r.Settings.Indexes == nil
}

// devices are the types of a tenant with a type of its own, whose attribute model is as given.
func devices(t testing.TB, model string) []*schema.ResourceType {
	t.Helper()
	files := fstest.MapFS{"types.json": &fstest.MapFile{Data: []byte(`[
	 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:Device","name":"Device","description":"A device",
	  "attributes":[{"name":"serial","required":true,"uniqueness":"server"},{"name":"model"` + model + `}]},
	 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Device","endpoint":"/Devices","description":"Devices","schema":"urn:example:Device"}]`)}}
	list, err := schema.LoadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

const uniqueModel = `,"uniqueness":"server"`

func device(serial, model string) string {
	return fmt.Sprintf(`{"schemas":["urn:example:Device"],"serial":%q,"model":%q}`, serial, model)
}

// TestIndexAskedForLater: an attribute that becomes unique later is found by a scan until its index is
// built, and refuses a second holder of an old value from then on (A11).
func TestIndexAskedForLater(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Types: devices(t, "")})
	old := ix.create("/Devices", device("1", "m1"))
	if n := ix.found("/Devices", `model eq "m1"`); n != 1 {
		t.Fatalf("before: %v", n)
	}
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
	if n := ix.found("/Devices", `model eq "m1"`); n != 1 || ix.complete() {
		t.Errorf("while the index is building: %v, complete %v", n, ix.complete())
	}
	fresh := ix.create("/Devices", device("2", "m2"))
	if status, _ := ix.do("POST", "/Devices", device("3", "M2")); status != http.StatusConflict {
		t.Errorf("two new devices of one model while the index is building: %d", status)
	}
	if out := ix.reindex(); out.Written != 1 || len(out.Duplicates) != 0 || !ix.complete() {
		t.Errorf("%+v, complete %v", out, ix.complete())
	}
	if n := ix.found("/Devices", `model eq "m1"`); n != 1 {
		t.Errorf("after: %v", n)
	}
	if status, _ := ix.do("POST", "/Devices", device("4", "m1")); status != http.StatusConflict {
		t.Errorf("a second device of an old model: %d", status)
	}
	// The keys that the build has written are released like any other.
	if status, m := ix.do("PUT", "/Devices/"+old, device("1", "m3")); status != http.StatusOK {
		t.Fatal(status, m)
	}
	ix.create("/Devices", device("5", "m1"))
	if status, _ := ix.do("DELETE", "/Devices/"+fresh, ""); status != http.StatusNoContent {
		t.Fatal(status)
	}
	ix.create("/Devices", device("6", "m2"))
	if out := ix.reindex(); out.Read != 0 {
		t.Errorf("a complete index is read again: %+v", out)
	}
}

// TestIndexSettings: the settings that make an attribute unique, switched off, on and off again.
func TestIndexSettings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		path, filter string
		body         func(value string, n int) string
		set          func(s *tenant.Settings, unique bool)
	}{
		{"/Users", `externalId eq "v"`, func(v string, n int) string {
			return fmt.Sprintf(`{"userName":"u%d%s","externalId":%q}`, n, v, v)
		}, func(s *tenant.Settings, unique bool) { s.UniqueExternalID = unique }},
		{"/Groups", `displayName eq "v"`, func(v string, _ int) string { return fmt.Sprintf(`{"displayName":%q}`, v) },
			func(s *tenant.Settings, unique bool) { s.SharedGroupNames = !unique }},
	}
	for _, c := range cases {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			var s tenant.Settings
			c.set(&s, false)
			ix := beginIndexed(t, s)
			first, second := ix.create(c.path, c.body("v", 1)), ix.create(c.path, c.body("v", 2))
			ix.create(c.path, c.body("w", 1))
			ix.put(func(s *tenant.Settings) { c.set(s, true) })
			for _, v := range []string{"v", "w"} {
				if status, _ := ix.do("POST", c.path, c.body(v, 3)); status != http.StatusConflict {
					t.Errorf("%s, before the build: %d, want 409 for an old value", v, status)
				}
			}
			out := ix.reindex()
			if len(out.Duplicates) != 1 || ix.complete() {
				t.Fatalf("duplicates: %+v", out)
			}
			if d := out.Duplicates[0]; d.ID == first && d.Holder == second {
				first, second = second, first // either may hold the key
			} else if d.ID != second || d.Holder != first {
				t.Errorf("duplicates: %+v", out)
			}
			if n := ix.found(c.path, c.filter); n != 2 {
				t.Errorf("duplicates: %v found, want both", n)
			}
			patch := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"externalId","value":"other"}]}`
			if c.path == "/Users" {
				patch = strings.Replace(patch, "externalId", "title", 1)
			}
			if status, m := ix.do("PATCH", c.path+"/"+second, patch); status != http.StatusOK && status != http.StatusNoContent {
				t.Errorf("another attribute of a duplicate: %d %v", status, m)
			}
			if status, _ := ix.do("DELETE", c.path+"/"+first, ""); status != http.StatusNoContent {
				t.Fatal(status)
			}
			if out := ix.reindex(); len(out.Duplicates) != 0 || !ix.complete() {
				t.Errorf("after the duplicate was resolved: %+v", out)
			}
			if status, _ := ix.do("POST", c.path, c.body("v", 4)); status != http.StatusConflict {
				t.Errorf("after the build: %d", status)
			}
			ix.put(func(s *tenant.Settings) { c.set(s, false) })
			if !ix.complete() {
				t.Error("an index that need not be unique is to be built")
			}
			ix.create(c.path, c.body("v", 5))
			ix.put(func(s *tenant.Settings) { c.set(s, true) })
			if out := ix.reindex(); len(out.Duplicates) != 1 {
				t.Errorf("made while values could be shared: %+v", out)
			}
		})
	}
}

// TestIndexForms: another form of the values is another index: keys of the old form are replaced.
func TestIndexForms(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Types: devices(t, uniqueModel)})
	ix.create("/Devices", device("1", "Model"))
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel+`,"caseExact":true`) })
	if n := ix.found("/Devices", `model eq "Model"`); n != 1 {
		t.Errorf("before the build: %v", n)
	}
	ix.reindex()
	if n := ix.found("/Devices", `model eq "Model"`); n != 1 || !ix.complete() {
		t.Errorf("after the build: %v", n)
	}
	ix.create("/Devices", device("2", "model"))
	if status, _ := ix.do("POST", "/Devices", device("3", "Model")); status != http.StatusConflict {
		t.Errorf("the same model: %d", status)
	}
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
	if out := ix.reindex(); len(out.Duplicates) != 1 {
		t.Errorf("back, with two devices that are equal again: %+v", out)
	}
}

// TestIndexInterrupted: a build that ends half-way, by its budget or by an error, is continued.
func TestIndexInterrupted(t *testing.T) {
	racing.Skip(t)
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Types: devices(t, "")})
	const n = 450
	crowd(n, func(i int) int {
		status, _ := ix.do("POST", "/Devices", device(fmt.Sprint(i), fmt.Sprint("m", i)))
		return status
	})
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
	read, calls := 0, 0
	for done := false; !done; calls++ {
		ctx, stop := context.WithCancel(t.Context())
		pages := 0
		out, err := ix.tenants.Reindex(ctx, ix.id, dynamo.ReindexOptions{Progress: func(now dynamo.Reindexed) {
			if pages++; pages == 2 {
				stop()
			}
		}})
		stop()
		ended := out.Done && out.Read == 0 // the call before was cut off when it had written down the end
		if done = out.Done; done && err != nil || out.Read < read && !ended || calls > 20 {
			t.Fatalf("call %d: %+v %v", calls, out, err)
		}
		read = max(read, out.Read)
	}
	if read < n || read > n+calls*100 || calls < 2 {
		t.Errorf("%d resources read in %d calls, want each about once", read, calls)
	}
	ix.refresh()
	for i := range n {
		if i%25 == 0 && ix.found("/Devices", fmt.Sprintf(`model eq "m%d"`, i)) != 1 {
			t.Errorf("device %d is not found", i)
		}
	}
	if !ix.complete() {
		t.Error("the index is not complete")
	}
}

// TestIndexCutOff: a call that ends while it writes to the settings, whether the write is carried out or not, leaves the build
// to the next one at once. Its claim would make that one wait for half a minute.
func TestIndexCutOff(t *testing.T) {
	t.Parallel()
	for nth := 1; nth <= 4; nth++ {
		for _, fault := range []dynamotest.FaultKind{dynamotest.DropBefore, dynamotest.DropAfter} {
			ix := beginIndexed(t, tenant.Settings{Types: devices(t, "")})
			ix.create("/Devices", device("1", "Model"))
			ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
			ctx, stop := context.WithCancel(t.Context())
			var updates atomic.Int64
			ix.engine.Inject(func(op string, _ int) dynamotest.Fault {
				if op != "UpdateItem" || updates.Add(1) != int64(nth) {
					return dynamotest.Fault{}
				}
				stop()
				return dynamotest.Fault{Kind: fault}
			})
			out, err := ix.tenants.Reindex(ctx, ix.id, dynamo.ReindexOptions{})
			ix.engine.Inject(nil)
			stop()
			if int64(nth) <= updates.Load() && err == nil {
				t.Errorf("update %d, %v: not interrupted: %+v", nth, fault, out)
			}
			out, err = ix.tenants.Reindex(t.Context(), ix.id, dynamo.ReindexOptions{Progress: func(now dynamo.Reindexed) {
				if now.Type == "" && now.Waiting == 0 {
					t.Errorf("update %d, %v: the next call waits for the one that was cut off", nth, fault)
				}
			}})
			ix.refresh()
			if err != nil || !out.Done || !ix.complete() || ix.found("/Devices", `model eq "Model"`) != 1 {
				t.Errorf("update %d, %v: %+v %v", nth, fault, out, err)
			}
		}
	}
}

// TestIndexBeside: random writers work while indexes are built. After that every resource is found by
// every index, and no two hold a unique value.
func TestIndexBeside(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{Types: devices(t, "")})
	const old = 150
	crowd(old, func(i int) int {
		status, _ := ix.do("POST", "/Devices", device(fmt.Sprint("old", i), fmt.Sprint("m", i)))
		return status
	})
	ix.put(func(s *tenant.Settings) { s.Types = devices(t, uniqueModel) })
	ended := make(chan struct{})
	building := async.Start(func() (dynamo.Reindexed, error) {
		defer close(ended)
		return ix.tenants.Reindex(t.Context(), ix.id, dynamo.ReindexOptions{})
	})
	ids := ix.all()
	counts := crowd(8, func(w int) int {
		r := rand.New(rand.NewPCG(uint64(w), 14))
		for i := 0; i < 25; i++ {
			model, at := fmt.Sprint("m", r.IntN(2*old)), "/Devices/"+ids[r.IntN(len(ids))]
			var status int
			switch r.IntN(4) {
			case 0:
				status, _ = ix.do("POST", "/Devices", device(fmt.Sprintf("new%d-%d", w, i), model))
			case 1:
				status, _ = ix.do("DELETE", at, "")
			default:
				status, _ = ix.do("PATCH", at, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"model","value":"`+model+`"}]}`)
			}
			if status >= 500 {
				return status
			}
		}
		return 0
	})
	if counts[0] != 8 {
		t.Errorf("statuses: %v", counts)
	}
	out, err := building()
	if err != nil {
		t.Fatal(err)
	}
	for try := 0; len(out.Duplicates) > 0 && try < 5; try++ { // an old value that a new device took before the build came to it
		for _, d := range out.Duplicates {
			if status, m := ix.do("DELETE", "/Devices/"+d.ID, ""); status != http.StatusNoContent && status != http.StatusNotFound {
				t.Fatal(status, m)
			}
		}
		out = ix.reindex()
	}
	ix.refresh()
	if !ix.complete() {
		t.Fatalf("not complete: %+v", out)
	}
	seen := map[string]string{}
	for _, id := range ix.all() {
		_, m := ix.do("GET", "/Devices/"+id, "")
		model, _ := m["model"].(string)
		if other := seen[model]; other != "" {
			t.Errorf("%s and %s have model %s", id, other, model)
		}
		seen[model] = id
		if n := ix.found("/Devices", fmt.Sprintf(`model eq %q`, model)); n != 1 {
			t.Errorf("model %s: %v found", model, n)
		}
	}
	for i := range 2 * old { // no key is held by a resource without the value
		if model := fmt.Sprint("m", i); seen[model] == "" {
			if status, m := ix.do("POST", "/Devices", device("free"+model, model)); status != http.StatusCreated {
				t.Errorf("model %s is free: %d %v", model, status, m)
			}
		}
	}
	<-ended
}

// all returns the ids of all devices.
func (ix *indexed) all() (ids []string) {
	ix.Helper()
	_, m := ix.do("GET", "/Devices?count=1000", "")
	list, _ := m["Resources"].([]any)
	for _, r := range list {
		r, _ := r.(map[string]any)
		id, _ := r["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

// settingsItem reads and writes the settings item as another build would.
func (ix *indexed) settingsItem(change func(map[string]types.AttributeValue)) {
	ix.Helper()
	key := record("", "T#acme#CFG", "#", "").Keys
	out, err := ix.api.GetItem(ix.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		ix.Fatal(err)
	}
	change(out.Item)
	if _, err := ix.api.PutItem(ix.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: out.Item}); err != nil {
		ix.Fatal(err)
	}
	ix.refresh()
}

// TestIndexOfNewCode: an index that this build has and the one that wrote the table had not is not
// trusted before it is built. Resources have no key of it.
func TestIndexOfNewCode(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{})
	user := ix.create("/Users", `{"userName":"ann","displayName":"Ann","emails":[{"value":"ann@example.com"}]}`)
	ix.settingsItem(func(it map[string]types.AttributeValue) {
		var d map[string]map[string]any
		if err := json.Unmarshal(it["ix"].(*types.AttributeValueMemberB).Value, &d); err != nil {
			t.Fatal(err)
		}
		delete(d["states"], "User/emails.value")
		b, _ := json.Marshal(d)
		it["ix"] = &types.AttributeValueMemberB{Value: b}
	})
	ix.dropKeys("User", user, "emails.value")
	if n := ix.found("/Users", `emails.value eq "ann@example.com"`); n != 1 || ix.complete() {
		t.Errorf("before the build: %v", n)
	}
	if out := ix.reindex(); out.Written != 1 || !ix.complete() {
		t.Errorf("%+v", out)
	}
	if n := ix.found("/Users", `emails.value eq "ann@example.com"`); n != 1 {
		t.Errorf("after the build: %v", n)
	}
}

// dropKeys takes the keys of an attribute from a resource, as a build left it that had no such index.
func (ix *indexed) dropKeys(typ, id, attr string) {
	ix.Helper()
	out, err := ix.api.GetItem(ix.Context(), &dynamodb.GetItemInput{TableName: aws.String(table), Key: record("", "T#acme#E#"+typ+"#0", id, "").Keys})
	if err != nil {
		ix.Fatal(err)
	}
	keys, _ := out.Item["k"].(*types.AttributeValueMemberL)
	var left []types.AttributeValue
	for _, v := range keys.Value {
		packed := v.(*types.AttributeValueMemberS).Value
		if !strings.HasPrefix(packed[1:], attr+"\x00") {
			left = append(left, v)
			continue
		}
		sk := packed[len(attr)+2:]
		if packed[0] == 'x' {
			sk += "\x00" + id
		}
		if _, err := ix.api.DeleteItem(ix.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: record("", "T#acme#X#"+typ+"."+attr, sk, "").Keys}); err != nil {
			ix.Fatal(err)
		}
	}
	out.Item["k"] = &types.AttributeValueMemberL{Value: left}
	if _, err := ix.api.PutItem(ix.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: out.Item}); err != nil {
		ix.Fatal(err)
	}
}

// TestIndexVerify: a tenant of before there were states counts as complete, as it did then. All finds
// what its settings had left incomplete.
func TestIndexVerify(t *testing.T) {
	t.Parallel()
	ix := beginIndexed(t, tenant.Settings{UniqueExternalID: true})
	a := ix.create("/Users", `{"userName":"a","externalId":"x"}`)
	b := ix.create("/Users", `{"userName":"b","externalId":"y"}`)
	ix.dropKeys("User", a, "externalId")
	ix.dropKeys("User", b, "externalId")
	ix.settingsItem(func(it map[string]types.AttributeValue) {
		delete(it, "ix")
		delete(it, "ixv")
		delete(it, "need")
	})
	if !ix.complete() {
		t.Error("a tenant of before is not complete: its look-ups would become scans")
	}
	if out := ix.reindex(); out.Read != 0 {
		t.Errorf("%+v", out)
	}
	out, err := ix.tenants.Reindex(t.Context(), ix.id, dynamo.ReindexOptions{All: true})
	if err != nil || out.Written != 2 || !ix.complete() {
		t.Errorf("%+v %v", out, err)
	}
	if n := ix.found("/Users", `externalId eq "x"`); n != 1 {
		t.Errorf("after the build: %v", n)
	}
}
