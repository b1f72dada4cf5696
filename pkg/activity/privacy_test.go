package activity_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// marker is a personal value. It has the form of an attribute name, which is harder to keep out than
// a string with spaces.
const marker = "zqxMARKERzqx"

// planted returns a body with the marker in every attribute that a client may write.
func planted(attrs []*schema.Attribute) map[string]any {
	body := map[string]any{}
	for _, a := range attrs {
		var v any = marker
		switch {
		case a.Mutability == schema.ReadOnly || a.Name == "schemas" || a.Name == "members":
			continue
		case a.Type == schema.Complex:
			v = planted(a.SubAttributes)
		case a.Type == schema.Boolean:
			v = true
		case a.Type == schema.Integer, a.Type == schema.Decimal:
			v = json.Number("7")
		case a.Type == schema.DateTime:
			v = "2026-01-01T00:00:00Z"
		case a.Type == schema.Binary:
			v = "eHF6TUFSS0VSemF4" // the marker in base64
		case a.Type == schema.Reference:
			v = "https://example.com/" + marker
		}
		if a.Name == "manager" {
			continue
		}
		if a.MultiValued {
			v = []any{v}
		}
		body[a.Name] = v
	}
	return body
}

func text(v any) string { b, _ := json.Marshal(v); return string(b) }

// spoil replaces every string of a body with the marker, except those that control the request.
func spoil(v any, key string) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = spoil(v[k], k)
		}
	case []any:
		for i := range v {
			v[i] = spoil(v[i], key)
		}
	case string:
		switch strings.ToLower(key) {
		case "op", "schemas", "path", "method", "bulkid":
			return v
		}
		return marker
	}
	return v
}

// TestPersonalData: a marker in every attribute of every request is in no log line, and in no record
// of a tenant that does not keep values (Z-09); secrets are in no record at all.
func TestPersonalData(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprint("Z-09 keep values ", keep), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var lines strings.Builder
			log := activity.NewMemory(0)
			rec := activity.NewRecorder(log, activity.Options{})
			compare := &activity.Comparer{Log: log, Fail: func(d string) { t.Errorf("not the record of the oracle: %s", d) }}
			server := apptest.StartWith(t, nil, func(c *scimstack.Config) {
				c.Recorder, c.Log = rec, log
				c.Observe = func(req *http.Request, rec *scim.Record) {
					compare.Observe(req, rec)
					mu.Lock()
					defer mu.Unlock()
					fmt.Fprintf(&lines, "%+v\n", *rec)
				}
			})
			w := &world{t: t, rec: rec, Server: server}
			w.base, w.token = server.Tenant(t, "acme", func(s *tenant.Settings) { s.KeepValues = keep })
			n := plantEverywhere(w)
			if err := rec.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			records := everything(t, log)
			if compare.Compared() < n {
				t.Errorf("%d records compared with the oracle for %d requests", compare.Compared(), n)
			}
			if len(records) < n {
				t.Errorf("%d records for %d requests", len(records), n)
			}
			all := text(records)
			if strings.Contains(lines.String(), marker) {
				t.Errorf("in a log line: %s", around(lines.String()))
			}
			if !keep && strings.Contains(all, marker) {
				t.Errorf("in a record: %s", around(all))
			}
			if keep && !strings.Contains(all, `"displayName":"`+marker) {
				t.Error("the tenant keeps values, but there are none")
			}
			if strings.Contains(all, "pass"+marker) || strings.Contains(all, w.token) || strings.Contains(all, "hashed") {
				t.Error("a secret is in a record")
			}
		})
	}
}

func around(s string) string {
	i := strings.Index(s, marker)
	return s[max(0, i-200):min(len(s), i+100)]
}

func everything(t *testing.T, log activity.Log) (all []activity.Record) {
	t.Helper()
	for q := (activity.Query{Limit: 500}); ; {
		page, err := log.Query(t.Context(), mustID(t, "acme"), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Records...)
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// plantEverywhere sends well-formed requests with every attribute, and then the whole corpus with the
// marker in place of its values. It returns the number of requests.
func plantEverywhere(w *world) (n int) {
	w.t.Helper()
	body := planted(schema.User().Attributes)
	body[schema.URNEnterpriseUser] = planted(schema.EnterpriseUser().Attributes)
	body["password"] = "pass" + marker
	id := w.create("/Users", text(body))
	body["userName"] = marker + "2"
	body["displayName"] = marker + "2"
	body["password"] = "pass" + marker + "2"
	group := w.create("/Groups", `{"displayName":"`+marker+`","members":[{"value":"`+marker+`"}]}`)
	sends := [][3]string{
		{"PUT", "/Users/" + id, text(body)},
		{"POST", "/Users", text(body)},
		{"PATCH", "/Users/" + id, patch(`{"op":"replace","path":"nickName","value":"` + marker + `3"},{"op":"add","path":"emails[type eq \"` + marker + `\"].value","value":"` + marker + `"},
			{"op":"add","path":"unknown[value eq \"` + marker + `\"].value","value":"` + marker + `"}`)},
		{"PATCH", "/Groups/" + group, patch(`{"op":"add","path":"members","value":[{"value":"` + marker + `"}]}`)},
		{"GET", "/Users/" + marker, ""},
		{"DELETE", "/Users/" + marker, ""},
		{"GET", "/Users?filter=userName+eq+%22" + marker + "%22&attributes=userName", ""},
		{"GET", "/Users?filter=userName+xx+%22" + marker + "%22", ""},
		{"GET", "/Users?count=" + marker, ""},
		{"POST", "/Users", `{"userName":["` + marker + `","` + marker + `"]}`},
		{"POST", "/Users", `{"userName":"` + marker + `4","active":"` + marker + `"}`},
		{"POST", "/Users", `{"userName":"` + marker},
		{"POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
			{"method":"POST","path":"/Users","bulkId":"` + marker + `","data":{"userName":"` + marker + `5"}},
			{"method":"PATCH","path":"/Users/` + marker + `","data":{"Operations":[{"op":"add","path":"title","value":"` + marker + `"}]}},
			{"method":"DELETE","path":"/Users/bulkId:` + marker + `x"}]}`},
		{"DELETE", "/Users/" + id, ""},
	}
	for _, s := range sends {
		w.send(s[0], w.base+s[1], s[2])
		n++
	}
	files, err := filepath.Glob("../../testdata/idp-corpus/*.json")
	if err != nil || len(files) == 0 {
		w.t.Fatal("no corpus", err)
	}
	for _, file := range files {
		scenarios, err := replay.Load(file)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, sc := range scenarios {
			for _, step := range append(sc.Setup, sc.Request) {
				var v any
				if json.Unmarshal(step.Body, &v) != nil || v == nil {
					continue
				}
				path := strings.NewReplacer("{{user1.id}}", id, "{{group1.id}}", group).Replace(step.Path)
				w.send(step.Method, w.base+path, text(spoil(v, "")))
				n++
			}
		}
	}
	return n
}
