package record_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/record"
	"github.com/scimstack/scimstack/internal/replay"
)

// client sends requests to one tenant.
type client struct {
	t      *testing.T
	target demo.Target
	agent  string
}

// send sends a request, requires a status, and returns the body.
func (c *client) send(want int, method, path, body string) map[string]any {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.target.Base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.target.Token)
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		c.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, data)
	}
	var out map[string]any
	_ = json.Unmarshal(data, &out) // an empty body is none
	return out
}

// again replays a recording in an empty tenant.
func again(t *testing.T, idp string, s replay.Scenario) error {
	t.Helper()
	_, target := local(t, idp, func(h http.Handler) http.Handler { return h })
	return replay.Run(t.Context(), replay.Target{Base: target.Base, Token: target.Token}, s)
}

// bulkTraffic sends what Entra or Okta would, and bulk requests on resources by id, by bulkId and by
// ids that earlier bulk requests made.
func bulkTraffic(c *client) {
	ann := c.send(201, "POST", "/Users", `{"userName":"Ann.Lee@corp.com","externalId":"A-1","emails":[{"value":"ann.lee@corp.com","type":"work","primary":true}],"locale":"de-DE"}`)["id"].(string)
	c.send(409, "POST", "/Users", `{"userName":"ann.lee@CORP.com"}`)
	c.send(200, "GET", "/Users?filter=userName%20eq%20%22ANN.LEE%40corp.com%22", "")
	c.send(200, "PATCH", "/Users/"+ann, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"lee@corp.com"},{"op":"Add","value":{"active":"False","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"R&D"}}]}`)
	made := c.send(200, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":3,"Operations":[
		{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"bo"}},
		{"method":"POST","path":"/Groups","bulkId":"2","data":{"displayName":"Staff","members":[{"value":"bulkId:1"},{"value":"`+ann+`"}]}},
		{"method":"PATCH","path":"/Users/`+ann+`","data":{"Operations":[{"op":"replace","path":"title","value":"Boss"}]}},
		{"method":"PUT","path":"/Users/bulkId:1","data":{"userName":"bo2"}},
		{"method":"DELETE","path":"/Users/absent"}]}`)
	var ids []string
	for _, op := range made["Operations"].([]any) {
		location, _ := op.(map[string]any)["location"].(string)
		ids = append(ids, replay.LastSegment(location))
	}
	c.send(200, "GET", "/Groups/"+ids[1], "")
	c.send(200, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
		{"method":"PATCH","path":"/Groups/`+ids[1]+`","data":{"Operations":[{"op":"remove","path":"members[value eq \"`+ids[0]+`\"]"}]}},
		{"method":"DELETE","path":"/Users/`+ids[0]+`"}]}`)
	c.send(404, "GET", "/Users/"+ids[0], "")
}

// TestBulk: ids in bulk requests are placeholders, and a replay compares the result of every operation.
func TestBulk(t *testing.T) {
	t.Parallel()
	for idp, agent := range map[string]string{"entra": "", "okta": "Okta SCIM Client 1.0.0"} {
		t.Run(idp, func(t *testing.T) {
			t.Parallel()
			r := record.New(scimstack.Prefix, func(string) record.Tenant { return record.Tenant{IdP: idp} })
			_, target := local(t, idp, r.Wrap)
			bulkTraffic(&client{t, target, agent})
			file, text := write(t, r)
			for _, word := range []string{"@corp", "\"staff", "\"boss", "/absent", "R&D", "ann.lee", "de-DE"} { // short ones are in pseudonyms by chance
				if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
					t.Errorf("%s is in the recording: %s", word, around(text, word))
				}
			}
			if !strings.Contains(text, `/Users/{{r5.0.id}}`) || !strings.Contains(text, `/Users/{{r1.id}}`) || agent != "" && !strings.Contains(text, "Okta SCIM Client") {
				t.Error(text)
			}
			scenarios, err := replay.Load(file)
			if err != nil || len(scenarios) != 1 {
				t.Fatal(err, len(scenarios))
			}
			if err := again(t, idp, scenarios[0]); err != nil {
				t.Error(err, text)
			}
			missed(t, idp, scenarios[0])
		})
	}
}

// missed requires that a replay fails whose bulk operations hit nothing.
func missed(t *testing.T, idp string, s replay.Scenario) {
	t.Helper()
	for i, step := range s.Setup {
		if step.Path != "/Bulk" {
			continue
		}
		changed := s
		changed.Setup = slices.Clone(s.Setup)
		changed.Setup[i].Body = []byte(strings.NewReplacer("{{r1.id}}", "gone", "{{r5.1.id}}", "gone").Replace(string(step.Body)))
		err := again(t, idp, changed)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("setup %d", i+1)) || !strings.Contains(err.Error(), "status equals") {
			t.Errorf("bulk request %d hits nothing, and the replay answers %v", i+1, err)
		}
	}
}

// TestCursors: a page that a cursor names is found again in a replay.
func TestCursors(t *testing.T) {
	t.Parallel()
	r := record.New(scimstack.Prefix, func(string) record.Tenant { return record.Tenant{} })
	_, target := local(t, "okta", r.Wrap)
	c := &client{t, target, "curl"}
	for i := range 3 {
		c.send(201, "POST", "/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
	}
	next := c.send(200, "GET", "/Users?count=1&cursor", "")["nextCursor"].(string)
	c.send(200, "GET", "/Users?count=1&cursor="+next, "")
	c.send(400, "GET", "/Users?count=1&cursor=mine", "")
	file, text := write(t, r)
	scenarios, err := replay.Load(file)
	if err != nil || strings.Contains(text, next) || strings.Contains(text, "curl") {
		t.Fatal(err, text)
	}
	if err := again(t, "okta", scenarios[0]); err != nil {
		t.Error(err, text)
	}
}
