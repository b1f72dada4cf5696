package scim

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// bulkOp is one operation of a bulk request (RFC 7644 §3.7).
type bulkOp struct {
	method, path, bulkID, version string
	data                          map[string]any
	err                           error // found while reading it
	res                           *bulkResult
	busy                          bool // being resolved further up the call stack: a cycle
	later                         []any
	number                        int // from 1
}

// bulkResult is one entry of the response.
type bulkResult struct {
	status   int
	location string
	version  int64
	err      *Error
}

// bulkJob runs the operations of one request in order, each bulkId that an operation
// names first, whatever its place (B-14).
type bulkJob struct {
	h       *handler
	req     *request
	ops     []*bulkOp
	byID    map[string]*bulkOp
	created map[string]string // bulkId → resource id
	errors  int
	limit   int // failOnErrors, 0 = none
}

func (h *handler) bulk(req *request) (*response, error) {
	req.rec.Operation = "bulk"
	if h.o.NoBulk {
		return nil, errorf(CodeBulkOff, "bulk is switched off")
	}
	limits := req.tenant.Limits.orDefault()
	body, err := req.readBody(limits.MaxBody, "maxPayloadSize")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(req.ctx, h.o.Timeout)
	defer cancel()
	req.ctx = ctx
	job := &bulkJob{h: h, req: req, byID: map[string]*bulkOp{}, created: map[string]string{}}
	if err := job.read(body, limits.MaxOperations); err != nil {
		return nil, err
	}
	for _, op := range job.ops {
		if job.stopped() {
			break
		}
		job.run(op)
	}
	return &response{status: http.StatusOK, body: job.render()}, nil
}

func (j *bulkJob) read(body map[string]any, maxOps int) error {
	if !hasURN(body, bulkRequestURN) {
		return errorf(CodeBulkBody, "schemas must contain %s", bulkRequestURN)
	}
	var list []any
	for k, v := range body {
		switch strings.ToLower(k) {
		case "operations":
			list, _ = v.([]any)
		case "failonerrors":
			n, _, err := number(v, k)
			if err != nil || n < 0 {
				return errorf(CodeBulkBody, "failOnErrors must be a positive integer")
			}
			j.limit = n
		}
	}
	if len(list) == 0 {
		return errorf(CodeBulkBody, "Operations must be a list with at least one operation")
	}
	if len(list) > maxOps {
		return errorf(CodeBulkTooLarge, "more operations than maxOperations (%d)", maxOps)
	}
	for i, v := range list {
		op := readBulkOp(v)
		op.number = i + 1
		j.ops = append(j.ops, op)
		if op.bulkID == "" {
			continue
		}
		if j.byID[op.bulkID] != nil {
			return errorf(CodeBulkID, "two operations have one bulkId")
		}
		j.byID[op.bulkID] = op
	}
	return nil
}

func readBulkOp(v any) *bulkOp {
	op := &bulkOp{}
	m, ok := v.(map[string]any)
	if !ok {
		op.err = errorf(CodeBulkOperation, "an operation must be an object")
		return op
	}
	var data any
	for k, v := range m {
		s, _ := v.(string)
		switch strings.ToLower(k) {
		case "method":
			op.method = strings.ToUpper(s)
		case "path":
			op.path = s
		case "bulkid":
			op.bulkID = s
		case "version":
			op.version = s
		case "data":
			data = v
		}
	}
	switch d := data.(type) {
	case map[string]any:
		op.data = d
	case []any: // a bare list of PATCH operations (B-07)
		op.data = map[string]any{"schemas": []any{patchOpURN}, "Operations": d}
	}
	switch {
	case op.method != "POST" && op.method != "PUT" && op.method != "PATCH" && op.method != "DELETE":
		op.err = errorf(CodeBulkOperation, "method must be POST, PUT, PATCH or DELETE")
	case op.method == "POST" && op.bulkID == "":
		op.err = errorf(CodeBulkID, "a POST operation needs a bulkId")
	case op.method != "DELETE" && op.data == nil:
		op.err = errorf(CodeBulkOperation, "a %s operation needs data", op.method)
	}
	return op
}

func (j *bulkJob) stopped() bool { return j.limit > 0 && j.errors >= j.limit }

// run executes one operation unless that has happened already.
func (j *bulkJob) run(op *bulkOp) {
	if op.res != nil || op.busy {
		return
	}
	op.busy = true
	start := j.h.o.Now()
	rec := *j.req.rec // notes of the operation are its own
	rec.Time, rec.Item, rec.Method, rec.Notes, rec.Changed = start, op.number, op.method, nil, false
	res, err := j.execute(op, &rec)
	op.busy = false
	if err != nil {
		rec.fail(AsError(err), err)
		res = &bulkResult{err: AsError(err)}
		if loc := j.target(op); loc != "" {
			res.location = loc
		}
		res.status = res.err.Status
		j.errors++
	}
	op.res = res
	rec.Status, rec.Duration = res.status, j.h.o.Now().Sub(start)
	if j.h.o.Observe != nil {
		j.h.o.Observe(j.req.http, &rec)
	}
}

func (j *bulkJob) execute(op *bulkOp, rec *Record) (*bulkResult, error) {
	if err := j.req.ctx.Err(); err != nil {
		return nil, err // B-20: what could not start is reported as 503
	}
	if op.err != nil {
		return nil, op.err
	}
	rt, id, err := j.endpoint(op)
	if err != nil {
		return nil, err
	}
	rec.Type, rec.ResourceID, rec.Operation = rt.Name, id, operations[op.method]
	if err := j.req.allow(Write, rt.Name); err != nil {
		return nil, err
	}
	if op.data != nil {
		v, err := j.resolve(op, op.data)
		if err != nil {
			return nil, err
		}
		op.data, _ = v.(map[string]any)
		if j.h.o.Normalise != nil {
			rec.Notes = j.h.o.Normalise(j.req.tenant, rt, op.method == http.MethodPatch, op.data)
		}
	}
	return j.write(op, rt, id, rec)
}

// operations are the names of records.
var operations = map[string]string{"POST": "create", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}

func (j *bulkJob) write(op *bulkOp, rt *schema.ResourceType, id string, rec *Record) (*bulkResult, error) {
	ctx, t, p, none := j.req.ctx, j.req.tenant, j.h.p, Projection{None: true}
	var res *Result
	var err error
	status := http.StatusOK
	switch op.method {
	case "POST":
		status = http.StatusCreated
		if res, err = p.Create(ctx, t, rt, op.data, none); err == nil {
			j.created[op.bulkID] = res.ID
			res, err = j.closeCycle(op, rt, res)
		}
	case "PUT":
		res, err = p.Replace(ctx, t, rt, id, op.data, ParseMatch(op.version), none)
	case "PATCH":
		if rt.Schema.Attribute("members") != nil {
			status = http.StatusNoContent
		}
		res, err = p.Patch(ctx, t, rt, id, op.data, ParseMatch(op.version), none)
	case "DELETE":
		err = p.Delete(ctx, t, rt, id, ParseMatch(op.version))
		rec.Changed = err == nil
		return &bulkResult{status: http.StatusNoContent, location: j.target(op)}, err
	}
	if err != nil {
		return nil, err
	}
	rec.ResourceID, rec.Changed, rec.Notes = res.ID, res.Changed, append(rec.Notes, res.Notes...)
	j.req.rec.Changed = j.req.rec.Changed || res.Changed
	return &bulkResult{status: status, location: res.Location, version: res.Version}, nil
}

// endpoint reads the path of an operation: a type for POST, an item else (B-05).
func (j *bulkJob) endpoint(op *bulkOp) (*schema.ResourceType, string, error) {
	parts := strings.Split(strings.Trim(op.path, "/"), "/")
	bad := errorf(CodeBulkOperation, "path must be an endpoint such as /Users for POST and an item such as /Users/{id} else")
	if strings.ContainsAny(op.path, "?#") || strings.Contains(op.path, "..") {
		return nil, "", bad
	}
	rt := j.req.tenant.Types.ByEndpoint(parts[0])
	if rt == nil || (op.method == "POST") != (len(parts) == 1) || len(parts) > 2 {
		return nil, "", bad
	}
	if op.method == "POST" {
		return rt, "", nil
	}
	id, err := url.PathUnescape(parts[1])
	if err != nil || id == "" || strings.EqualFold(id, ".search") {
		return nil, "", bad
	}
	if ref, ok := strings.CutPrefix(id, "bulkId:"); ok {
		if id, err = j.idOf(ref); err != nil {
			return nil, "", err
		}
		op.path = rt.Endpoint + "/" + id
	}
	return rt, id, nil
}

// idOf gives the id behind a bulkId, creating the resource first if that is still to come.
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
	return "", errorf(CodeBulkReference, "bulkId %q names no resource that this request created", ref)
}

// resolve replaces "bulkId:x" in reference values. A member that closes a cycle is left
// out and added once both groups exist (B-15).
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

// closes tells whether a member value names an operation that waits for this one.
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
func (j *bulkJob) closeCycle(op *bulkOp, rt *schema.ResourceType, res *Result) (*Result, error) {
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
			body := map[string]any{"schemas": []any{patchOpURN}, "Operations": []any{map[string]any{
				"op": "add", "path": "members", "value": []any{map[string]any{"value": member}}}}}
			patched, err := j.h.p.Patch(j.req.ctx, j.req.tenant, rt, target, body, Match{}, Projection{None: true})
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

// target is the location of an operation that does not create.
func (j *bulkJob) target(op *bulkOp) string {
	if op.method == "POST" || op.path == "" {
		return ""
	}
	return j.h.o.PublicBase + "/" + j.req.tenant.ID.String() + "/" + strings.TrimPrefix(op.path, "/")
}

func (j *bulkJob) render() []byte {
	dst := append([]byte(nil), `{"schemas":["`+bulkResponseURN+`"],"Operations":[`...)
	first := true
	for _, op := range j.ops {
		if op.res == nil {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendBulkResult(dst, op)
	}
	return append(dst, ']', '}')
}

func appendBulkResult(dst []byte, op *bulkOp) []byte {
	dst = append(dst, `{"method":`...)
	dst = schema.AppendValue(dst, op.method)
	if op.bulkID != "" {
		dst = append(dst, `,"bulkId":`...)
		dst = schema.AppendValue(dst, op.bulkID)
	}
	if op.res.location != "" {
		dst = append(dst, `,"location":`...)
		dst = schema.AppendValue(dst, op.res.location)
	}
	if op.res.version > 0 {
		dst = append(dst, `,"version":`...)
		dst = schema.AppendValue(dst, ETag(op.res.version))
	}
	dst = append(dst, `,"status":`...)
	dst = schema.AppendValue(dst, strconv.Itoa(op.res.status))
	if op.res.err != nil {
		dst = append(dst, `,"response":`...)
		dst = op.res.err.AppendJSON(dst)
	}
	return append(dst, '}')
}
