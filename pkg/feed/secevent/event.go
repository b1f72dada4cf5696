package secevent

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	uriCreate     = "urn:ietf:params:scim:event:prov:create:full"
	uriCreated    = "urn:ietf:params:scim:event:prov:create:notice"
	uriPatch      = "urn:ietf:params:scim:event:prov:patch:full"
	uriNotice     = "urn:ietf:params:scim:event:prov:patch:notice"
	uriDelete     = "urn:ietf:params:scim:event:prov:delete"
	uriActivate   = "urn:ietf:params:scim:event:prov:activate"
	uriDeactivate = "urn:ietf:params:scim:event:prov:deactivate"

	urnPatchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// URIs are the events that a Transmitter sends, for securityEvents in ServiceProviderConfig.
func URIs() []string {
	return []string{uriCreate, uriCreated, uriPatch, uriNotice, uriDelete, uriActivate, uriDeactivate}
}

type object = map[string]any

// operation is one of a PatchOp (RFC 7644 §3.5.2).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// events are the events of a fact, by their URIs: all of one change of one resource.
func events(f *feed.Fact) object {
	version := `W/"` + strconv.FormatInt(f.Resource.Version, 10) + `"`
	switch f.Verb() {
	case "created":
		if f.SCIM == nil { // the tenant no longer has the type: an event with data has the resource (RFC 9967 §2.4)
			return object{uriCreated: object{"version": version, "attributes": []string{}}}
		}
		return object{uriCreate: object{"version": version, "data": f.SCIM}}
	case "deleted":
		return object{uriDelete: object{}}
	}
	out := object{}
	switch f.Verb() { // not only of users: a type of the tenant may have their schema
	case "deactivated":
		out[uriDeactivate] = object{}
	case "reactivated":
		out[uriActivate] = object{}
	}
	if ops := operations(f); len(ops) > 0 {
		out[uriPatch] = object{"version": version, "data": object{"schemas": []string{urnPatchOp}, "Operations": ops}}
	} else {
		out[uriNotice] = object{"version": version, "attributes": []string{}}
	}
	return out
}

// operations lead from the state before a change to the one after.
func operations(f *feed.Fact) (ops []operation) {
	if m := f.Member; m != nil && f.Verb() == "added" {
		return []operation{{"add", "members", []object{{"value": m.ID, "type": m.Type, "display": m.Display}}}}
	} else if m != nil {
		return []operation{{Op: "remove", Path: `members[value eq ` + strconv.Quote(m.ID) + `]`}}
	}
	for _, name := range f.Changed {
		if v, ok := f.After[name]; ok {
			ops = append(ops, operation{"replace", name, v})
		} else {
			ops = append(ops, operation{Op: "remove", Path: name})
		}
	}
	return ops
}

// subject names the resource of a fact (RFC 9967 §2.1).
func subject(f *feed.Fact) object {
	endpoint := cmp.Or(f.Resource.Endpoint, usualEndpoint(f.Resource.Type))
	s := object{"format": "scim", "uri": strings.TrimSuffix(endpoint, "/") + "/" + f.Resource.ID}
	if f.Resource.ExternalID != "" {
		s["externalId"] = f.Resource.ExternalID
	}
	return s
}

// usualEndpoint is the endpoint of a type that the tenant no longer has.
func usualEndpoint(typ string) string {
	switch typ {
	case schema.TypeUser, schema.TypeGroup:
		return "/" + typ + "s"
	}
	return "/" + typ
}
