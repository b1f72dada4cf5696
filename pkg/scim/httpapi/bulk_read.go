package httpapi

import (
	"net/url"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func (j *bulkJob) read(body map[string]any, maxOps int) error {
	if !j.req.isMessage(body, bulkRequestURN) {
		return scim.NewError(scim.CodeBulkBody, "schemas must contain %s", bulkRequestURN)
	}
	var list []any
	for k, v := range body {
		switch schema.NameKey(k) {
		case "operations":
			list, _ = v.([]any)
		case "failonerrors":
			n, _, err := number(v, k)
			if err != nil || n < 0 {
				return scim.NewError(scim.CodeBulkBody, "failOnErrors must be a positive integer")
			}
			j.limit = n
		}
	}
	if len(list) == 0 {
		return scim.NewError(scim.CodeBulkBody, "Operations must be a list with at least one operation")
	}
	if len(list) > maxOps {
		return scim.NewError(scim.CodeBulkTooLarge, "more operations than maxOperations (%d)", maxOps)
	}
	for i, v := range list {
		op := readBulkOp(v)
		op.number = i + 1
		j.ops = append(j.ops, op)
		if op.bulkID == "" {
			continue
		}
		if j.byID[op.bulkID] != nil {
			return scim.NewError(scim.CodeBulkID, "two operations have one bulkId")
		}
		j.byID[op.bulkID] = op
	}
	return nil
}

func readBulkOp(v any) *bulkOp {
	op := &bulkOp{}
	m, ok := v.(map[string]any)
	if !ok {
		op.err = scim.NewError(scim.CodeBulkOperation, "an operation must be an object")
		return op
	}
	var data, version any
	for k, v := range m {
		s, _ := v.(string)
		switch schema.NameKey(k) {
		case "method":
			op.method = strings.ToUpper(s)
		case "path":
			op.path = s
		case "bulkid":
			op.bulkID = s
		case "version":
			op.version, version = s, v
		case "data":
			data = v
		}
	}
	switch d := data.(type) {
	case map[string]any:
		op.data = d
	case []any: // a bare list of PATCH operations (B-07)
		op.data = map[string]any{"schemas": []any{patch.URN}, "Operations": d}
	}
	switch {
	case op.method != "POST" && op.method != "PUT" && op.method != "PATCH" && op.method != "DELETE":
		op.err = scim.NewError(scim.CodeBulkOperation, "method must be POST, PUT, PATCH or DELETE")
	case op.method == "POST" && op.bulkID == "":
		op.err = scim.NewError(scim.CodeBulkID, "a POST operation needs a bulkId")
	case op.method != "DELETE" && op.data == nil:
		op.err = scim.NewError(scim.CodeBulkOperation, "a %s operation needs data", op.method)
	case op.method != "POST" && version != nil && strings.TrimSpace(op.version) == "": // see condition
		op.err = scim.NewError(scim.CodeBulkOperation, "version must be the version of the resource, or be left out")
	}
	return op
}

// endpoint reads the path of an operation: a resource type for POST, a resource otherwise (B-05).
func (j *bulkJob) endpoint(op *bulkOp) (*schema.ResourceType, string, error) {
	parts := strings.Split(strings.Trim(op.path, "/"), "/")
	bad := scim.NewError(scim.CodeBulkOperation, "path must be an endpoint such as /Users for POST, and a resource such as /Users/{id} otherwise")
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
