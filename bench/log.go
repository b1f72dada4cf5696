package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// logRows compare the whole service over loopback with the provisioning log on and off: at
// least nine tenths of the throughput must be left.
func logRows() []*row {
	return []*row{{name: "throughput, log on (beside off)", ours: logBench(true), peer: logBench(false), limit: 1 / 0.9, maxAllocs: -1, time: "1s"}} // a cold server is no measure of throughput
}

// logBench is one creation, one change and two reads, over and over, by parallel clients.
func logBench(on bool) bench {
	return func(b *testing.B) {
		config := app.Config{Store: memory.New(), PublicBase: "http://127.0.0.1/scim/v2"}
		id := must(scim.ParseTenantID("acme"))
		text, token := tenant.NewToken(id, scim.All)
		tenants := tenant.NewMemory()
		tenants.Put(tenant.Record{Settings: tenant.Settings{ID: id, IdP: "okta"}, Tokens: []tenant.Token{token}})
		config.Resolver = tenants
		if on {
			log := activity.NewMemory(0)
			recorder := activity.NewRecorder(log, activity.Options{})
			config.Log, config.Activity = log, recorder
			defer func() {
				if err := recorder.Close(context.Background()); err != nil {
					b.Error(err)
				}
			}()
		}
		handler, err := app.Handler(config)
		if err != nil {
			b.Fatal(err)
		}
		server := httptest.NewServer(handler)
		defer server.Close()
		c := &loopback{http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, server.URL + "/scim/v2/acme", text}
		var n atomic.Int64
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c.round(n.Add(1))
			}
		})
		b.StopTimer() // closing is no part of the throughput
	}
}

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

// send fails loudly on another status: a wrong answer must never be timed.
func (c *loopback) send(method, path, body string, want int) (location string) {
	req := must(http.NewRequestWithContext(context.Background(), method, c.base+path, strings.NewReader(body)))
	req.Header.Set("Authorization", "Bearer "+c.token)
	res := must(c.Do(req))
	defer res.Body.Close()
	if data := must(io.ReadAll(res.Body)); res.StatusCode != want {
		panic(fmt.Sprintf("%s %s answered %d: %s", method, path, res.StatusCode, data))
	}
	return res.Header.Get("Location")
}
