package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// TestPublishedKeys: serve publishes all keys of --security-events-key-file.
func TestPublishedKeys(t *testing.T) {
	t.Parallel()
	var file []byte
	for range 2 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalECPrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})...)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "keys.pem"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, nil, "--store", "sqlite:"+filepath.Join(dir, "scim.db"), "--security-events-key-file", filepath.Join(dir, "keys.pem"))
	status, body := get(t, strings.Split(s.base, "/scim/")[0]+"/events/jwks.json", "")
	var set struct{ Keys []struct{ Kid string } }
	if err := json.Unmarshal(body, &set); err != nil || status != http.StatusOK || len(set.Keys) != 2 {
		t.Errorf("%d %s %v", status, body, err)
	}
}

// TestBearerRotation: a receiver of Security Event Tokens asks for another bearer token. The webhook gets it by rotate, and what
// was refused meanwhile arrives.
func TestBearerRotation(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	bearer, refused, taken := "first", 0, []string{}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer "+bearer {
			refused++
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		taken = append(taken, r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(receiver.Close)
	until := func(what string, holds func() bool) {
		t.Helper()
		for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
			mu.Lock()
			ok := holds()
			mu.Unlock()
			if ok {
				return
			}
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "scim.db")
	out, end := started(t, "dev", "--addr", "127.0.0.1:0", "--data", file, "--tenant", "name=acme,token=literal-token-of-the-test", "--security-events")
	out.has(t, "ready")
	base := regexp.MustCompile(`http://\S+/scim/v2`).FindString(out.String())
	hook := func(want string, args ...string) string {
		t.Helper()
		out, err := printedBy(t, append(append([]string{"webhook"}, args...), "--store", "sqlite:"+file)...)
		if text := fmt.Sprintln(out, err); !strings.Contains(text, want) || strings.Contains(text, "S3cr3t") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		return out
	}
	create := func(name string) {
		t.Helper()
		if status := postAs(t, base+"/acme/Users", "literal-token-of-the-test", fmt.Sprintf(`{"userName":%q}`, name)); status != http.StatusCreated {
			t.Fatal(status)
		}
	}
	first, second := filepath.Join(filepath.Dir(file), "first"), filepath.Join(filepath.Dir(file), "second")
	for name, token := range map[string]string{first: "first", second: "S3cr3t-second"} {
		if err := os.WriteFile(name, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hook("not public", "create", "sets", receiver.URL, "--form", "set", "--bearer", "@"+first) // dev alone sends to this machine
	b, err := (&storeFlags{place: "sqlite:" + file}).open(t.Context(), nil)
	if err == nil {
		err = b.webhooks.Create(t.Context(), webhook.Endpoint{ID: "sets", URL: receiver.URL, Form: formSET, Secrets: []string{"first"}, Created: time.Now()})
		b.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // the sender looks for webhooks once a second
	create("ann")
	until("the first event does not arrive", func() bool { return len(taken) == 1 })
	mu.Lock()
	bearer = "S3cr3t-second"
	mu.Unlock()
	create("ben")
	until("no delivery is refused", func() bool { return refused > 0 })
	hook("--bearer", "rotate", "sets") // says what to do
	hook("grace", "rotate", "sets", "--bearer", "@"+second, "--grace", "1h")
	hook("also those that wait", "rotate", "sets", "--bearer", "@"+second)
	hook("resumed", "resume", "sets")
	until("what was refused does not arrive", func() bool { return len(taken) == 2 })
	if !slices.Equal(taken, []string{"application/secevent+jwt", "application/secevent+jwt"}) {
		t.Error(taken)
	}
	hook("whsec_", "create", "signed", "https://hooks.example.com")
	hook("sends no bearer token", "rotate", "signed", "--bearer", "@"+second)
	if err := end(); err != nil {
		t.Error(err)
	}
}
