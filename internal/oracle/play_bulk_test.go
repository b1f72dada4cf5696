package oracle

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// bulkAnswer is the body of an answer to POST /Bulk.
type bulkAnswer struct {
	Operations []struct {
		Method, BulkID, Location, Version, Status string
		Response                                  struct{ Status, ScimType string }
	}
}

// bulk plays a POST /Bulk on both sides: the model needs the ids that the service has given.
func (g *game) bulk(t *testing.T, q request) string {
	t.Helper()
	got := g.send(t, q)
	var answered bulkAnswer
	if err := json.Unmarshal(got.Body.Bytes(), &answered); err != nil {
		return err.Error()
	}
	ids := map[string]string{}
	for _, o := range answered.Operations {
		if o.Status == "201" {
			ids[o.BulkID] = o.Location[strings.LastIndexByte(o.Location, '/')+1:]
		}
	}
	if tags := q.fields("If-Match"); tags != "" && tags != "*" {
		return g.failed(refused([]problem{{412, ""}}), got)
	}
	want := g.model.bulk(q.body, ids)
	if want.problems != nil {
		return g.failed(want, got)
	}
	for _, op := range want.bulk {
		if op.made != nil {
			g.ids[fmt.Sprintf("%d:%s", q.n, op.id)] = op.made.id
		}
	}
	for n, id := range g.ids {
		if r := g.model.any(id); r != nil {
			g.tags[n] = r.tag()
		}
	}
	return compareBulk(want.bulk, answered, got)
}

// compareBulk compares the results of those operations that ran, in the order of the request.
func compareBulk(ops []*bulkOp, answered bulkAnswer, got *httptest.ResponseRecorder) string {
	ran := slices.DeleteFunc(slices.Clone(ops), func(op *bulkOp) bool { return op.result == nil })
	if got.Code != 200 || len(ran) != len(answered.Operations) {
		return fmt.Sprintf("model: %d results\nservice: %d %s", len(ran), got.Code, got.Body)
	}
	for i, op := range ran {
		o, want := answered.Operations[i], op.result
		model := fmt.Sprint(want.status, " ", op.method, " ", op.id, " ", want.location, " ", want.tag)
		service := fmt.Sprint(o.Status, " ", o.Method, " ", o.BulkID, " ", o.Location, " ", o.Version)
		if want.problems != nil {
			model = fmt.Sprint(op.method, " ", op.id, " ", "")
			service = fmt.Sprint(o.Method, " ", o.BulkID, " ", o.Version)
			if !slices.ContainsFunc(want.problems, func(p problem) bool {
				return fmt.Sprint(p.status) == o.Status && o.Status == o.Response.Status && p.scimType == o.Response.ScimType
			}) {
				return fmt.Sprintf("result %d: model %v\nservice: %s", i+1, want.problems, got.Body)
			}
		}
		if model != service {
			return fmt.Sprintf("result %d: model:   %s\n          service: %s", i+1, model, service)
		}
	}
	return ""
}
