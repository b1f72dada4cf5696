package activity

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Explanation says what a record means, in words for an administrator who does not know SCIM.
type Explanation struct {
	Title string `json:"title"` // the cause in a few words
	Meant string `json:"meant"` // what the identity provider tried to do
	Did   string `json:"did"`   // what the service did, and why
	Todo  string `json:"todo"`  // who acts, and the next step
	RFC   string `json:"rfc"`   // the sections that have the rule
	// IdP is what is special about the record's identity provider, or "".
	IdP string `json:"idp,omitempty"`
}

// Explain returns the explanation of a record. It depends on the record alone. A failure without
// a code, or with one that the catalogue does not have, is explained as scim.CodeOther.
func Explain(r *Record) Explanation {
	if !r.Failed() {
		return success(r)
	}
	code := scim.Code(r.Code)
	c, ok := causeOf(code)
	if !ok {
		c, _ = causeOf(scim.CodeOther)
	}
	fill := strings.NewReplacer(
		"{wanted}", wanted(r), "{thing}", thing(r), "{Thing}", capital(thing(r)), "{attribute}", or(r.Attribute, "the attribute"),
		"{holder}", holder(r), "{status}", strconv.Itoa(r.Status), "{key}", keyed(r),
		"{request}", or(r.RequestID, "unknown"), "{idp}", idpName(r.IdP), "{tenant}", or(r.Tenant.String(), "TENANT"),
	)
	return Explanation{
		Title: fill.Replace(c.title), Meant: fill.Replace(or(c.meant, "{wanted}")), Did: fill.Replace(c.did),
		Todo: fill.Replace(c.todo), RFC: c.rfc, IdP: fill.Replace(hint(r.IdP, code)),
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// thing returns the noun for the resource type of a record.
func thing(r *Record) string { return or(strings.ToLower(r.Type), "resource") }

func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

// aThing returns the noun with its article.
func aThing(r *Record) string {
	switch r.Type {
	case schema.TypeUser, schema.TypeGroup, "":
		return "a " + thing(r)
	}
	return "a resource of type " + r.Type
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
	who, a := idpName(r.IdP), aThing(r)
	switch r.Operation {
	case "create":
		return who + " tried to create " + a + "."
	case "get":
		return who + " tried to read " + a + "."
	case "replace":
		return who + " tried to replace the state of " + a + "."
	case "patch":
		return who + " tried to change " + a + "."
	case "delete":
		return who + " tried to delete " + a + "."
	case "search":
		return who + " searched for " + a + "."
	case "bulk":
		return who + " sent several operations in one request."
	case "discovery":
		return who + " asked what the service supports."
	}
	return who + " called the service."
}
