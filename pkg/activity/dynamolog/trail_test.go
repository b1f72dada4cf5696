package dynamolog_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func request(t *testing.T) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
}

// flushed is the service as the functions are built: a flush after each request, and the log in the
// table.
type flushed struct {
	t     *testing.T
	http  http.Handler
	rec   *activity.Recorder
	log   *dynamolog.Log
	token string
}

func serve(t *testing.T, settings tenant.Settings) *flushed {
	t.Helper()
	_, client := start(t)
	f := &flushed{t: t, log: dynamolog.New(client, dynamolog.Options{Table: table})}
	f.rec = activity.NewRecorder(f.log, activity.Options{})
	tenants := tenant.NewMemory()
	settings.ID = acme(t)
	text, token := tenant.NewToken(settings.ID, scim.All)
	f.token = text
	tenants.Set(tenant.Record{Settings: settings, Tokens: []tenant.Token{token}})
	h, err := scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: "https://scim.example.com/scim/v2", Recorder: f.rec, Log: f.log})
	if err != nil {
		t.Fatal(err)
	}
	f.http = f.rec.Flushing(h, time.Minute)
	t.Cleanup(func() { _ = f.rec.Close(t.Context()) })
	return f
}

func (f *flushed) send(method, path, body string, want int) {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), method, "/scim/v2/acme"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+f.token)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	f.http.ServeHTTP(w, r)
	if w.Code != want {
		f.t.Fatalf("%d %.300s", w.Code, w.Body)
	}
}

// TestTrailOfBulk: no operation of a bulk request erases the records of the others, wherever it is and
// whatever its texts are.
func TestTrailOfBulk(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A", 450_000)
	poisons := map[string]string{
		"method": `{"method":"` + long + `","path":"/Users/x","data":{}}`,
		"path":   `{"method":"PATCH","path":"/Users/` + long + `","data":{"Operations":[{"op":"add","path":"title","value":"x"}]}}`,
		"bulkId": `{"method":"POST","path":"/Users","bulkId":"` + long + `","data":{"title":"no name"}}`,
		"value":  `{"method":"POST","path":"/Users","bulkId":"x","data":{"userName":{"` + long + `":1}}}`,
		"name":   `{"method":"POST","path":"/Users","bulkId":"x","data":{"` + long + `":1,"userName":["a","b"]}}`,
	}
	for name, poison := range poisons {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " first ", first), func(t *testing.T) {
				t.Parallel()
				f := serve(t, tenant.Settings{KeepValues: true})
				var ops []string
				for i := range 20 {
					ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"b%d","data":{"userName":"u%d"}}`, i, i))
				}
				if first {
					ops = append([]string{poison}, ops...)
				} else {
					ops = append(ops, poison)
				}
				f.send("POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`, 200)
				records := stored(t, f.log, activity.Query{})
				created := 0
				for _, r := range records {
					if r.Operation == "create" && r.Status == 201 {
						created++
					}
					if b, _ := json.Marshal(r); len(b) > activity.MaxRecord || strings.Contains(string(b), "AAAAAAAA") {
						t.Errorf("the record has text of the client: %.200s", b)
					}
				}
				if created != 20 || len(records) != 22 || f.rec.Lost() != 0 {
					t.Errorf("%d records of %d creates, %d lost", len(records), created, f.rec.Lost())
				}
			})
		}
	}
}

// TestTrailOfLongValues: where values are kept, a value that grows when it is encoded is shortened, and
// its record is there.
func TestTrailOfLongValues(t *testing.T) {
	t.Parallel()
	f := serve(t, tenant.Settings{KeepValues: true})
	emails := ""
	for i := range 900 {
		emails += fmt.Sprintf(`{"value":"someone.with.the.number.%d@example.com","type":"work"},`, i)
	}
	for i, body := range []string{
		`"title":"` + strings.Repeat("\u2028", 80_000) + `"`,
		`"title":"` + strings.Repeat("<", 200_000) + `"`,
		`"title":"` + strings.Repeat(`\u0001`, 60_000) + `"`,
		`"title":"` + strings.Repeat("x", 240_000) + `","nickName":"` + strings.Repeat("\u2028", 40_000) + `"`,
		`"emails":[` + strings.TrimSuffix(emails, ",") + `]`,
	} {
		f.send("POST", "/Users", fmt.Sprintf(`{"userName":"u%d",%s}`, i, body), 201)
	}
	records := stored(t, f.log, activity.Query{Operation: "create"})
	if len(records) != 5 || f.rec.Lost() != 0 {
		t.Fatalf("%d records, %d lost", len(records), f.rec.Lost())
	}
	for i, r := range records {
		b, err := json.Marshal(r)
		if err != nil || len(b) > activity.MaxRecord || len(b) < 10_000 || !strings.Contains(string(b), "…") {
			t.Errorf("%v: %d bytes", err, len(b))
		}
		if want := fmt.Sprint("u", 4-i); r.Values["userName"] != want {
			t.Errorf("userName %v, want %s", r.Values["userName"], want)
		}
	}
}
