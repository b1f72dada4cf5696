package httpapi

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
)

// idOf returns the id of the resource that a bulkId names, and creates the resource first if its
// operation has not run yet.
func (j *bulkJob) idOf(ref string) (string, error) {
	if id, ok := j.created[ref]; ok {
		return id, nil
	}
	if dep := j.byID[ref]; dep != nil && dep.method == "POST" && !dep.busy && !j.stopped() {
		j.run(dep)
	}
	if id, ok := j.created[ref]; ok {
		return id, nil
	}
	return "", scim.NewError(scim.CodeBulkReference, "bulkId %q names no resource that this request created", ref)
}

// resolve replaces "bulkId:x" in a value by the id. A member that closes a cycle is left out, and
// added once both groups exist (B-15).
func (j *bulkJob) resolve(op *bulkOp, v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			r, err := j.resolve(op, e)
			if err != nil {
				return nil, err
			}
			out[k] = r
		}
		return out, nil
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			if m, ok := e.(map[string]any); ok && j.closes(m) {
				op.later = append(op.later, m)
				continue
			}
			r, err := j.resolve(op, e)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	case string:
		if i := strings.Index(v, "bulkId:"); i == 0 || i > 0 && v[i-1] == '/' {
			id, err := j.idOf(v[i+len("bulkId:"):])
			return v[:i] + id, err
		}
	}
	return v, nil
}

// closes tells whether a member names an operation that waits for this one.
func (j *bulkJob) closes(m map[string]any) bool {
	s, _ := m["value"].(string)
	ref, ok := strings.CutPrefix(s, "bulkId:")
	if !ok || j.created[ref] != "" {
		return false
	}
	dep := j.byID[ref]
	return dep != nil && dep.busy
}

// closeCycle adds the members that other operations left out because this resource did
// not exist yet.
func (j *bulkJob) closeCycle(op *bulkOp, at scim.Target, res *scim.Result) (*scim.Result, error) {
	for _, other := range j.ops {
		if len(other.later) == 0 {
			continue
		}
		var wait []any
		for _, m := range other.later {
			s, _ := m.(map[string]any)["value"].(string)
			target := j.created[other.bulkID]
			member := j.created[strings.TrimPrefix(s, "bulkId:")]
			if target == "" || member == "" {
				wait = append(wait, m)
				continue
			}
			body := map[string]any{"schemas": []any{patch.URN}, "Operations": []any{map[string]any{
				"op": "add", "path": "members", "value": []any{map[string]any{"value": member}}}}}
			patched, err := j.h.p.Patch(j.req.ctx, at.Of(target), body, scim.Match{}, scim.Projection{None: true})
			if err != nil {
				return nil, err
			}
			if other == op {
				res = patched
			} else if other.res != nil {
				other.res.version = patched.Version
			}
		}
		other.later = wait
	}
	return res, nil
}
