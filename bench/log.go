package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// logRows compare the throughput of the whole service over loopback with the provisioning log on and
// off. The limit with the log on is 90 % of the throughput. It is of the time of the processor, which client and server
// have to themselves when nothing else runs: the clock of a machine with other work shows that work.
func logRows() []*row {
	return []*row{{name: "throughput, log on (against off)", ours: logBench(true), peer: logBench(false), limit: 1 / 0.9, maxAllocs: -1, time: "1s"}} // longer, because a cold server is slower
}

// logBench returns a bench in which parallel clients repeat one creation, one change and two reads.
func logBench(on bool) bench {
	return func(b *testing.B) {
		config := scimstack.Config{Store: memory.New(), PublicBase: "http://127.0.0.1/scim/v2", NoLog: !on}
		id := must(scim.ParseTenantID("acme"))
		text, token := tenant.NewToken(id, scim.All)
		tenants := tenant.NewMemory()
		tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, IdP: "okta", Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{token}})
		config.Tenants = tenants
		if on {
			log := activity.NewMemory(0)
			recorder := activity.NewRecorder(log, activity.Options{})
			config.Log, config.Recorder = log, recorder
			defer func() {
				if err := recorder.Close(context.Background()); err != nil {
					b.Error(err)
				}
			}()
		}
		handler, err := scimstack.New(config)
		if err != nil {
			b.Fatal(err)
		}
		server := httptest.NewServer(handler)
		defer server.Close()
		c := &loopback{http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, server.URL + "/scim/v2/acme", text}
		var n atomic.Int64
		runtime.GC()
		b.ReportAllocs()
		b.ResetTimer()
		before := processorTime()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c.round(n.Add(1))
			}
		})
		b.ReportMetric(float64(processorTime()-before)/float64(b.N), processor)
		b.StopTimer() // closing is not measured
	}
}

// loopback is a client of one tenant over HTTP.
type loopback struct {
	http.Client
	base, token string
}

func (c *loopback) round(i int64) {
	location := c.send(http.MethodPost, "/Users", fmt.Sprintf(`{"userName":"u%d@example.com","name":{"givenName":"A","familyName":"B"},"active":true}`, i), http.StatusCreated)
	path := location[strings.LastIndex(location, "/Users"):]
	c.send(http.MethodPatch, path, `{"Operations":[{"op":"replace","value":{"active":false}}]}`, http.StatusOK)
	c.send(http.MethodGet, path, "", http.StatusOK)
	c.send(http.MethodGet, fmt.Sprintf("/Users?filter=userName+eq+%%22u%d@example.com%%22", i), "", http.StatusOK)
}

// send sends a request and returns the Location header. It panics on another status than want: a
// wrong response must not be timed.
func (c *loopback) send(method, path, body string, want int) (location string) {
	req := must(http.NewRequestWithContext(context.Background(), method, c.base+path, strings.NewReader(body)))
	req.Header.Set("Authorization", "Bearer "+c.token)
	res := must(c.Do(req))
	defer res.Body.Close()
	if data := must(io.ReadAll(res.Body)); res.StatusCode != want {
		panic(fmt.Sprintf("%s %s: status %d: %s", method, path, res.StatusCode, data))
	}
	return res.Header.Get("Location")
}
