package suite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	t.Run("F-30 long filters are refused before work", longFilters)
	t.Run("Z-12 deep JSON is refused", deepJSON)
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
