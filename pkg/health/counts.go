package health

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// harmless are causes that say nothing against a connection: part of how clients ask, or what they wait
// for and repeat.
func harmless(code scim.Code) bool {
	switch code {
	case scim.CodeResource, scim.CodeStale, scim.CodeNoneMatch, scim.CodeDiscoveryUnknown, scim.CodeThrottled,
		scim.CodePausedRetry:
		return true
	}
	return false
}

// refused reports whether a cause is a refused credential.
func refused(code scim.Code) bool {
	status, _ := code.Answer()
	return status == 401
}

// spansOf adds up the tallies of one connection.
func spansOf(tallies []activity.Tally, now time.Time, idp string) Spans {
	return Spans{
		Hour: countsOf(tallies, now.Add(-time.Hour), idp),
		Day:  countsOf(tallies, now.Add(-day), idp),
		Week: countsOf(tallies, now.Add(-7*day), idp),
	}
}

const day = 24 * time.Hour

// countsOf adds up the tallies since a time.
func countsOf(tallies []activity.Tally, since time.Time, idp string) Counts {
	var sum activity.Tally
	for _, t := range tallies {
		if !t.Hour.Before(activity.HourOf(since)) {
			sum.Add(t)
		}
	}
	c := Counts{Requests: sum.Requests(), Reads: sum.Reads, Writes: sum.Writes, Failed: sum.Failures()}
	for code, n := range sum.Failed {
		one := causeOf(scim.Code(code), idp)
		one.Count = n
		if one.Fault {
			c.Faults += n
		}
		if refused(scim.Code(code)) {
			c.Refused += n
		}
		c.Causes = append(c.Causes, one)
	}
	slices.SortFunc(c.Causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Code, b.Code))
	})
	return c
}

// oneOfThem is where the catalogue names the id of a request: there are many.
const oneOfThem = "of one of them (scimstack log tail --failed)"

// causeOf explains a cause in the words of the catalogue of the log.
func causeOf(code scim.Code, idp string) Cause {
	status, scimType := code.Answer()
	if status == 0 {
		status = 400
	}
	x := activity.Explain(&activity.Record{Status: status, ScimType: string(scimType), Code: string(code), IdP: idp, RequestID: oneOfThem})
	todo := x.Todo
	if x.IdP != "" {
		todo += " " + x.IdP
	}
	return Cause{Code: string(code), Title: x.Title, Fault: !harmless(code), Todo: todo}
}

// worst is the most frequent cause that counts against the connection; nil if there is none.
func (c *Counts) worst() *Cause {
	for i := range c.Causes {
		if c.Causes[i].Fault {
			return &c.Causes[i]
		}
	}
	return nil
}

// share reports whether faults are at least one part in n of at least some requests.
func (c *Counts) share(n, requests int) bool {
	return c.Requests >= requests && c.Faults > 0 && c.Faults*n >= c.Requests
}
