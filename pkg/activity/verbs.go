package activity

import (
	"bytes"
	"slices"
	"strings"
)

// Verbs: what became of a resource, in the order in which a record has them. The first ones are
// computed from the states before and after a commit, the others from the answer.
const (
	Created     = "created"
	Deleted     = "deleted"
	Deactivated = "deactivated" // active became false
	Reactivated = "reactivated" // active became true
	Renamed     = "renamed"     // userName or displayName changed
	Joined      = "joined"      // of a member: it joined the group; of a group: members joined
	Left        = "left"        // of a member: it left the group, or the group was deleted; of a group: members left
	Changed     = "changed"

	Unchanged = "unchanged" // it was already in the requested state
	Read      = "read"
	Searched  = "searched"
	Processed = "processed" // a bulk request, or another one
	Refused   = "refused"   // an answer 4xx
	Failed    = "failed"    // an answer 5xx
)

// verbs adds what a commit made of its resource.
func (c *commit) verbs(verbs []string, was, is object) []string {
	switch {
	case c.removed:
		return append(verbs, Deleted)
	case c.prior == nil:
		return append(verbs, Created)
	}
	before := len(verbs)
	if c.put != nil {
		if rt := c.tenant.Types.ByName(c.typ); rt != nil && rt.IsUser() {
			switch before, after := active(was), active(is); {
			case before && !after:
				verbs = append(verbs, Deactivated)
			case after && !before:
				verbs = append(verbs, Reactivated)
			}
		}
		if renamed(was, is) {
			verbs = append(verbs, Renamed)
		}
	}
	if len(c.added) > 0 {
		verbs = append(verbs, Joined)
	}
	if len(c.gone) > 0 || c.cleared {
		verbs = append(verbs, Left)
	}
	if len(verbs) == before {
		verbs = append(verbs, Changed)
	}
	return verbs
}

// nameAttributes are the attributes whose change is a renaming.
var nameAttributes = [...]string{"userName", "displayName"}

func renamed(was, is object) bool {
	for _, name := range nameAttributes {
		if had := was.get(name); len(had) > 0 && !bytes.Equal(had, is.get(name)) {
			return true
		}
	}
	return false
}

// active is scim.Resource.Active of a canonical document.
func active(doc object) bool { return string(doc.get("active")) != "false" }

// VerbsFor returns what a record says of a resource, the most important first; of its own one for "".
// There is at least one.
func (r *Record) VerbsFor(resource string) []string {
	if r.Failed() {
		return []string{r.failure()}
	}
	if resource != "" && resource != r.Resource {
		switch {
		case slices.Contains(r.Added, resource):
			return []string{Joined}
		case slices.Contains(r.Removed, resource):
			return []string{Left}
		case slices.Contains(r.Also, resource):
			return []string{Changed}
		}
	}
	if len(r.Verbs) > 0 {
		return r.Verbs
	}
	return []string{r.plainVerb()}
}

func (r *Record) failure() string {
	if r.Status >= 500 {
		return Failed
	}
	return Refused
}

// plainVerb is the verb of a record without the states of a commit: a read, a write without effect, or
// one of an agent.
func (r *Record) plainVerb() string {
	switch r.Operation {
	case "create":
		return Created
	case "delete":
		return Deleted
	case "get", "discovery":
		return Read
	case "search":
		return Searched
	case "replace", "patch":
		switch {
		case len(r.Changed) > 0:
			return Changed
		case r.MembersAdded > 0:
			return Joined
		case r.MembersRemoved > 0 || r.Cleared:
			return Left
		}
		return Unchanged
	}
	return Processed
}

// verbs writes verbs for people.
func verbs(list []string) string { return strings.Join(list, "+") }
