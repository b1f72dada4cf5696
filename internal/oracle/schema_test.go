package oracle

import (
	"slices"
	"strings"
)

const (
	urnUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	urnGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	urnEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	urnCustom     = "urn:example:params:scim:schemas:extension:oracle:2.0:User"
)

// attr is an attribute with its characteristics (RFC 7643 §2.2). The names of members are those of a Schema document.
type attr struct {
	Name      string   `json:"name"`
	Type      string   `json:"type"`
	Multi     bool     `json:"multiValued"`
	Required  bool     `json:"required"`
	Exact     bool     `json:"caseExact"`
	Mut       string   `json:"mutability"`
	Ret       string   `json:"returned"`
	Unique    string   `json:"uniqueness"`
	Canonical []string `json:"canonicalValues,omitempty"`
	Sub       []*attr  `json:"subAttributes,omitempty"`
	path      string   // with the name of what it is a part of
}

func find(list []*attr, name string) *attr {
	for _, a := range list {
		if strings.EqualFold(a.Name, name) {
			return a
		}
	}
	return nil
}

// schema is a list of attributes under a URN. The common attributes of RFC 7643 §3.1 are in that of each resource type.
type schema struct {
	urn   string
	attrs []*attr
}

// resourceType is a schema and its extensions.
type resourceType struct {
	name, endpoint string
	core           schema
	extensions     []schema
}

// extension is the extension with a URN, in any case.
func (t *resourceType) extension(urn string) *schema {
	for i := range t.extensions {
		if strings.EqualFold(t.extensions[i].urn, urn) {
			return &t.extensions[i]
		}
	}
	return nil
}

// table reads attributes, one in a line: a name, and what differs from the defaults of RFC 7643 §2.2. A sub-attribute begins
// with a dot.
func table(text string) []*attr {
	var out []*attr
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		a := &attr{Name: strings.TrimPrefix(words[0], "."), Type: "string", Mut: "readWrite", Ret: "default", Unique: "none"}
		for _, w := range words[1:] {
			a.characterise(w)
		}
		if strings.HasPrefix(words[0], ".") {
			parent := out[len(out)-1]
			a.path = parent.Name + "." + a.Name
			parent.Sub = append(parent.Sub, a)
			continue
		}
		out = append(out, a)
	}
	return out
}

func (a *attr) characterise(word string) {
	list, canonical := strings.CutPrefix(word, "of=")
	switch {
	case canonical:
		a.Canonical = strings.Split(list, ",")
	case word == "multi":
		a.Multi = true
	case word == "required":
		a.Required = true
	case word == "exact":
		a.Exact = true
	case word == "unique":
		a.Unique = "server"
	case slices.Contains([]string{"readOnly", "immutable", "writeOnly"}, word):
		a.Mut = word
	case slices.Contains([]string{"always", "request", "never"}, word):
		a.Ret = word
	default:
		a.Type = word
		a.Exact = word == "binary" || word == "reference"
	}
}

const common = `
schemas reference multi always
id exact readOnly always
externalId exact
meta complex readOnly
.resourceType exact readOnly
.created dateTime readOnly
.lastModified dateTime readOnly
.location reference readOnly
.version exact readOnly
`

// kinds are the values of type of e-mail addresses and postal addresses.
const kinds = " of=work,home,other\n.primary boolean\n"

const user = common + `
userName required unique
name complex
.formatted
.familyName
.givenName
.middleName
.honorificPrefix
.honorificSuffix
displayName
nickName
profileUrl reference
title
userType
preferredLanguage
locale
timezone
active boolean
password writeOnly never
emails complex multi
.value
.display
.type` + kinds + `phoneNumbers complex multi
.value
.display
.type of=work,home,mobile,fax,pager,other
.primary boolean
ims complex multi
.value
.display
.type of=aim,gtalk,icq,xmpp,msn,skype,qq,yahoo,other
.primary boolean
photos complex multi
.value reference
.display
.type of=photo,thumbnail
.primary boolean
addresses complex multi
.formatted
.streetAddress
.locality
.region
.postalCode
.country
.type` + kinds + `groups complex multi readOnly
.value exact readOnly
.$ref reference readOnly
.display readOnly
.type readOnly of=direct,indirect
entitlements complex multi
.value
.display
.type of=work,home,other
.primary boolean
roles complex multi
.value
.display
.type of=work,home,other
.primary boolean
x509Certificates complex multi
.value binary
.display
.type of=work,home,other
.primary boolean
`

const group = common + `
displayName required unique
members complex multi
.value exact immutable
.$ref reference immutable
.type immutable of=User,Group
.display readOnly
`

const enterprise = `
employeeNumber
costCenter
organization
division
department
manager complex
.value exact
.$ref reference
.displayName readOnly
`

// custom has each data type and each characteristic of RFC 7643 §2.2 and §2.3.
const custom = `
plain
exact exact
badge unique
count integer
ratio decimal
since dateTime
flag boolean
key binary
link reference
level of=low,high
tags multi
codes exact multi
nums integer multi
fixed immutable
auto readOnly
secret writeOnly never
certain always
onDemand request
hidden never
box complex
.note
.size integer
.tags multi
.since dateTime
.quiet request
items complex multi
.value
.label exact
.n integer
.since dateTime
.type
.primary boolean
parts complex multi
.code required exact
.amount decimal
shown complex always
.value request
.note
marks complex multi
.value readOnly
.label
`

// userType and groupType are the types that every tenant has.
func userType() *resourceType {
	return &resourceType{"User", "Users", schema{urnUser, table(user)}, []schema{{urnEnterprise, table(enterprise)}, {urnCustom, table(custom)}}}
}

func groupType() *resourceType {
	return &resourceType{"Group", "Groups", schema{urnGroup, table(group)}, nil}
}
