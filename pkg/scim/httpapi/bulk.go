package httpapi

import (
	"context"
	"net/http"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// bulkOp is one operation of a bulk request (RFC 7644 §3.7).
type bulkOp struct {
	method, path, bulkID, version string
	data                          map[string]any
	err                           error // found when it was read
	res                           *bulkResult
	busy                          bool // runs further up the call stack; meeting it again is a cycle
	number                        int  // from 1
}

// bulkResult is one entry of the response.
type bulkResult struct {
	status   int
	location string
	version  int64
	err      *scim.Error
}

// bulkJob runs the operations of one request in order, except that an operation whose bulkId
// another one names runs before that (B-14).
type bulkJob struct {
	h       *handler
	req     *request
	ops     []*bulkOp
	byID    map[string]*bulkOp
	created map[string]string // bulkId → resource id
	later   []deferred        // values that were left out
	lost    []deferred        // those that never can be added
	depth   int               // POST operations that run
	errors  int
	limit   int // failOnErrors, 0 = none
}

func (h *handler) bulk(req *request) (*response, error) {
	req.record.Operation = "bulk"
	if h.o.NoBulk || !h.p.Abilities(req.tenant).Bulk {
		return nil, scim.NewError(scim.CodeBulkOff, "bulk is switched off")
	}
	limits := req.tenant.Limits
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
	job.noteLeftOut()
	return &response{status: http.StatusOK, body: job.render()}, nil
}

func (j *bulkJob) stopped() bool { return j.limit > 0 && j.errors >= j.limit }

// run executes one operation unless that has happened already.
func (j *bulkJob) run(op *bulkOp) {
	if op.res != nil || op.busy {
		return
	}
	op.busy = true
	post := op.method == http.MethodPost
	if post {
		j.depth++
	}
	start := j.h.o.Now()
	rec := j.req.record // the record of the request, with fields of this operation
	rec.Time, rec.Item, rec.Method, rec.Notes, rec.Changed = start, op.number, scim.MethodName(op.method), nil, false
	res, err := j.execute(op, &rec)
	op.busy = false
	if err != nil {
		rec.Fail(scim.AsError(err), err)
		j.h.log(j.req.ctx, &rec)
		res = &bulkResult{err: scim.AsError(err)}
		if loc := j.target(op); loc != "" {
			res.location = loc
		}
		res.status = res.err.Status
		j.errors++
	}
	if op.res = res; post {
		if j.depth--; j.depth == 0 {
			j.closeCycles()
		}
	}
	rec.Status, rec.Duration = res.status, j.h.o.Now().Sub(start)
	if j.h.o.Observe != nil {
		j.h.o.Observe(j.req.http, &rec)
	}
}

// execute carries out one operation. A panic is its error: what others have done stays, and is in the answer.
func (j *bulkJob) execute(op *bulkOp, rec *scim.Record) (_ *bulkResult, err error) {
	defer caught(&err)
	if err := j.req.ctx.Err(); err != nil {
		return nil, err // B-20: an operation that could not start is reported as 503
	}
	if op.err != nil {
		return nil, op.err
	}
	rt, id, err := j.endpoint(op)
	if err != nil {
		return nil, err
	}
	rec.Type, rec.ResourceID, rec.Operation = rt.Name, id, operations[op.method]
	if err := j.req.allow(scim.Write, rt.Name); err != nil {
		return nil, err
	}
	if op.data != nil {
		if j.h.o.Normalise != nil {
			rec.Notes = append(rec.Notes, j.h.o.Normalise(j.req.tenant, rt, op.method == http.MethodPatch, op.data)...) // a copy: an observer may change them
		}
		if err := j.resolve(op, rt); err != nil {
			return nil, err
		}
	}
	return j.write(op, j.req.target(rt, id), rec)
}

// operations are the names of operations in records.
var operations = map[string]string{"POST": "create", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}

func (j *bulkJob) write(op *bulkOp, at scim.Target, rec *scim.Record) (*bulkResult, error) {
	ctx, p, none := j.req.ctx, j.h.p, scim.Projection{None: true}
	var res *scim.Result
	match, err := j.h.tagged(j.req, scim.ParseMatch(op.version))
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	switch op.method {
	case "POST":
		status = http.StatusCreated
		if res, err = p.Create(ctx, at, op.data, none); err == nil {
			j.created[op.bulkID] = res.ID
		}
	case "PUT":
		res, err = p.Replace(ctx, at, op.data, match, none)
	case "PATCH":
		if at.Type.HasMembers() {
			status = http.StatusNoContent
		}
		res, err = p.Patch(ctx, at, op.data, match, none)
	case "DELETE":
		err = p.Delete(ctx, at, match)
		rec.Changed = err == nil
		return &bulkResult{status: http.StatusNoContent, location: j.target(op)}, err
	}
	if err != nil {
		return nil, err
	}
	rec.ResourceID, rec.Changed, rec.Notes = res.ID, res.Changed, append(rec.Notes, res.Notes...)
	j.req.record.Changed = j.req.record.Changed || res.Changed
	return &bulkResult{status: status, location: res.Location, version: res.Version}, nil
}
