package httpapi

import (
	"net/http"
	"strconv"
)

// Values of header fields that are the same in many responses. What appends to one copies it, for its capacity is used up.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
	ofSCIM  = []string{typeSCIM}
	ofJSON  = []string{typeJSON}
)

// write writes the answer, and releases what it is made of.
func (h *handler) write(w http.ResponseWriter, req *request, res *response) {
	var rest []byte
	if res.page != nil {
		rest = res.page.Joined
	}
	head := w.Header()
	if len(res.body) > 0 || res.typed {
		head["Content-Type"] = mediaType(req.http)
	}
	if len(res.body) > 0 {
		res.own[length] = strconv.Itoa(len(res.body) + len(rest))
	}
	head["Cache-Control"], head["X-Content-Type-Options"] = noStore, noSniff
	if res != &req.reply { // which has it, and is read by calling
		res.own[requestID] = req.record.RequestID
	}
	for i, name := range fieldNames {
		if res.own[i] != "" {
			head[name] = res.own[i : i+1 : i+1]
		}
	}
	if res.own[location] != "" && (req.http.Method == http.MethodGet || req.http.Method == http.MethodHead) {
		head["Content-Location"] = head["Location"]
	}
	w.WriteHeader(res.status)
	if req.http.Method != http.MethodHead && !written(w, res.body, rest) {
		return
	}
	if h.o.Release {
		res.release()
	}
}

// release gives back what the Provider lent.
func (res *response) release() {
	if res.one != nil {
		res.one.Release()
	}
	if res.page != nil {
		res.page.Release()
	}
}

// written writes a body and reports whether nothing reads its parts any more. A client that has hung up is no failure,
// but over HTTP/2 Write then returns while another goroutine may still send what it was given: such a body must not
// get the bytes of another tenant, and is not released.
func written(w http.ResponseWriter, parts ...[]byte) bool {
	for _, part := range parts {
		if n, err := w.Write(part); err != nil || n < len(part) {
			return false
		}
	}
	return true
}
