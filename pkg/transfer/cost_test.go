package transfer_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// crowd is a file of a tenant with users as identity providers send them, who are all in one group, and each in one of
// many others.
func crowd(users int) []byte {
	lines := []string{
		`{"export":{"format":1,"tenant":"acme","time":"2026-01-01T00:00:00Z","settled":true,"credentials":true,"webhooks":false}}` + "\n", `{"settings":{}}` + "\n",
	}
	const times = `"created":"2026-01-01T00:00:00.000Z","lastModified":"2026-01-01T00:00:00.000Z"`
	for i := range users {
		lines = append(lines, fmt.Sprintf(`{"resource":{"type":"User","id":"u%07d","externalId":"x%d",%s,"document":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`+
			`"externalId":"x%d","userName":"user%d@example.com","name":{"familyName":"Jensen","givenName":"Barbara"},"displayName":"Barbara %d","active":true,`+
			`"emails":[{"value":"user%d@example.com","type":"work","primary":true}]}}}`+"\n", i, i, times, i, i, i, i))
	}
	const size = 100
	for g := range 1 + users/size {
		lines = append(lines, fmt.Sprintf(`{"resource":{"type":"Group","id":"g%07d",%s,"document":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Group %d"}}}`+"\n", g, times, g))
	}
	for g := range 1 + users/size {
		from, to := 0, users
		if g > 0 {
			from, to = (g-1)*size, g*size
		}
		for ; ; from += 1000 {
			var list []string
			for i := from; i < min(to, from+1000); i++ {
				list = append(list, fmt.Sprintf(`{"id":"u%07d","type":"User","display":"Barbara %d"}`, i, i))
			}
			more := ""
			if to > from+1000 {
				more = `,"more":true`
			}
			lines = append(lines, fmt.Sprintf(`{"members":{"type":"Group","id":"g%07d","lastModified":"2026-01-01T00:00:00.000Z","list":[%s]%s}}`+"\n", g, strings.Join(list, ","), more))
			if more == "" {
				break
			}
		}
	}
	return sealed(lines)
}

// TestUnits: how many units an import into a table takes, which docs/how-to/move-a-tenant.md says.
func TestUnits(t *testing.T) {
	t.Parallel()
	users := dynamotest.Size(1000, 20_000)
	engine, client := dynamotest.NewDirect()
	if err := dynamo.Create(t.Context(), client, "scim"); err != nil {
		t.Fatal(err)
	}
	o := dynamo.Options{Table: "scim", Now: time.Now}
	p := place{transfer.Place{
		Directory: dynamo.NewTenantsWith(client, o), Store: dynamo.New(client, o), Positions: dynamofeed.New(client, dynamofeed.Options{Table: "scim"}),
	}, func() {}}
	file := crowd(users)
	step := func(what string, most, mostRead float64, work func() error) {
		t.Helper()
		engine.Reset()
		began := time.Now()
		if err := work(); err != nil {
			t.Fatal(err)
		}
		m, n := engine.Meter(), float64(users)
		t.Logf("%s: %.1f write and %.2f read units, %.2f requests for each user, in %s", what, m.WriteUnits/n, m.ReadUnits/n, float64(m.RoundTrips())/n, time.Since(began).Round(time.Millisecond))
		if m.WriteUnits/n > most || m.ReadUnits/n > mostRead {
			t.Errorf("%s: %.2f write and %.2f read units for each user, want at most %.2f and %.2f", what, m.WriteUnits/n, m.ReadUnits/n, most, mostRead)
		}
	}
	run := func() error {
		_, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), quick)
		return err
	}
	step("import", 20, 3, run)
	step("again", 0.01, 1, run)
	step("export", 0, 1, func() error { export(t, p); return nil })
}

// TestMemory: neither side holds the tenant: a tenant ten times as large takes the same memory.
func TestMemory(t *testing.T) {
	users := dynamotest.Size(20_000, 100_000)
	file := crowd(users)
	var peak uint64
	p := transfer.Place{Directory: tenant.NewMemory(), Store: &sink{}}
	o := quick
	o.Progress = func(transfer.Progress) {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	if _, err := transfer.Import(t.Context(), p, bytes.NewReader(file), o); err != nil {
		t.Fatal(err)
	}
	t.Logf("a file of %d MB took %d MB", len(file)>>20, (peak-before)>>20)
	if peak-before > 8<<20 {
		t.Errorf("a file of %d MB took %d MB", len(file)>>20, (peak-before)>>20)
	}
}
