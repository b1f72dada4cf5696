package mcp

import (
	"context"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// The operations of a change.
const (
	opCreate        = "create"
	opReplace       = "replace"
	opPatch         = "patch"
	opDelete        = "delete"
	opAddMembers    = "add_members"
	opRemoveMembers = "remove_members"
)

// change is one change of a plan, as an agent requests it.
type change struct {
	Op         string           `json:"op" jsonschema:"create, replace (PUT), patch (PATCH), delete, add_members or remove_members"`
	Type       string           `json:"type" jsonschema:"resource type: User, Group or one of the tenant's own"`
	ID         string           `json:"id,omitempty" jsonschema:"resource id, except for create; bulkId:name refers to a resource that an earlier change of this plan creates"`
	Version    string           `json:"version,omitempty" jsonschema:"version that the resource must still have, from a tool's answer or an HTTP ETag"`
	BulkID     string           `json:"bulkId,omitempty" jsonschema:"name for the resource that a create makes; later changes refer to it as bulkId:name"`
	Data       map[string]any   `json:"data,omitempty" jsonschema:"SCIM resource, for create and replace"`
	Operations []map[string]any `json:"operations,omitempty" jsonschema:"SCIM operations with op, path and value, for patch"`
	Members    []string         `json:"members,omitempty" jsonschema:"ids of the members, for add_members and remove_members"`
}

// placeholder is the id of a change's new resource until it exists.
func (ch *change) placeholder(number string) string {
	if ch.BulkID != "" {
		return bulkPrefix + ch.BulkID
	}
	return "new:" + number
}

const bulkPrefix = "bulkId:"

// body is the request body that a SCIM client would send. If the agent omits schemas, they are
// taken from the data.
func (ch *change) body(rt *schema.ResourceType, l scim.Limits) (map[string]any, error) {
	switch ch.Op {
	case opCreate, opReplace:
		body, err := decoded(ch.Data, l)
		if err == nil && body["schemas"] == nil {
			urns := []any{rt.Schema.ID}
			for _, e := range rt.Extensions {
				if body[e.Schema.ID] != nil {
					urns = append(urns, e.Schema.ID)
				}
			}
			body["schemas"] = urns
		}
		return body, err
	case opAddMembers:
		list := make([]any, len(ch.Members))
		for i, id := range ch.Members {
			list[i] = map[string]any{"value": id}
		}
		return patchBody([]any{map[string]any{"op": "add", "path": "members", "value": list}}), nil
	case opRemoveMembers:
		ops := make([]any, len(ch.Members))
		for i, id := range ch.Members {
			ops[i] = map[string]any{"op": "remove", "path": "members[value eq " + quoted(id) + "]"}
		}
		return patchBody(ops), nil
	}
	ops := make([]any, len(ch.Operations))
	for i, op := range ch.Operations {
		ops[i] = op
	}
	return decoded(patchBody(ops), l)
}

func patchBody(ops []any) map[string]any {
	return map[string]any{"schemas": []any{patch.URN}, "Operations": ops}
}

// check rejects an incomplete change before any work is done.
func (ch *change) check() error {
	bad := func(why string) error { return failf(400, codeArguments, "%s %s", ch.Op, why) }
	switch {
	case ch.Op == opCreate && ch.ID != "":
		return bad("takes no id; the service assigns it")
	case ch.Op != opCreate && ch.ID == "":
		return bad("needs the id of the resource")
	case (ch.Op == opCreate || ch.Op == opReplace) && len(ch.Data) == 0:
		return bad("needs data, the SCIM resource")
	case ch.Op == opPatch && len(ch.Operations) == 0:
		return bad("needs operations")
	case (ch.Op == opAddMembers || ch.Op == opRemoveMembers) && len(ch.Members) == 0:
		return bad("needs members")
	}
	return nil
}

// carryOut sends a change to a provider: the real one, or that of a rehearsal.
func (c *call) carryOut(ctx context.Context, p scim.Provider, rt *schema.ResourceType, ch *change, m scim.Match) (*scim.Result, error) {
	none, at := scim.Projection{None: true}, scim.Target{Tenant: c.Tenant, Type: rt, ID: ch.ID, By: c.Principal}
	if ch.Op == opDelete {
		return &scim.Result{ID: ch.ID, Changed: true}, p.Delete(ctx, at, m)
	}
	body, err := ch.body(rt, c.Tenant.Limits)
	if err != nil {
		return nil, err
	}
	switch ch.Op {
	case opCreate:
		return p.Create(ctx, at, body, none)
	case opReplace:
		return p.Replace(ctx, at, body, m, none)
	}
	return p.Patch(ctx, at, body, m, none)
}

// renamed returns the change with ids replaced by others: where an id is a whole string, and where
// it is a literal in the filter of a path.
func (ch change) renamed(ids map[string]string) change {
	if len(ids) == 0 {
		return ch
	}
	ch.ID = rename(ch.ID, ids)
	members := make([]string, len(ch.Members))
	for i, m := range ch.Members {
		members[i] = rename(m, ids)
	}
	ch.Members = members
	ch.Data, _ = renameIn(ch.Data, ids).(map[string]any)
	ops := make([]map[string]any, len(ch.Operations))
	for i, op := range ch.Operations {
		ops[i], _ = renameIn(op, ids).(map[string]any)
		if path, ok := ops[i]["path"].(string); ok {
			for from, to := range ids {
				path = strings.ReplaceAll(path, quoted(from), quoted(to))
			}
			ops[i]["path"] = path
		}
	}
	ch.Operations = ops
	return ch
}

func rename(s string, ids map[string]string) string {
	if to, ok := ids[s]; ok {
		return to
	}
	return s
}

func renameIn(v any, ids map[string]string) any {
	switch v := v.(type) {
	case string:
		return rename(v, ids)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = renameIn(e, ids)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = renameIn(e, ids)
		}
		return out
	}
	return v
}
