package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// searches are questions whose page must not grow with the tenant. %[1]d is where the last hundred users begin, %[2]s
// the time at which the first of them was created.
var searches = []struct{ name, query string }{
	{"userName sw, 111 matches", `filter=userName+sw+%%22user-9%%22&count=100`},
	{"meta.created ge, 100 matches", `filter=meta.created+ge+%%22%[2]s%%22&cursor=&count=100`},
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

// searched is a store with n users, and what its searches have cost.
type searched struct {
	users int
	ask   []func()    // one page of each of searches
	units []float64   // read units of each page, where the store has a meter
	times [][]float64 // ns
}

// newSearched fills a place. Each search has had an answer before it is timed.
func newSearched(name string, p place, n int) *searched {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := newSide(name, newOursAt(p.store, func() time.Time { return now }), oursBase)
	fillSearched(s, n, &now)
	if p.filled != nil {
		p.filled()
	}
	out := &searched{users: n, times: make([][]float64, len(searches))}
	for _, q := range searches {
		path := "/Users?" + fmt.Sprintf(q.query+"%[3]s", n-99, now.Format(time.RFC3339), "")
		expect(name+" "+q.name, s.do("GET", path, "", http.StatusOK), func(v map[string]any) bool { return len(v["Resources"].([]any)) > 0 })
		if p.units != nil {
			p.units()
			s.do("GET", path, "", http.StatusOK)
			out.units = append(out.units, p.units())
		}
		out.ask = append(out.ask, func() { s.do("GET", path, "", http.StatusOK) })
	}
	return out
}

// time measures each search once more.
func (s *searched) time() {
	for i, ask := range s.ask {
		s.times[i] = append(s.times[i], cost(testing.Benchmark(func(b *testing.B) {
			for range b.N {
				ask()
			}
		})))
	}
}

// place is an empty store to be filled.
type place struct {
	store  scim.Store
	filled func()         // nil, or what is to be done once all users are there
	units  func() float64 // nil, or the read units since it was last called
}

// sizes compares one kind of store with itself, in tenants of several sizes.
type sizes struct {
	name  string
	users []int
	open  func() place
}

// growth is how much longer a page may take in the largest tenant than in the smallest one.
const growth = 2

// measure fills a place of each size and measures them in turns, so that a slow minute of the machine affects all.
func (z sizes) measure(rounds int, progress func(string)) table {
	var all []*searched
	for _, n := range z.users {
		progress(fmt.Sprintf("%s: filling %d users", z.name, n))
		all = append(all, newSearched(z.name, z.open(), n))
	}
	for n := range rounds {
		progress(fmt.Sprintf("%s: round %d of %d", z.name, n+1, rounds))
		for _, s := range all {
			s.time()
		}
	}
	return z.table(all)
}

// table has a line for each search, a column for each size, and the ratio of the largest to the smallest.
func (z sizes) table(all []*searched) (t table) {
	t.head = []string{"one page, " + z.name}
	for _, s := range all {
		t.head = append(t.head, fmt.Sprintf("%s users, µs", grouped(s.users)))
	}
	t.head = append(t.head, "ratio", "limit "+fmt.Sprint(growth))
	if all[0].units != nil {
		t.head = append(t.head, "read units, smallest to largest")
	}
	for i, q := range searches {
		line := []string{q.name}
		for _, s := range all {
			line = append(line, fmt.Sprintf("%.0f", median(s.times[i])/1000))
		}
		first, last := all[0], all[len(all)-1]
		ratio, verdict := median(last.times[i])/median(first.times[i]), "ok"
		units := ""
		for _, s := range all {
			if s.units != nil {
				units += fmt.Sprintf(" · %g", s.units[i])
			}
		}
		if ratio > growth || first.units != nil && last.units[i] > growth*first.units[i] {
			verdict, t.missed = "MISSED", t.missed+1
		}
		line = append(line, fmt.Sprintf("%.2f", ratio), verdict)
		if units != "" {
			line = append(line, strings.TrimPrefix(units, " · "))
		}
		t.lines = append(t.lines, line)
	}
	return t
}

// grouped writes a number with a comma before each three digits.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// inMemory are the sizes of the store in memory.
func inMemory(users ...int) func() []sizes {
	return func() []sizes {
		return []sizes{{"memory", users, func() place { return place{store: newMemory()} }}}
	}
}

// searchSQL are the sizes of each database.
func (r *room) searchSQL() (list []sizes) {
	for i, d := range r.databases() {
		list = append(list, sizes{d.name, []int{1000, 100_000}, func() place {
			return place{store: must(r.databases()[i].hurried()).Store()}
		}})
	}
	return list
}
