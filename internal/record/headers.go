package record

import (
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// headers returns the headers of a step that a service reads. A nil value says that the request had
// no such header, where a replay would send one.
func (r *redactor) headers(req *http.Request, status int) map[string]*string {
	out := map[string]*string{}
	for _, name := range []string{"User-Agent", "Accept", "Accept-Charset", "Content-Type", "Content-Encoding", "If-Match", "If-None-Match"} {
		v, ok := req.Header[name]
		if !ok {
			continue
		}
		s := r.phrase(strings.Join(v, ", "))
		if strings.HasPrefix(name, "If-") {
			s = r.versions(strings.Join(v, ", "))
		}
		out[name] = &s
	}
	if _, ok := out["Content-Type"]; !ok && req.ContentLength != 0 {
		out["Content-Type"] = nil
	}
	r.authorization(req, status, out)
	return out
}

// versions redacts a list of ETags.
func (r *redactor) versions(s string) string {
	list := strings.Split(s, ",")
	for i, v := range list {
		list[i] = r.version(v)
	}
	return strings.Join(list, ",")
}

// authorization writes how the credential was sent, without it. Without an entry, a replay sends its
// token in the usual form.
func (r *redactor) authorization(req *http.Request, status int, out map[string]*string) {
	auth, token := req.Header.Get("Authorization"), httpapi.Credential(req)
	switch {
	case auth == "":
		out["Authorization"] = nil
	case status == http.StatusUnauthorized:
		s := "Bearer not-a-token"
		out["Authorization"] = &s
	case token != "" && auth != "Bearer "+token && strings.Contains(auth, token):
		before, after, _ := strings.Cut(auth, token)
		s := r.phrase(before) + "{{token}}" + r.phrase(after)
		out["Authorization"] = &s
	}
}
