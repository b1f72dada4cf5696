package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// requestSeconds is how long a function has for one request.
const requestSeconds = 28

// job is one large request, played with fewer members than it has.
type job struct {
	name   string
	full   int // members
	played int
	run    func(r *rig, ids []string) (count func() error, err error)
}

// jobResult is what a job needs.
type jobResult struct {
	job
	hot     dynamotest.KeyUnits // for all members
	seconds float64             // that the key needs for it
}

func (j jobResult) requests() int { return int(math.Ceil(j.seconds / requestSeconds)) }

func jobsOf(size float64) []job {
	n := max(int(2000*size), 1000) // enough for a large change
	return []job{
		{"group of 500,000: PUT with all members", 500_000, n, replacing},
		{"group of 500,000: PATCH, 1,000 members each", 1_000, min(n, 1000), filling},
		{"group of 500,000: read all members", 500_000, n, reading},
		{"group of 500,000: DELETE, with the stream", 500_000, n, deleting},
	}
}

// playJob plays a job on keys without limits, and extrapolates.
func playJob(ctx context.Context, j job) (jobResult, error) {
	res := jobResult{job: j}
	r, err := newRig(ctx, 1)
	if err != nil {
		return res, err
	}
	defer r.close()
	ids, err := people(r, 1, j.played)
	if err != nil {
		return res, err
	}
	count, err := j.run(r, ids)
	if err != nil {
		return res, err
	}
	r.engine.Unkind(dynamotest.Unkind{Now: r.clock.now})
	if err := count(); err != nil {
		return res, err
	}
	for _, k := range r.engine.KeyUnits() {
		more := float64(j.full) / float64(j.played)
		if k.Read, k.Write = k.Read*more, k.Write*more; share(k) > res.seconds {
			res.hot, res.seconds = k, share(k)
		}
	}
	return res, nil
}

func replacing(r *rig, ids []string) (func() error, error) {
	g, err := group(r)
	return func() error {
		_, err := r.do(0, "PUT", "/Groups/"+g, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"everybody","members":[`+membersOf(ids)+`]}`)
		return err
	}, err
}

func membersOf(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = fmt.Sprintf(`{"value":%q}`, id)
	}
	return strings.Join(out, ",")
}

func filling(r *rig, ids []string) (func() error, error) {
	g, err := group(r)
	return func() error {
		_, err := r.do(0, "PATCH", "/Groups/"+g, addBody(ids...))
		return err
	}, err
}

// filled makes a group with all members.
func filled(r *rig, ids []string) (string, error) {
	g, err := group(r)
	for part := range slices.Chunk(ids, 1000) {
		if err == nil {
			_, err = r.do(0, "PATCH", "/Groups/"+g, addBody(part...))
		}
	}
	return g, err
}

func reading(r *rig, ids []string) (func() error, error) {
	g, err := filled(r, ids)
	return func() error {
		_, err := r.do(0, "GET", "/Groups/"+g, "")
		return err
	}, err
}

func deleting(r *rig, ids []string) (func() error, error) {
	g, err := filled(r, ids)
	if err != nil {
		return nil, err
	}
	after, err := r.drain("")
	return func() error {
		if _, err := r.do(0, "DELETE", "/Groups/"+g, ""); err != nil {
			return err
		}
		_, err := r.drain(after)
		return err
	}, err
}
