package activity

import (
	"slices"
	"strconv"
	"strings"
)

// success explains a request that was carried out.
func success(r *Record) Explanation {
	if r.Entry == EntryAdmin {
		return administered(r)
	}
	if r.Entry == EntryExpiry {
		return expiring(r)
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
		return happened(r, what), did, "RFC 7644 §3.5"
	case "delete":
		return what + " deleted", "The service deleted the " + t + " and its memberships." + unnamed(r), "RFC 7644 §3.6"
	case "bulk":
		return "Bulk request", "The service processed the operations in order; each has its own record with the same request id.", "RFC 7644 §3.7"
	case "discovery":
		return "Discovery", "The service described what it supports.", "RFC 7644 §4"
	}
	return "Request", "The service answered " + strconv.Itoa(r.Status) + ".", "RFC 7644 §3"
}

// happened is the title of a write: what became of the resource.
func happened(r *Record, what string) string {
	var own, of []string
	for _, v := range r.VerbsFor("") {
		switch v {
		case Joined, Left:
			of = append(of, v)
		default:
			own = append(own, v)
		}
	}
	switch {
	case len(own) == 0:
		return "Members " + strings.Join(of, " and ") + " the group"
	case len(of) > 0:
		return what + " " + strings.Join(own, " and ") + ", members " + strings.Join(of, " and ")
	}
	return what + " " + strings.Join(own, " and ")
}

// changes says what a write changed; "" if it wrote nothing.
func changes(r *Record) string {
	var parts []string
	names := r.Changed
	for verb, did := range map[string]string{Deactivated: "set active to false", Reactivated: "set active to true"} {
		if slices.Contains(r.Verbs, verb) {
			parts = append(parts, did)
			names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "active" })
		}
	}
	if len(names) > 0 {
		parts = append(parts, "changed "+strings.Join(names, ", "))
	}
	if r.MembersAdded > 0 {
		parts = append(parts, "added "+members(r.MembersAdded))
	}
	switch {
	case r.Cleared && r.MembersRemoved > 0:
		parts = append(parts, "removed all "+members(r.MembersRemoved))
	case r.Cleared:
		parts = append(parts, "removed all previous members")
	case r.MembersRemoved > 0:
		parts = append(parts, "removed "+members(r.MembersRemoved))
	}
	if len(parts) == 0 {
		return ""
	}
	return "The service " + strings.Join(parts, " and ") + "." + unnamed(r)
}

// unnamed says that a record does not name all members that joined or left.
func unnamed(r *Record) string {
	if len(r.Added) == MaxMembers && r.MembersAdded > MaxMembers || len(r.Removed) == MaxMembers && r.MembersRemoved > MaxMembers {
		return " The record names the first " + strconv.Itoa(MaxMembers) + " members; the timelines of the others do not have it."
	}
	return ""
}

func members(n int) string { return plural(n, "member") }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// ExplainFor is Explain for the timeline of a resource: of a member, it says that it joined or left the
// group. The empty resource is the record's own.
func ExplainFor(r *Record, resource string) Explanation {
	e := Explain(r)
	if r.Failed() || resource == "" || resource == r.Resource {
		return e
	}
	group := "the group " + or(r.Name, r.Resource)
	switch r.VerbsFor(resource)[0] {
	case Joined:
		e.Title, e.Did = "Joined "+group, "The service added the member to "+group+"."
	case Left:
		e.Title, e.Did = "Left "+group, "The service removed the member from "+group+"."
		switch {
		case r.Operation == "delete":
			e.Title, e.Did = "Left "+group+", which was deleted", "The service deleted "+group+", so that all its members left it."
		case r.Cleared:
			e.Did = "The service removed all members of " + group + ", as the request said."
		}
	}
	return e
}
