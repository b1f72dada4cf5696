package histories

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestGenerate: a seed always makes the same history, and a few have all kinds of requests and answers. Most requests are
// plausible.
func TestGenerate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "memory")
	requests, statuses, all := map[string]int{}, map[string]int{}, 0
	for seed := range uint64(18) {
		h := generate(seed)
		if !reflect.DeepEqual(h, generate(seed)) {
			t.Fatalf("seed %d makes two histories", seed)
		}
		side := w.join(t, h.kind)[0]
		for _, q := range h.requests {
			w.clock.seconds.Add(1)
			endpoint, _, _ := strings.Cut(q.path, "?")
			endpoint, _, _ = strings.Cut(endpoint, "/")
			requests[q.method+" "+endpoint]++
			statuses[side.play(t, q)[:3]]++
			all++
		}
	}
	for _, want := range []string{"POST Users", "POST Groups", "POST Bulk", "GET Users", "GET Groups", "GET ", "PUT Users", "PUT Groups", "PATCH Users", "PATCH Groups", "DELETE Users"} {
		if requests[want] < 3 {
			t.Errorf("%d requests are %s: %v", requests[want], want, requests)
		}
	}
	for _, want := range []string{"200", "201", "204", "304", "400", "404", "409", "412"} {
		if statuses[want] == 0 {
			t.Errorf("no request is answered with %s: %v", want, statuses)
		}
	}
	if good := statuses["200"] + statuses["201"] + statuses["204"]; good*2 < all {
		t.Errorf("%d of %d requests succeed: %v", good, all, statuses)
	}
}

// TestShrink: what has nothing to do with a difference is left out.
func TestShrink(t *testing.T) {
	t.Parallel()
	differs := func(h history) *difference {
		three := false
		for i, q := range h.requests {
			if three = three || q.n == 3; three && q.n == 20 {
				return &difference{at: i, request: q}
			}
		}
		return nil
	}
	h := generate(1)
	short, d := shrink(h, differs(h), differs)
	if len(short.requests) != 2 || short.requests[0].n != 3 || short.requests[1].n != 20 || d.at != 1 {
		t.Errorf("%d: %s", d.at, short)
	}
	if whole := generate(1); !slices.Equal(h.requests, whole.requests) {
		t.Error("the history itself was changed")
	}
}

// TestOrdered: only what a store may have in any order is sorted.
func TestOrdered(t *testing.T) {
	t.Parallel()
	fact := func(seq, typ, time, group, member string) string {
		return `{"id":"t:` + seq + `","type":"` + typ + `","seq":` + seq + `,"time":"` + time + `","resource":{"id":"` + group + `"},"member":"` + member + `"}`
	}
	facts := func(list ...string) string { return `{"facts":[` + strings.Join(list, ",") + `]}` }
	const joined, left, updated = "membership.added", "membership.removed", "user.updated"
	record := func(time, rest string) string { return `{"time":"` + time + `",` + rest + `}` }
	records := func(list ...string) string { return `{"records":[` + strings.Join(list, ",") + `]}` }
	for what, c := range map[string]struct {
		a, b  string
		equal bool
	}{
		"members of one commit":     {facts(fact("1", joined, "1", "g", "a"), fact("2", joined, "1", "g", "b")), facts(fact("1", joined, "1", "g", "b"), fact("2", joined, "1", "g", "a")), true},
		"members of two commits":    {facts(fact("1", joined, "1", "g", "a"), fact("2", joined, "2", "g", "b")), facts(fact("1", joined, "2", "g", "b"), fact("2", joined, "1", "g", "a")), false},
		"members of two groups":     {facts(fact("1", joined, "1", "g", "a"), fact("2", joined, "1", "h", "a")), facts(fact("1", joined, "1", "h", "a"), fact("2", joined, "1", "g", "a")), false},
		"one joins, one leaves":     {facts(fact("1", joined, "1", "g", "a"), fact("2", left, "1", "g", "b")), facts(fact("1", left, "1", "g", "b"), fact("2", joined, "1", "g", "a")), false},
		"reports of one manager":    {facts(fact("1", updated, "1", "u", ""), fact("2", updated, "1", "v", "")), facts(fact("1", updated, "1", "v", ""), fact("2", updated, "1", "u", "")), true},
		"two users are created":     {facts(fact("1", "user.created", "1", "u", ""), fact("2", "user.created", "1", "v", "")), facts(fact("1", "user.created", "1", "v", ""), fact("2", "user.created", "1", "u", "")), false},
		"a number is missing":       {facts(fact("1", joined, "1", "g", "a"), fact("2", joined, "1", "g", "b")), facts(fact("1", joined, "1", "g", "a"), fact("3", joined, "1", "g", "b")), false},
		"records of one time":       {records(record("1", `"item":1`), record("1", `"item":2`)), records(record("1", `"item":2`), record("1", `"item":1`)), true},
		"records of two times":      {records(record("1", `"item":1`), record("2", `"item":2`)), records(record("2", `"item":2`), record("1", `"item":1`)), false},
		"members in a record":       {records(record("1", `"added":["a","b"]`)), records(record("1", `"added":["b","a"]`)), true},
		"reports in a record":       {records(record("1", `"also":["a","b"]`)), records(record("1", `"also":["b","a"]`)), true},
		"notes with odd characters": {records(record("1", `"notes":["a\"],[","b"]`)), records(record("1", `"notes":["b","a\"],["]`)), true},
		"changed attributes":        {records(record("1", `"changed":["a","b"]`)), records(record("1", `"changed":["b","a"]`)), false},
		"resources of a list":       {`{"Resources":[1,2]}`, `{"Resources":[2,1]}`, false},
	} {
		if got := ordered(c.a) == ordered(c.b); got != c.equal {
			t.Errorf("%s: equal %t:\n%s\n%s", what, got, ordered(c.a), ordered(c.b))
		}
	}
}

// TestDifference: two answers are shown as a diff, after the request as a line of a shell.
func TestDifference(t *testing.T) {
	t.Parallel()
	q := request{n: 7, method: "PATCH", path: "Users/{{3}}", header: `If-Match: W/"1"`, body: `{"x":"it's"}`}
	got := (&difference{0, q, [2]string{"memory", "sqlite"}, [2]string{"200\n{\"a\":1,\"b\":2}", "200\n{\"a\":1,\"b\":3}"}}).String()
	for _, want := range []string{`#7   curl -X PATCH 'Users/{{3}}' -H 'If-Match: W/"1"' -d '{"x":"it'\''s"}'`, "- memory, + sqlite", "` \"b\": 2`", "` \"b\": 3`"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}
