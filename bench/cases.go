package main

import (
	"fmt"
	"strings"
	"testing"

	peerschema "github.com/elimity-com/scim/schema"

	peerfilter "github.com/elimity-com/scim/filter"
	parser "github.com/scim2/filter-parser/v2"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	simpleFilter  = `userName eq "bjensen@corp.example"`
	complexFilter = `userType eq "Employee" and (emails[type eq "work" and value co "@corp.example"] or ims[type eq "xmpp"]) and not (title pr)`
	simplePath    = `emails[type eq "work"].value`
)

// must returns v. It panics on an error: a failed setup must not be measured.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// languageRows measure the filter and path languages.
func languageRows() []*row {
	ut := schema.UserType()
	doc := map[string]any{
		"userName": "bjensen@corp.example", "userType": "Employee",
		"emails": []any{map[string]any{"type": "work", "value": "bjensen@corp.example"}},
	}
	f := must(filter.Compile(must(filter.Parse(complexFilter)), ut))
	v := must(peerfilter.NewValidator(complexFilter, peerschema.CoreUserSchema()))
	if !f.Match(doc) || v.PassesFilter(doc) != nil {
		panic("the filters do not match the document")
	}
	parse := func(s string) bench {
		return func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				must(filter.Parse(s))
			}
		}
	}
	peerParse := func(s string) bench {
		return func(b *testing.B) {
			for range b.N {
				must(parser.ParseFilter([]byte(s)))
			}
		}
	}
	return []*row{
		{name: "filter parse, simple", ours: parse(simpleFilter), peer: peerParse(simpleFilter), limit: 0.05, maxAllocs: 6},
		{name: "filter parse, complex", ours: parse(complexFilter), peer: peerParse(complexFilter), limit: 0.05, maxAllocs: -1},
		{name: "path parse and resolve", maxAllocs: -1, ours: func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				must(filter.ParsePath(simplePath, ut))
			}
		}, peer: func(b *testing.B) {
			for range b.N {
				must(parser.ParsePath([]byte(simplePath)))
			}
		}},
		{name: "filter evaluation", maxAllocs: 0, ours: func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if !f.Match(doc) {
					b.Fatal("no match")
				}
			}
		}, peer: func(b *testing.B) {
			for range b.N {
				if v.PassesFilter(doc) != nil {
					b.Fatal("no match")
				}
			}
		}},
	}
}

const (
	patchActive = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":%t}]}`
	patchEmail  = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"emails[type eq \"work\"].value","value":"n%d@corp.example"}]}`
)

// requests returns the operations that are timed on both servers, over n users. It checks the response
// of each before.
func requests(s side, n int) map[string]bench { return operations(s, s.fill(n), n) }

// operations is requests on a server with n users already, of which id is one.
func operations(s side, id string, n int) map[string]bench {
	next := n
	wanted := fmt.Sprintf(`/Users?filter=userName+eq+%%22user%d@corp.example%%22`, n/2)
	expect(s.name+" get", s.do("GET", "/Users/"+id, "", 200), func(v map[string]any) bool { return v["id"] == id })
	expect(s.name+" filter", s.do("GET", wanted, "", 200), func(v map[string]any) bool { return v["totalResults"] == float64(1) })
	expect(s.name+" page", s.do("GET", "/Users?startIndex=1&count=100", "", 200), func(v map[string]any) bool {
		return len(v["Resources"].([]any)) == min(100, n) && v["totalResults"] == float64(n)
	})
	expect(s.name+" patch", s.do("PATCH", "/Users/"+id, fmt.Sprintf(patchActive, false), 200), func(v map[string]any) bool { return v["active"] == false })
	expect(s.name+" patch", s.do("PATCH", "/Users/"+id, fmt.Sprintf(patchEmail, 1), 200), func(v map[string]any) bool {
		return v["emails"].([]any)[0].(map[string]any)["value"] == "n1@corp.example"
	})
	loop := func(f func(i int)) bench {
		return func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				f(i)
			}
		}
	}
	return map[string]bench{
		"create":           loop(func(int) { s.do("POST", "/Users", userBody(next), 201); next++ }),
		"get":              loop(func(int) { s.do("GET", "/Users/"+id, "", 200) }),
		"list page of 100": loop(func(int) { s.do("GET", "/Users?startIndex=1&count=100", "", 200) }),
		"list userName eq": loop(func(int) { s.do("GET", wanted, "", 200) }),
		"PATCH active":     loop(func(i int) { s.do("PATCH", "/Users/"+id, fmt.Sprintf(patchActive, i%2 == 0), 200) }),
		"PATCH value path": loop(func(i int) { s.do("PATCH", "/Users/"+id, fmt.Sprintf(patchEmail, i), 200) }),
	}
}

var order = []string{"get", "list page of 100", "list userName eq", "PATCH active", "PATCH value path", "create"}

// peerRows compare scimstack with elimity-com/scim at 1,000 users.
func peerRows() []*row {
	limits := map[string]float64{"create": 0.4, "get": 0.22, "PATCH active": 0.17, "PATCH value path": 0.09, "list userName eq": 0.05, "list page of 100": 0.33}
	allocs := map[string]int64{"create": 47, "get": 11, "PATCH active": 31, "PATCH value path": 40, "list userName eq": 26, "list page of 100": 23}
	peer, _ := newPeer()
	// Without a feed, which the peer lacks, too. feedRows measure what it costs.
	ours := requests(newSide("ours", newOursOn(newMemory()), oursBase), 1000)
	theirs := requests(newSide("elimity", peer, ""), 1000)
	var rows []*row
	for _, name := range order {
		rows = append(rows, &row{name: name + " (elimity)", ours: ours[name], peer: theirs[name], limit: limits[name], maxAllocs: allocs[name]})
	}
	return rows
}

// sizeRows compare scimstack with itself: 10,000 and 100,000 users against 1,000.
func sizeRows() []*row {
	small := requests(newSide("1k", newOurs(), oursBase), 1000)
	var rows []*row
	for _, n := range []int{10000, 100000} {
		big := requests(newSide("big", newOurs(), oursBase), n)
		for _, name := range order {
			rows = append(rows, &row{name: fmt.Sprintf("%s at %d users (against 1000)", name, n), ours: big[name], peer: small[name], limit: 2, maxAllocs: -1})
		}
	}
	return rows
}

// groupRows add and remove one member of groups of 1,000 and 100,000, against a group of 10.
func groupRows() []*row {
	base := groupBench(10)
	return []*row{
		{name: "add+remove member, group of 1000 (against 10)", ours: groupBench(1000), peer: base, limit: 2, maxAllocs: -1},
		{name: "add+remove member, group of 100000 (against 10)", ours: groupBench(100000), peer: base, limit: 2, maxAllocs: -1},
	}
}

// groupBench creates a group of n members, and returns a bench that adds and removes one more.
func groupBench(n int) bench {
	s := newSide("group", newOurs(), oursBase)
	ids := make([]string, n+1)
	for i := range ids {
		ids[i] = s.create("/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"m%d"}`, i))
	}
	group := s.create("/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"G"}`)
	const head = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
	for start := 0; start < n; start += 1000 {
		var b strings.Builder
		b.WriteString(head + `{"op":"add","path":"members","value":[`)
		for i := start; i < min(n, start+1000); i++ {
			if i > start {
				b.WriteByte(',')
			}
			b.WriteString(`{"value":"` + ids[i] + `"}`)
		}
		b.WriteString(`]}]}`)
		s.do("PATCH", "/Groups/"+group, b.String(), 204)
	}
	add := head + `{"op":"add","path":"members","value":[{"value":"` + ids[n] + `"}]}]}`
	remove := head + `{"op":"remove","path":"members[value eq \"` + ids[n] + `\"]"}]}`
	return func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			s.do("PATCH", "/Groups/"+group, add, 204)
			s.do("PATCH", "/Groups/"+group, remove, 204)
		}
	}
}
