package histories

import (
	"fmt"
	"strings"
)

// request is one request of a history. Its texts have placeholders, which play fills in for each store:
//
//	{{7}}, {{7.2}}   the id of what request 7 created, or its bulk operation 2
//	{{tag 7}}        the entity-tag that the resource was last seen with
//	{{at 7}}         the time of request 7, as long as none was left out before it
//	{{cursor}}       the last cursor for a next page
//	{{key}}          the key of the token that is in use
//	{{tenant}}       the name of the tenant
type request struct {
	n      int // its number in the history, from 1; 0 in the ending
	method string
	path   string // below the base of the tenant, or of the service if it begins with "/"
	header string // "Name: value", or ""
	body   string
}

// restart is the method of no request: the service ends, and begins again over what its store has kept.
const restart = "RESTART"

// history is a list of requests of one tenant. Its kind is the number of the tenant's settings.
type history struct {
	seed     uint64
	kind     int
	requests []request
}

// step is the seconds between two requests. A process trusts for a minute what it has read of a tenant's settings, and that
// no group is in another one (dynamo.Store.Nested). So half of the histories, which several processes serve in turn, are
// slower, and the others show what a process keeps.
func (h history) step() int64 {
	if h.seed/uint64(len(kinds))%2 == 1 {
		return slow
	}
	return 1
}

// slow is more than a minute.
const slow = 61

// String is the request as a line of a shell. The number is what its placeholder has.
func (r request) String() string {
	if r.method == restart {
		return fmt.Sprintf("#%-3d the service is started again", r.n)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#%-3d curl -X %s %s", r.n, r.method, quoted(r.path))
	if r.header != "" {
		b.WriteString(" -H " + quoted(r.header))
	}
	if r.body != "" {
		b.WriteString(" -d " + quoted(r.body))
	}
	return b.String()
}

// quoted is a word of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// String is one request in each line.
func (h history) String() string {
	var b strings.Builder
	for _, r := range h.requests {
		b.WriteString(r.String() + "\n")
	}
	return b.String()
}
