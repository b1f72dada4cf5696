package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// twin is how one identity provider speaks. Functions give bodies and paths; what the original
// does not do is nil.
type twin struct {
	name, title string
	header      http.Header
	probe       string // path of its connection test

	search func(p *person) string // path of the look-up before a creation; nil: it creates blindly
	person func(p *person) object // body of POST, and of PUT
	change func(p *person) object // PATCH after a change of names or department; nil: PUT
	active func(active bool) object
	// deletes: the original deletes people; else it only deactivates them.
	deletes bool

	searchGroup  func(g *group) string
	group        func(g *group) object // nil: it has no groups
	renameGroup  func(g *group) object
	addMember    func(p *person) object
	removeMember func(p *person) object
	readGroup    string // what it appends to the path of a group

	users, groups func(start int) string // paths of an import's pages; "" ends it
}

// twins are all of them, in the order of a run.
func twins() []*twin {
	return []*twin{okta(), entra(), google(), oneLogin(), keycloak()}
}

// Names lists the identity providers that have a twin.
func Names() []string {
	var names []string
	for _, t := range twins() {
		names = append(names, t.name)
	}
	return names
}

func pick(names []string) ([]*twin, error) {
	var out []*twin
	for _, n := range names {
		all := twins()
		i := slices.IndexFunc(all, func(t *twin) bool { return t.name == n })
		if i < 0 {
			return nil, fmt.Errorf("there is no twin of %q; known are %s", n, strings.Join(Names(), ", "))
		}
		out = append(out, all[i])
	}
	return out, nil
}

const (
	urnUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	urnGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	urnEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	urnPatch      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

func patch(ops ...object) object { return object{"schemas": []string{urnPatch}, "Operations": ops} }

func header(pairs ...string) http.Header {
	h := http.Header{}
	for pair := range slices.Chunk(pairs, 2) {
		h[pair[0]] = pair[1:]
	}
	return h
}

// eq is a filter in the spelling with %20, plus in that with +.
func eq(attr, value string) string {
	return strings.ReplaceAll(plus(attr, value), "+", "%20")
}

func plus(attr, value string) string { return url.QueryEscape(attr + ` eq "` + value + `"`) }

// pages gives paths of pages of 100, until a page would begin behind the last one.
func pages(endpoint string, size int) func(int) string {
	return func(start int) string { return fmt.Sprintf("%s?startIndex=%d&count=%d", endpoint, start, size) }
}
