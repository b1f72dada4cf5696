package histories

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// page is a page of the feed or of the log.
type page struct {
	Facts   []json.RawMessage `json:"facts,omitempty"`
	Records []json.RawMessage `json:"records,omitempty"`
	Seqs    []int64           `json:"seqs,omitempty"` // the numbers of the facts, which they have no more
	Next    any               `json:"next,omitempty"`
}

var numbered = regexp.MustCompile(`"id":"[^"]*",|"seq":\d+,`)

// lists are the members that a record of the log names, and what it notes of them.
var lists, element = regexp.MustCompile(`"(added|removed|also|notes)":\[((?:"(?:[^"\\]|\\.)*",?)+)\]`), regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// ordered sorts what a store may have in any order: the memberships that one commit changes in one group, in the feed and in
// a record, which memory has in the order of the request and DynamoDB in that of ids; the notes of one record; the users
// who lose their manager, whose changes DynamoDB writes at the same time, in the feed and in the record of the deletion; and the records of operations of one bulk request,
// whose ids have the same time and random digits. Another body is returned as it is.
func ordered(body string) string {
	var p page
	if json.Unmarshal([]byte(body), &p) != nil || len(p.Facts)+len(p.Records) == 0 {
		return body
	}
	for i, r := range p.Records {
		p.Records[i] = lists.ReplaceAllFunc(r, func(list []byte) []byte {
			m := lists.FindSubmatch(list)
			all := element.FindAllString(string(m[2]), -1)
			slices.Sort(all)
			return fmt.Appendf(nil, `"%s":[%s]`, m[1], strings.Join(all, ","))
		})
	}
	sortRuns(p.Records, func(_ int, r json.RawMessage) string {
		var record struct{ Time string }
		_ = json.Unmarshal(r, &record) // it is a record
		return record.Time
	})
	for i, f := range p.Facts {
		var fact struct{ Seq int64 }
		_ = json.Unmarshal(f, &fact) // it is a fact
		p.Seqs = append(p.Seqs, fact.Seq)
		head, rest, _ := strings.Cut(string(f), `"time"`)
		p.Facts[i] = json.RawMessage(numbered.ReplaceAllString(head, "") + `"time"` + rest)
	}
	sortRuns(p.Facts, func(i int, f json.RawMessage) string {
		var fact struct {
			Type, Time string
			Resource   struct{ ID string }
		}
		_ = json.Unmarshal(f, &fact) // it is a fact
		switch {
		case fact.Type == "user.updated":
			return fact.Type + fact.Time
		case strings.HasPrefix(fact.Type, "membership."):
			return fact.Type + fact.Time + fact.Resource.ID
		}
		return fmt.Sprint(i)
	})
	out, _ := json.Marshal(p) // it is JSON
	return string(out)
}

// sortRuns sorts each run of elements with the same key.
func sortRuns(list []json.RawMessage, key func(int, json.RawMessage) string) {
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && key(to, list[to]) == key(from, list[from]) {
			to++
		}
		slices.SortFunc(list[from:to], func(a, b json.RawMessage) int { return strings.Compare(string(a), string(b)) })
		from = to
	}
}
