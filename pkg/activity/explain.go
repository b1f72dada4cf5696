package activity

import (
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Explanation says what a record means to a person who does not know SCIM.
type Explanation struct {
	Title string `json:"title"` // the cause in a few words
	Meant string `json:"meant"` // what the identity provider wanted
	Did   string `json:"did"`   // what the service did
	Todo  string `json:"todo"`  // who has to do what now
	RFC   string `json:"rfc"`   // where the rule stands
	// IdP is what is special about the record's identity provider, or "".
	IdP string `json:"idp,omitempty"`
}

// Explain makes the explanation of a record. It depends on nothing but the record.
func Explain(r *Record) Explanation {
	if !r.Failed() {
		return success(r)
	}
	code := scim.Code(r.Code)
	c, ok := catalogue[code]
	if !ok {
		c = catalogue[scim.CodeOther]
	}
	fill := strings.NewReplacer(
		"{wanted}", wanted(r), "{thing}", thing(r), "{attribute}", or(r.Attribute, "an attribute"),
		"{holder}", holder(r), "{status}", strconv.Itoa(r.Status), "{key}", keyed(r),
		"{request}", or(r.RequestID, "unknown"), "{idp}", idpName(r.IdP),
	)
	return Explanation{
		Title: fill.Replace(c.title), Meant: fill.Replace(or(c.meant, "{wanted}")), Did: fill.Replace(c.did),
		Todo: fill.Replace(c.todo), RFC: c.rfc, IdP: fill.Replace(hint(r.IdP, code)),
	}
}

// cause is an entry of the catalogue. {…} is filled in from the record.
type cause struct {
	title, did, todo, rfc string
	meant                 string // "" is {wanted}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func thing(r *Record) string {
	switch r.Type {
	case "":
		return "resource"
	case "User":
		return "person"
	}
	return strings.ToLower(r.Type)
}

func holder(r *Record) string {
	if r.Holder == "" {
		return "another resource"
	}
	return "the resource " + r.Holder
}

func keyed(r *Record) string {
	if r.Key == "" {
		return "the token"
	}
	return "the token with the key id " + r.Key
}

// wanted says what a request was for.
func wanted(r *Record) string {
	who, t := idpName(r.IdP), thing(r)
	switch r.Operation {
	case "create":
		return who + " wanted to create a " + t + "."
	case "get":
		return who + " wanted to read a " + t + "."
	case "replace":
		return who + " wanted to store a new state of a " + t + "."
	case "patch":
		return who + " wanted to change a " + t + "."
	case "delete":
		return who + " wanted to delete a " + t + "."
	case "search":
		return who + " looked for a " + t + "."
	case "bulk":
		return who + " sent many operations in one request."
	case "discovery":
		return who + " asked what this service can do."
	}
	return who + " called the service."
}

// success explains a request that was carried out.
func success(r *Record) Explanation {
	e := Explanation{Meant: wanted(r), Todo: "Nothing has to be done."}
	t := thing(r)
	switch r.Operation {
	case "create":
		e.Title, e.RFC = "A new "+t, "RFC 7644 §3.3"
		e.Did = "The service stored the " + t + "."
	case "get":
		e.Title, e.RFC = "A "+t+" was read", "RFC 7644 §3.4.1"
		e.Did = "The service gave the stored state."
	case "search":
		e.Title, e.RFC = "A search", "RFC 7644 §3.4.2"
		e.Did = "The service gave what it found. A search that finds nothing is a success too."
	case "replace", "patch":
		e.Title, e.RFC = "A "+t+" was changed", "RFC 7644 §3.5"
		e.Did = changes(r)
		if e.Did == "" {
			e.Title, e.Did = "A "+t+" stays as it is", "The service found everything as wanted already and wrote nothing."
		}
	case "delete":
		e.Title, e.RFC = "A "+t+" was deleted", "RFC 7644 §3.6"
		e.Did = "The service deleted the " + t + " and its memberships."
	case "bulk":
		e.Title, e.RFC = "Many operations in one request", "RFC 7644 §3.7"
		e.Did = "The service carried them out in order; each has a record of its own under the same request id."
	case "discovery":
		e.Title, e.RFC = "What the service can do", "RFC 7644 §4"
		e.Did = "The service described itself."
	default:
		e.Title, e.Did, e.RFC = "A request", "The service answered "+strconv.Itoa(r.Status)+".", "RFC 7644 §3"
	}
	if len(r.Notes) > 0 {
		e.Todo = "Nothing has to be done if the notes are as intended: they say what was read in another way than it was sent, or left out."
	}
	return e
}

// changes tells what a write altered; "" if it wrote nothing.
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
		parts = append(parts, "removed all former members")
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
