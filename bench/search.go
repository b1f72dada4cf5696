package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// searches are questions whose page must not grow with the tenant. %[1]d is the number of users, %[2]s the time at
// which the last hundred of them began to be created.
var searches = []struct{ name, query string }{
	{"userName sw, 111 matches", `filter=userName+sw+%%22user-9%%22&count=100`},
	{"meta.created ge, about 100 matches", `filter=meta.created+ge+%%22%[2]s%%22&cursor=&count=100`},
	{"externalId eq or userName eq", `filter=externalId+eq+%%22ext-5%%22+or+userName+eq+%%22user7@corp.example%%22&count=100`},
	{"sortBy=userName, first page", `sortBy=userName&startIndex=1&count=100`},
	{"sortBy=userName, last page", `sortBy=userName&startIndex=%[1]d&count=100`},
	{"active eq false by cursor, one of ten", `filter=active+eq+false&cursor=&count=100`},
}

// fillSearched creates n users, of whom one in ten is not active and 111 have names that begin with "user-9".
// The clock of the service stands still but for an hour before the last hundred.
func fillSearched(s side, n int, now *time.Time) {
	for i := range n {
		body := userBody(i)
		if i == n-100 {
			*now = now.Add(time.Hour)
		}
		if i%10 == 0 {
			body = strings.Replace(body, `"active":true`, `"active":false`, 1)
		}
		if i%(n/111) == 0 && i/(n/111) < 111 {
			body = strings.Replace(body, fmt.Sprintf(`"userName":"user%d@`, i), fmt.Sprintf(`"userName":"user-9%d@`, i), 1)
		}
		s.do("POST", "/Users", body, 201)
	}
}

// searched returns the questions as benches over n users of a store. Each has had an answer before.
func searched(name string, store scim.Store, n int) map[string]bench {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := newSide(name, newOursAt(store, func() time.Time { return now }), oursBase)
	fillSearched(s, n, &now)
	out := map[string]bench{}
	for _, q := range searches {
		path := "/Users?" + fmt.Sprintf(q.query+"%[3]s", n-99, now.Format(time.RFC3339), "")
		expect(name+" "+q.name, s.do("GET", path, "", http.StatusOK), func(v map[string]any) bool { return len(v["Resources"].([]any)) > 0 })
		out[q.name] = func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				s.do("GET", path, "", http.StatusOK)
			}
		}
	}
	return out
}

// searchRows compare the store in memory with itself: n users against 1,000.
func searchRows(n int) func() []*row {
	return func() []*row {
		return compared("memory", n, searched("memory", newMemory(), n), searched("memory", newMemory(), 1000))
	}
}

// searchSQLRows compare each database with itself: 100,000 users against 1,000.
func (r *room) searchSQLRows() (rows []*row) {
	small := map[string]map[string]bench{}
	for _, d := range r.databases() {
		small[d.name] = searched(d.name, must(d.hurried()).Store(), 1000)
	}
	for _, d := range r.databases() {
		rows = append(rows, compared(d.name, 100_000, searched(d.name, must(d.hurried()).Store(), 100_000), small[d.name])...)
	}
	return rows
}

func compared(name string, n int, big, small map[string]bench) (rows []*row) {
	for _, q := range searches {
		rows = append(rows, &row{name: fmt.Sprintf("%s, %s at %d users (against 1000)", q.name, name, n), ours: big[q.name], peer: small[q.name], limit: 2, maxAllocs: -1})
	}
	return rows
}
