package suite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	t.Run("F-30 long filters are refused before work", longFilters)
	t.Run("Z-12 deep JSON is refused", deepJSON)
	t.Run("Z-12 the nodes of a body are bounded", nodes)
	t.Run("T-31 many operations in one PATCH", manyOperations)
	t.Run("G-09 K-17 walking all pages gives every user once and leaves nothing behind", allPages)
}

func longFilters(t *testing.T) {
	t.Parallel()
	c := connect(t, apptest.Start(t, nil), "acme", nil)
	filters := map[string]string{
		"terms": strings.Repeat(`title%20pr%20or%20`, 300) + "title%20pr",
		"bytes": "title%20eq%20%22" + strings.Repeat("x", 9000) + "%22",
		"depth": strings.Repeat("(", 100) + "title%20pr" + strings.Repeat(")", 100),
	}
	for what, f := range filters {
		if status, _, m := c.do("GET", "/Users?filter="+f, ""); status != 400 || m["scimType"] != "invalidFilter" {
			t.Errorf("%s: %d %v", what, status, m)
		}
	}
}

func deepJSON(t *testing.T) {
	t.Parallel()
	c := connect(t, apptest.Start(t, nil), "acme", nil)
	body := `{"userName":"a","x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`
	if status, _, m := c.do("POST", "/Users", body); status != 400 || m["scimType"] != "invalidSyntax" {
		t.Errorf("%d %v", status, m)
	}
}

// nodes: a small limit shows where it holds, the default that sensible bodies of 6 MB pass it.
func nodes(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	c := connect(t, s, "acme", func(set *tenant.Settings) { set.Limits.MaxNodes = 50 })
	id := c.create("/Users", `{"userName":"a"}`)
	list := `"x":[` + strings.Repeat("0,", 50) + `0]`
	patch := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","value":{` + list + `}}]}`
	for _, r := range [][3]string{
		{"POST", "/Users", `{"userName":"b",` + list + `}`}, {"PUT", "/Users/" + id, `{"userName":"a",` + list + `}`}, {"PATCH", "/Users/" + id, patch},
		{"POST", "/Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],` + list + `}`},
		{"POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"1","data":{"userName":"c",` + list + `}}]}`},
	} {
		status, _, m := c.do(r[0], r[1], r[2])
		if detail, _ := m["detail"].(string); status != 413 || m["scimType"] != nil || !strings.Contains(detail, "MaxNodes") {
			t.Errorf("%s %s: %d %v", r[0], r[1], status, m)
		}
	}
	large := connect(t, s, "contoso", nil)
	members := make([]string, 25000)
	for i := range members {
		members[i] = fmt.Sprintf(`{"value":"%08d-0000-7000-8000-000000000000","type":"User","display":"User %d of all"}`, i, i)
	}
	if status, _, m := large.do("POST", "/Groups", `{"displayName":"g","members":[`+strings.Join(members, ",")+`]}`); status != 201 {
		t.Errorf("25,000 members: %d %v", status, m["detail"])
	}
}

func manyOperations(t *testing.T) {
	t.Parallel()
	c := connect(t, apptest.Start(t, nil), "acme", nil)
	group := c.create("/Groups", `{"displayName":"g"}`)
	var ops []string
	for i := range 100 {
		u := c.create("/Users", fmt.Sprintf(`{"userName":"u%d"}`, i))
		ops = append(ops, fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q}]}`, u))
	}
	if status, h, _ := c.do("PATCH", "/Groups/"+group, patchBody(ops...)); status != 204 || h.Get("ETag") != `W/"2"` {
		t.Errorf("%d %s", status, h.Get("ETag"))
	}
	if _, _, m := c.do("GET", "/Groups/"+group, ""); len(m["members"].([]any)) != 100 {
		t.Errorf("%d members", len(m["members"].([]any)))
	}
	over := make([]string, 10001)
	for i := range over {
		over[i] = `{"op":"add","path":"title","value":"t"}`
	}
	if status, _, m := c.do("PATCH", "/Groups/"+group, patchBody(over...)); status != 400 || m["scimType"] != "tooMany" {
		t.Errorf("10,001 operations: %d %v", status, m["detail"])
	}
}

func allPages(t *testing.T) {
	t.Parallel()
	c := connect(t, apptest.Start(t, nil), "acme", nil)
	for i := range 250 {
		c.create("/Users", fmt.Sprintf(`{"userName":"u%03d"}`, i))
	}
	for _, walk := range []string{"index", "cursor", "sorted cursor"} {
		seen, sizes := map[string]bool{}, []int{}
		query, cursor := "/Users?count=100", ""
		for page := 0; page < 4; page++ {
			q := query
			switch walk {
			case "index":
				q += fmt.Sprintf("&startIndex=%d", 1+100*page)
			case "cursor":
				q += "&cursor=" + cursor
			default:
				q += "&sortBy=userName&sortOrder=descending&cursor=" + cursor
			}
			_, _, m := c.do("GET", q, "")
			list := m["Resources"].([]any)
			if len(list) == 0 {
				break
			}
			sizes = append(sizes, len(list))
			for _, r := range list {
				seen[r.(map[string]any)["id"].(string)] = true
			}
			if cursor, _ = m["nextCursor"].(string); cursor == "" && walk != "index" {
				break
			}
		}
		if len(seen) != 250 || fmt.Sprint(sizes) != "[100 100 50]" {
			t.Errorf("%s: %d users in pages %v", walk, len(seen), sizes)
		}
	}
}
