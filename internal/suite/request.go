package suite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// request sends a request line, PATH [BODY], with its header lines, and keeps the response for the
// lines after it.
func (p *player) request(method, rest string, headers []string) {
	p.t.Helper()
	if p.pending {
		p.fatalf("the request before this one has no status line")
	}
	client := http.Client{Transport: p.transport, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(p.newRequest(method, rest, headers))
	if err != nil {
		p.fatalf("%v", err)
	}
	defer res.Body.Close()
	p.raw, err = io.ReadAll(res.Body)
	if err != nil {
		p.fatalf("%v", err)
	}
	p.status, p.header, p.pending, p.body = res.StatusCode, res.Header, true, nil
	d := json.NewDecoder(bytes.NewReader(p.raw))
	d.UseNumber()
	if d.Decode(&p.body) != nil {
		p.body = nil
	}
}

func (p *player) newRequest(method, rest string, headers []string) *http.Request {
	p.t.Helper()
	path, body, _ := strings.Cut(rest, " ")
	if method == "OPS" {
		method, body = "PATCH", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`+body+`}`
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, escape(p.target(path)), strings.NewReader(body))
	if err != nil {
		p.fatalf("%v", err)
	}
	if body == "" {
		req.Body, req.ContentLength = http.NoBody, 0
	} else {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	if p.now.token != "none" {
		req.Header.Set("Authorization", "Bearer "+p.now.token)
	}
	for _, h := range headers {
		k, v, _ := strings.Cut(p.fill(h), ":")
		if v = strings.TrimSpace(v); v == "" {
			req.Header.Del(k)
		} else {
			req.Header.Set(k, v)
		}
	}
	return req
}

// target is the URL of a path: relative to the tenant, to the server after a ^, or absolute.
func (p *player) target(path string) string {
	switch {
	case strings.HasPrefix(path, "http://"):
		return path
	case strings.HasPrefix(path, "^"):
		return strings.TrimSuffix(p.server.URL(), "/scim/v2") + path[1:]
	}
	return p.now.base + path
}

// escape percent-encodes the characters that no URL may contain, so that transcripts can show
// filters in clear. Characters that are encoded already stay as they are.
func escape(target string) string {
	var b strings.Builder
	for i := range len(target) {
		switch c := target[i]; {
		case c == '+' && strings.Contains(target[:i], "?"):
			b.WriteString("%20")
		case c <= ' ' || c >= 0x7f || strings.IndexByte(`"<>[]\^{|}`+"`", c) >= 0:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
