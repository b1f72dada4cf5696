package httpapi_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func packed(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// send sends a request with headers in pairs and returns the answer with its body.
func send(t *testing.T, method, url string, body []byte, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header[headers[i]] = append(req.Header[headers[i]], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res, string(raw)
}

// H-02: gzip is read within the limit of a body, which counts what comes out.
func TestGzip(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, token := s.Tenant(t, "acme", func(s *tenant.Settings) { s.Limits.MaxBody = 10000 })
	user := func(title int) string {
		return `{"userName":"a` + fmt.Sprint(title) + `","title":"` + strings.Repeat("x", title) + `"}`
	}
	for name, c := range map[string]struct {
		body   []byte
		coding string
		want   int
	}{
		"small":          {packed(t, user(10)), "gzip", 201},
		"upper case":     {packed(t, user(11)), "X-GZIP, identity", 201},
		"over the limit": {packed(t, user(10001)), "gzip", 413},
		"bomb":           {packed(t, strings.Repeat(" ", 12<<20)), "gzip", 413},
		"large packed":   {bytes.Repeat([]byte("x"), 20000), "gzip", 413},
		"cut off":        {packed(t, user(12))[:30], "gzip", 400},
		"plain":          {[]byte(user(13)), "gzip", 400},
		"twice":          {packed(t, user(14)), "gzip, gzip", 415},
		"brotli":         {[]byte(user(15)), "br", 415},
		"unlabelled":     {packed(t, user(16)), "identity", 400},
	} {
		res, body := send(t, "POST", base+"/Users", c.body, "Authorization", "Bearer "+token, "Content-Type", "application/scim+json", "Content-Encoding", c.coding)
		if res.StatusCode != c.want || c.want > 299 && !strings.Contains(body, scim.URNError) {
			t.Errorf("%s: %d %s", name, res.StatusCode, body)
		}
		if got := res.Header.Get("Accept-Encoding"); (got == "gzip") != (c.want == 415) {
			t.Errorf("%s: Accept-Encoding %q", name, got)
		}
	}
}

// A client that sends its whole body before it reads gets the answer of a request that was refused.
func TestLargeBodyOverTCP(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, token := s.Tenant(t, "acme", func(s *tenant.Settings) { s.Limits.MaxBody = 100000 })
	host := strings.TrimPrefix(strings.Split(base, "/scim")[0], "http://")
	const size = 10 << 20
	for _, c := range []struct {
		path, token string
		chunked     bool
		want        int
	}{
		{"/Users", token, false, 413}, {"/Users", token, true, 413}, {"/Bulk", token, false, 413}, {"/Users/.search", token, false, 413},
		{"/Users", "wrong", false, 401}, {"/Nope", token, true, 404}, {"/Users/a/b", token, false, 404},
	} {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
		var b bytes.Buffer
		fmt.Fprintf(&b, "POST /scim/v2/acme%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/scim+json\r\n", c.path, host, c.token)
		data := strings.Repeat("x", size)
		if c.chunked {
			fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, data)
		} else {
			fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", size, data)
		}
		if _, err := conn.Write(b.Bytes()); err != nil {
			t.Errorf("%s: write: %v", c.path, err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: read: %v", c.path, err)
			continue
		}
		raw, err := io.ReadAll(res.Body)
		if res.StatusCode != c.want || err != nil || !strings.Contains(string(raw), scim.URNError) {
			t.Errorf("%s: %d %v %s", c.path, res.StatusCode, err, raw)
		}
		_ = conn.Close()
	}
}

// Z-01: headers that cannot be read as one request.
func TestHead(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, token := s.Tenant(t, "acme", nil)
	bearer := []string{"Authorization", "Bearer " + token}
	for name, c := range map[string]struct {
		headers []string
		want    int
	}{
		"two credentials": {append(bearer, bearer...), 400},
		"empty If-Match":  {append(bearer, "If-Match", ""), 400},
		"long header":     {append(bearer, "X-Long", strings.Repeat("x", 70000)), 431},
		"many headers":    {append(bearer, "X-A", strings.Repeat("x", 40000), "X-B", strings.Repeat("x", 40000)), 431},
		"one credential":  {bearer, 404},
	} {
		res, body := send(t, "DELETE", base+"/Users/none", nil, c.headers...)
		if res.StatusCode != c.want || !strings.Contains(body, scim.URNError) {
			t.Errorf("%s: %d %s", name, res.StatusCode, body)
		}
	}
	if res, body := send(t, "GET", base+"/Users?filter="+strings.Repeat("x", 70000), nil, bearer...); res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("long URL: %d %s", res.StatusCode, body)
	}
}

// Z-07 D-05: a tolerant tenant takes Basic and announces it; a strict one refuses it.
func TestBasic(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	for name, strict := range map[string]bool{"soft": false, "hard": true} {
		base, token := s.Tenant(t, name, func(s *tenant.Settings) { s.Strict = strict })
		for _, pair := range []string{"x:" + token, ":" + token, token + ":"} {
			res, body := send(t, "GET", base+"/Users", nil, "Authorization", "basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
			if (res.StatusCode == http.StatusUnauthorized) != strict || strict && res.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %d %s", name, res.StatusCode, body)
			}
		}
		if res, _ := send(t, "GET", base+"/Users", nil, "Authorization", "Bearer "+token); res.StatusCode != http.StatusOK {
			t.Errorf("%s: bearer: %d", name, res.StatusCode)
		}
		if _, body := send(t, "GET", base+"/ServiceProviderConfig", nil); strings.Contains(body, "httpbasic") == strict || !strings.Contains(body, "oauthbearertoken") {
			t.Errorf("%s: %s", name, body)
		}
	}
	for _, rec := range s.Records() {
		if rec.Status == 401 && rec.Code != scim.CodeTokenScheme {
			t.Errorf("%+v", rec)
		}
	}
}
