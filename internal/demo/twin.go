package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// twin describes the requests of one identity provider. Its functions return bodies and paths;
// those for requests that the original does not send are nil.
type twin struct {
	name, title string
	header      http.Header
	probe       string // path of its connection test

	search func(p *person) string // path of the look-up before a create; nil: no look-up
	person func(p *person) object // body of POST, and of PUT
	change func(p *person) object // PATCH after a change of names or department; nil: PUT
	active func(active bool) object
	// deletes: the original deletes people; otherwise it only deactivates them.
	deletes bool

	searchGroup  func(g *group) string
	group        func(g *group) object // nil: it has no groups
	renameGroup  func(g *group) object
	addMember    func(p *person) object
	removeMember func(p *person) object
	readGroup    string // query that it appends to the path of a group

	users, groups func(start int) string // path of the page of an import that begins at start
}

// twins returns all twins in the order of a run.
func twins() []*twin {
	return []*twin{okta(), entra(), google(), oneLogin(), keycloak()}
}

// Names returns the names of the identity providers that have a twin.
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
			return nil, fmt.Errorf("there is no twin of %q; known twins are %s", n, strings.Join(Names(), ", "))
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

// eq returns an encoded filter with %20 for blanks, plus one with +.
func eq(attr, value string) string {
	return strings.ReplaceAll(plus(attr, value), "+", "%20")
}

func plus(attr, value string) string { return url.QueryEscape(attr + ` eq "` + value + `"`) }

// pages returns a function that gives the path of the page that begins at start.
func pages(endpoint string, size int) func(int) string {
	return func(start int) string { return fmt.Sprintf("%s?startIndex=%d&count=%d", endpoint, start, size) }
}
