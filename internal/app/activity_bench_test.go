package app_test

import (
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

// BenchmarkActivity is the service over loopback, without and with the provisioning log:
//
//	go test ./internal/app -run none -bench Activity -count 5
func BenchmarkActivity(b *testing.B) {
	for _, on := range []bool{false, true} {
		b.Run(fmt.Sprint("log=", on), func(b *testing.B) {
			h, token, closeLog := service(b, on)
			defer closeLog()
			server := httptest.NewServer(h)
			defer server.Close()
			load(b, server.URL+"/scim/v2/acme", token)
		})
	}
}

// service makes the whole service over memory, with or without a log.
func service(b *testing.B, on bool) (h http.Handler, token string, closeLog func()) {
	b.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		b.Fatal(err)
	}
	text, tok := tenant.NewToken(id, scim.All)
	tenants := tenant.NewMemory()
	tenants.Put(tenant.Record{Settings: tenant.Settings{ID: id, IdP: "okta"}, Tokens: []tenant.Token{tok}})
	config := app.Config{Store: memory.New(), Resolver: tenants, PublicBase: "http://127.0.0.1/scim/v2"}
	if !on {
		return app.Handler(config), text, func() {}
	}
	log := activity.NewMemory(0)
	recorder := activity.NewRecorder(log, activity.Options{})
	config.Log, config.Activity = log, recorder
	return app.Handler(config), text, func() {
		if err := recorder.Close(b.Context()); err != nil {
			b.Error(err)
		}
		b.ReportMetric(float64(recorder.Dropped())/float64(b.N), "dropped/op")
	}
}

// load is one creation, one change and two reads, over and over.
func load(b *testing.B, base, token string) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	send := func(method, path, body string, want int) string {
		req, err := http.NewRequestWithContext(b.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			b.Error(err)
			return ""
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := client.Do(req)
		if err != nil {
			b.Error(err)
			return ""
		}
		defer res.Body.Close()
		data, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != want {
			b.Error(err, res.StatusCode, string(data))
		}
		return res.Header.Get("Location")
	}
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			location := send("POST", "/Users", fmt.Sprintf(`{"userName":"u%d@example.com","name":{"givenName":"A","familyName":"B"},"active":true}`, i), 201)
			path := location[strings.LastIndex(location, "/Users"):]
			send("PATCH", path, `{"Operations":[{"op":"replace","value":{"active":false}}]}`, 200)
			send("GET", path, "", 200)
			send("GET", fmt.Sprintf("/Users?filter=userName+eq+%%22u%d@example.com%%22", i), "", 200)
		}
	})
}

// BenchmarkActivityInProcess is the same without a network: what the log costs at most.
func BenchmarkActivityInProcess(b *testing.B) {
	for _, on := range []bool{false, true} {
		b.Run(fmt.Sprint("log=", on), func(b *testing.B) {
			h, token, closeLog := service(b, on)
			defer closeLog()
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/scim/v2/acme/Users", strings.NewReader(`{"userName":"a"}`))
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			get := httptest.NewRequestWithContext(b.Context(), http.MethodGet, strings.TrimPrefix(w.Header().Get("Location"), "http://127.0.0.1"), http.NoBody)
			get.Header.Set("Authorization", "Bearer "+token)
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), get)
			}
		})
	}
}
