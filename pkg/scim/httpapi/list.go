package httpapi

import (
	"strconv"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const listURN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

// appendList renders a ListResponse (RFC 7644 §3.4.2, RFC 9865 §2).
func appendList(dst []byte, f *scim.Found) []byte {
	dst = appendHead(dst, f)
	for i, r := range f.Resources {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, r...)
	}
	return append(dst, ']', '}')
}

// appendHead renders what is before the resources.
func appendHead(dst []byte, f *scim.Found) []byte {
	dst = append(dst, `{"schemas":["`+listURN+`"]`...)
	if f.Total >= 0 {
		dst = append(dst, `,"totalResults":`...)
		dst = strconv.AppendInt(dst, int64(f.Total), 10)
	}
	if !f.CursorMode {
		dst = append(dst, `,"startIndex":`...)
		dst = strconv.AppendInt(dst, int64(f.StartIndex), 10)
	}
	dst = append(dst, `,"itemsPerPage":`...)
	dst = strconv.AppendInt(dst, int64(len(f.Resources)), 10)
	if f.Next != "" {
		dst = append(dst, `,"nextCursor":`...)
		dst = schema.AppendValue(dst, f.Next)
	}
	return append(dst, `,"Resources":[`...)
}
