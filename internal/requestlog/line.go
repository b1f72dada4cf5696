package requestlog

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// failed reports whether a request failed by a fault of the service.
func failed(rec *scim.Record) bool {
	return rec.Status >= http.StatusInternalServerError && rec.Status != http.StatusNotImplemented
}

// Attrs are what a line has of a request: no user names, attribute values or query.
func Attrs(rec *scim.Record) (slog.Level, []slog.Attr) {
	attrs := []slog.Attr{
		slog.String("tenant", rec.Tenant.String()), slog.String("key", rec.Subject), slog.String("method", rec.Method),
		slog.String("operation", rec.Operation), slog.String("type", rec.Type), slog.String("id", rec.ResourceID),
		slog.Int("status", rec.Status), slog.Bool("changed", rec.Changed),
		slog.Int("item", rec.Item), slog.Duration("took", rec.Duration), slog.String("request_id", rec.RequestID),
	}
	if rec.Code != "" {
		attrs = append(attrs, slog.String("scim_type", rec.ScimType), slog.String("code", string(rec.Code)))
	}
	if len(rec.Notes) > 0 {
		attrs = append(attrs, slog.Any("notes", rec.Notes))
	}
	if failed(rec) {
		return slog.LevelError, append(attrs, slog.Any("cause", rec.Err))
	}
	return slog.LevelInfo, attrs
}

// appendLine appends what slog.JSONHandler makes of the Attrs of a request that has not failed. By hand it takes
// about a fifth of the time, and allocates nothing: the line was 6 to 9 % of every small request.
func appendLine(dst []byte, at time.Time, rec *scim.Record) []byte {
	dst = append(dst, `{"time":"`...)
	dst = at.AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, `","level":"INFO","msg":"request"`...)
	for _, kv := range [...][2]string{
		{`,"tenant":`, rec.Tenant.String()}, {`,"key":`, rec.Subject}, {`,"method":`, rec.Method},
		{`,"operation":`, rec.Operation}, {`,"type":`, rec.Type}, {`,"id":`, rec.ResourceID},
	} {
		dst = appendText(append(dst, kv[0]...), kv[1])
	}
	dst = strconv.AppendInt(append(dst, `,"status":`...), int64(rec.Status), 10)
	dst = strconv.AppendBool(append(dst, `,"changed":`...), rec.Changed)
	dst = strconv.AppendInt(append(dst, `,"item":`...), int64(rec.Item), 10)
	dst = strconv.AppendInt(append(dst, `,"took":`...), int64(rec.Duration), 10)
	dst = appendText(append(dst, `,"request_id":`...), rec.RequestID)
	if rec.Code != "" {
		dst = appendText(append(dst, `,"scim_type":`...), rec.ScimType)
		dst = appendText(append(dst, `,"code":`...), string(rec.Code))
	}
	for i, note := range rec.Notes {
		if i == 0 {
			dst = append(dst, `,"notes":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = appendText(dst, note)
	}
	if len(rec.Notes) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}', '\n')
}

// appendText appends a string as JSON. An id can be any text of a client, also such that is not UTF-8.
func appendText(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] >= 0x80 {
			text, _ := json.Marshal(s) // a string has no error
			return append(dst, text...)
		}
	}
	return schema.AppendString(dst, s)
}
