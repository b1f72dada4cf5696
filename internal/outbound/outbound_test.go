package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/outbound"
)

// TestAddresses: only addresses of the public internet are dialled, in whatever way they are written.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1": false, "127.8.9.1": false, "0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "172.16.0.1": false,
		"172.31.255.255": false, "192.168.1.1": false, "169.254.169.254": false, "169.254.170.2": false, "100.64.0.1": false,
		"100.100.100.200": false, "192.0.0.192": false, "192.0.2.1": false, "192.88.99.1": false, "198.18.0.1": false,
		"198.51.100.7": false, "203.0.113.9": false, "224.0.0.1": false, "239.255.255.250": false, "240.0.0.1": false,
		"255.255.255.255": false, "::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false,
		"fd00:ec2::254": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"::ffff:169.254.169.254": false, "::127.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b::7f00:1": false,
		"64:ff9b:1::1": false, "2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false, "3fff::1": false, "fec0::1": false, "100::1": false,
		"2001:4860:4860::8888%eth0": false,
		"8.8.8.8":                   true, "20.190.128.1": true, "172.32.0.1": true, "100.128.0.1": true, "::ffff:8.8.8.8": true,
		"64:ff9b::808:808": true, "2001:4860:4860::8888": true, "2603:1006::1": true,
	} {
		if got := outbound.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: public %v", address, got)
		}
	}
}

// TestURLs: what is not https to a public host is refused before or when it is dialled.
func TestURLs(t *testing.T) {
	t.Parallel()
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	c := outbound.New(outbound.Options{Timeout: 2 * time.Second})
	for _, u := range []string{
		inside.URL, "https://127.0.0.1" + port, "https://[::1]" + port, "https://[::ffff:127.0.0.1]" + port, "https://localhost" + port,
		"https://127.1" + port, "https://2130706433" + port, "https://0x7f000001" + port, "https://0177.0.0.1" + port, "https://0" + port,
		"https://localhost." + port, "https://user:secret@localhost" + port, "https://" + strings.TrimPrefix(inside.URL, "http://") + "#x",
		"http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "https:example.com", "https:///path", "//example.com/x", "", "https://",
		"https://169.254.169.254/latest/meta-data/", "http://169.254.169.254/", "https://[fd00:ec2::254]/", "https://[fe80::1%25eth0]/", "jar:https://example.com!/", "data:,x",
	} {
		if a, err := c.Get(t.Context(), u, 100); err == nil {
			t.Errorf("%s: %v", u, a)
		}
	}
}

// TestRedirects: every step is checked, and there are at most three.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var steps int
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		steps++
		switch r.URL.Path {
		case "/ok":
			fmt.Fprint(w, "{}")
		case "/once":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://example.com/", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "https://10.0.0.1/", http.StatusFound)
		case "/metadata":
			http.Redirect(w, r, "https://[::ffff:169.254.169.254]/latest", http.StatusTemporaryRedirect)
		case "/large":
			fmt.Fprint(w, strings.Repeat("x", 1001))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	c := outbound.New(outbound.Options{Loopback: true, Client: server.Client()})
	for path, want := range map[string]string{
		"/ok": "", "/once": "", "/loop": "redirects", "/plain": outbound.ErrURL.Error(), "/inside": outbound.ErrAddress.Error(),
		"/metadata": outbound.ErrAddress.Error(), "/large": "more than 1000 bytes", "/none": "status 404",
	} {
		_, err := c.Get(t.Context(), server.URL+path, 1000)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if steps != 12 {
		t.Errorf("%d requests", steps)
	}
}

// TestLoopback: a client that may use this machine reaches nothing else.
func TestLoopback(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
		}
	}))
	defer server.Close()
	c := outbound.New(outbound.Options{Loopback: true, Timeout: time.Minute})
	if _, err := c.Get(t.Context(), server.URL, 10); err != nil {
		t.Error(err)
	}
	impatient := outbound.New(outbound.Options{Loopback: true, Timeout: 300 * time.Millisecond})
	if _, err := impatient.Get(t.Context(), server.URL+"/slow", 10); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("a slow answer:", err)
	}
	for _, u := range []string{"http://example.com", "https://10.0.0.1", "http://10.0.0.1"} {
		if _, err := c.Get(t.Context(), u, 10); err == nil {
			t.Error(u)
		}
	}
}

// TestEndlessAnswer: the status decides, also if the rest of the answer never comes.
func TestEndlessAnswer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{"/taken": 200, "/failed": 503}[r.URL.Path])
		for r.Context().Err() == nil {
			fmt.Fprint(w, "x")
			_ = http.NewResponseController(w).Flush() // the client may have gone
			time.Sleep(time.Millisecond)
		}
	}))
	defer server.Close()
	c := outbound.New(outbound.Options{Loopback: true, Timeout: time.Hour})
	for path, want := range map[string]int{"/taken": 0, "/failed": 503} {
		t.Run(path, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var status *outbound.StatusError
			err := c.Post(ctx, server.URL+path, http.Header{}, []byte("{}"))
			if errors.As(err, &status) != (want > 0) || status != nil && status.Status != want || status == nil && err != nil {
				t.Error(err)
			}
			if ctx.Err() != nil {
				t.Error("it waits for an answer that does not end")
			}
		})
	}
}
