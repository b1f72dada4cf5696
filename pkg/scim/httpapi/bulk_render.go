package httpapi

import (
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

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
		dst = schema.AppendValue(dst, scim.ETag(op.res.version))
	}
	dst = append(dst, `,"status":`...)
	dst = schema.AppendValue(dst, strconv.Itoa(op.res.status))
	if op.res.err != nil {
		dst = append(dst, `,"response":`...)
		dst = op.res.err.AppendJSON(dst)
	}
	return append(dst, '}')
}
