package activity

import (
	"strconv"
	"strings"
)

// success explains a request that was carried out.
func success(r *Record) Explanation {
	if r.Entry == EntryAdmin {
		return administered(r)
	}
	e := Explanation{Meant: wanted(r), Todo: "No action is needed."}
	e.Title, e.Did, e.RFC = outcome(r)
	if len(r.Notes) > 0 {
		e.Todo = "No action is needed if the notes are as intended: they say which values were interpreted differently from how they were sent, and which were left out."
	}
	return e
}

// outcome says what the service did for a request.
func outcome(r *Record) (title, did, rfc string) {
	t := thing(r)
	what := capital(t)
	switch r.Operation {
	case "create":
		return what + " created", "The service stored the " + t + ".", "RFC 7644 §3.3"
	case "get":
		return what + " read", "The service returned the stored state.", "RFC 7644 §3.4.1"
	case "search":
		return "Search", "The service returned the matches. A search without a match succeeds too.", "RFC 7644 §3.4.2"
	case "replace", "patch":
		if did = changes(r); did == "" {
			return what + " unchanged", "The " + t + " was already in the requested state; the service wrote nothing.", "RFC 7644 §3.5"
		}
		return what + " changed", did, "RFC 7644 §3.5"
	case "delete":
		return what + " deleted", "The service deleted the " + t + " and its memberships.", "RFC 7644 §3.6"
	case "bulk":
		return "Bulk request", "The service processed the operations in order; each has its own record with the same request id.", "RFC 7644 §3.7"
	case "discovery":
		return "Discovery", "The service described what it supports.", "RFC 7644 §4"
	}
	return "Request", "The service answered " + strconv.Itoa(r.Status) + ".", "RFC 7644 §3"
}

// changes says what a write changed; "" if it wrote nothing.
func changes(r *Record) string {
	var parts []string
	if len(r.Changed) > 0 {
		parts = append(parts, "changed "+strings.Join(r.Changed, ", "))
	}
	if r.MembersAdded > 0 {
		parts = append(parts, "added "+members(r.MembersAdded))
	}
	if r.MembersRemoved > 0 {
		parts = append(parts, "removed "+members(r.MembersRemoved))
	}
	if r.Cleared {
		parts = append(parts, "removed all previous members")
	}
	if len(parts) == 0 {
		return ""
	}
	return "The service " + strings.Join(parts, " and ") + "."
}

func members(n int) string {
	if n == 1 {
		return "1 member"
	}
	return strconv.Itoa(n) + " members"
}
