package httpapi

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// deferred is a value that was left out of a new resource, because it refers to one that is created
// later.
type deferred struct {
	ref   schema.Ref // the attribute
	value any        // its value, or one element of it, as sent
	names []string   // the bulkIds in the value
}

// defers leaves out a value that would close a circle of references, such as two groups that are
// members or two users that are managers of each other. It is added once both exist (B-15). A list is
// not left out as a whole.
func (j *bulkJob) defers(op *bulkOp, ref schema.Ref, v any) bool {
	if op.method != "POST" {
		return false
	}
	d := deferred{ref: ref, value: v, names: namesIn(ref, v)}
	waits := false
	for _, name := range d.names {
		dep := j.byID[name]
		waits = waits || j.created[name] == "" && dep != nil && dep.busy
	}
	if !waits {
		return false
	}
	if m, ok := v.(map[string]any); ok {
		d.value = maps.Clone(m)
	}
	op.later = append(op.later, d)
	return true
}

// namesIn returns the bulkIds in a value that is no list.
func namesIn(ref schema.Ref, v any) []string {
	var names []string
	add := func(sub *schema.Attribute, v any) {
		s, _ := v.(string)
		if _, name, ok := bulkRef(s); ok && refers(ref.Attr, sub) {
			names = append(names, name)
		}
	}
	switch v := v.(type) {
	case string:
		add(ref.Sub, v)
	case map[string]any:
		for k, e := range v {
			if sub := ref.Attr.Sub(k); sub != nil {
				add(sub, e)
			}
		}
	}
	return names
}

// closing bounds the work that closes circles of references after a resource was created.
const closing = 10 * time.Second

// closeCycle adds the values that operations left out because this resource, or the one that they
// create, did not exist yet. The resources exist now: this does not end with the request, and a value
// that cannot be added is noted and does not change the answer.
func (j *bulkJob) closeCycle(op *bulkOp, at scim.Target, res *scim.Result) *scim.Result {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.req.ctx), closing)
	defer cancel()
	for _, other := range j.ops {
		var wait []deferred
		for _, d := range other.later {
			if !j.ready(other, d) {
				wait = append(wait, d)
				continue
			}
			patched, err := j.complete(ctx, other, at.Tenant, d)
			switch {
			case err != nil:
				j.note(other, d, scim.AsError(err).Detail)
			case other == op:
				res = patched
			case other.res != nil:
				other.res.version = patched.Version
			}
		}
		other.later = wait
	}
	return res
}

// ready reports whether the resource and all that the value refers to exist.
func (j *bulkJob) ready(op *bulkOp, d deferred) bool {
	all := j.created[op.bulkID] != ""
	for _, name := range d.names {
		all = all && j.created[name] != ""
	}
	return all
}

// complete adds one value that was left out.
func (j *bulkJob) complete(ctx context.Context, op *bulkOp, t *scim.Tenant, d deferred) (*scim.Result, error) {
	rt, _, err := j.endpoint(op)
	if err != nil {
		return nil, err
	}
	v, err := j.value(op, d.ref, d.value)
	if err != nil {
		return nil, err
	}
	if d.ref.Attr.MultiValued {
		v = []any{v}
	}
	body := map[string]any{"schemas": []any{patch.URN}, "Operations": []any{map[string]any{"op": "add", "path": d.ref.String(), "value": v}}}
	at := scim.Target{Tenant: t, Type: rt, ID: j.created[op.bulkID]}
	return j.h.p.Patch(ctx, at, body, scim.Match{}, scim.Projection{None: true})
}

// noteLeftOut records the values that were never added, because what they refer to was not created.
func (j *bulkJob) noteLeftOut() {
	for _, op := range j.ops {
		if op.res == nil || op.res.err != nil {
			continue
		}
		for _, d := range op.later {
			j.note(op, d, "the resource that it refers to was not created")
		}
	}
}

func (j *bulkJob) note(op *bulkOp, d deferred, why string) {
	j.req.rec.Notes = append(j.req.rec.Notes, "operation "+strconv.Itoa(op.number)+": "+d.ref.String()+" was left out, because "+why)
}
