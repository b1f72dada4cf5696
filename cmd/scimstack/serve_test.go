package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/sqltest"
)

// served is a running `scimstack serve`.
type served struct {
	*process
	base string // of the tenant
}

// startServe starts the server on a free port.
func startServe(t *testing.T, env []string, args ...string) served {
	t.Helper()
	p := startServer(t, env, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	line := p.lines[len(p.lines)-1] // ready; URL; …
	return served{p, strings.Split(line, "; ")[1] + "/acme"}
}

// kill ends the process as a power failure does.
func (s served) kill(t *testing.T) {
	t.Helper()
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait()
}

// writer creates one user after the other, whose names begin with a text of its own, until the context or the server ends.
// It passes on the status of each answer, and ends with an error that it gets for that.
func (s served) writer(ctx context.Context, token, names string, answered func(status int) error) <-chan error {
	return async.Go(func() error {
		for n := 0; ctx.Err() == nil; n++ {
			body := fmt.Sprintf(`{"userName":"%[1]s-%[2]d","externalId":"%[1]s-%[2]d","emails":[{"value":"%[1]s-%[2]d@x.example"}]}`, names, n)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/Users", strings.NewReader(body))
			if err != nil {
				return err
			}
			req.Header.Set("Authorization", "Bearer "+token)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return nil //nolint:nilerr // the server has been killed
			}
			res.Body.Close()
			if err := answered(res.StatusCode); err != nil {
				return err
			}
		}
		return nil
	})
}

// total is the number of users that a filter selects.
func (s served) total(t *testing.T, token, query string) int {
	t.Helper()
	status, body := get(t, s.base+"/Users?"+query, token)
	var list struct{ TotalResults int }
	if err := json.Unmarshal(body, &list); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	return list.TotalResults
}

func get(t *testing.T, url, token string) (int, []byte) {
	t.Helper()
	status, body := apptest.Client{Base: url, Token: token}.Send(t, http.MethodGet, "", "")
	return status, []byte(body)
}

// places are the stores of a machine of one's own: a new SQLite file and, if there is a server, a new schema in it.
func places(t *testing.T, run func(t *testing.T, place string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, "sqlite:"+filepath.Join(t.TempDir(), "scim.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		sqltest.NeedPostgres(t)
		run(t, sqltest.SchemaURL(t))
	})
}

// TestServe: one command makes the store, a tenant and its token. After a restart data, tenant and token are there, and the
// token is not shown again. The provisioning log and the health pages answer; the other commands work on the same store.
func TestServe(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, place string) {
		acme := []string{"--store", place, "--tenant", "name=acme,idp=okta"}
		s := startServe(t, nil, acme...)
		token := value(s.lines, "token")
		if status := postAs(t, s.base+"/Users", token, `{"userName":"ann"}`); status != http.StatusCreated {
			t.Fatal(status, s.lines)
		}
		host := strings.TrimSuffix(s.base, "/scim/v2/acme")
		for _, path := range []string{"/healthz", "/readyz", "/activity/acme"} {
			if status, body := get(t, host+path, token); status != http.StatusOK {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		if out, err := command(t, "tenant", "create", "globex", "--store", place); err != nil || !strings.Contains(out, "scim_globex_") {
			t.Error(out, err)
		}
		s.kill(t)
		s = startServe(t, nil, acme...)
		if n := s.total(t, token, "filter=userName+eq+%22ann%22"); n != 1 || value(s.lines, "token") != "" {
			t.Errorf("after a restart there are %d of 1 users, and the token is shown: %v", n, s.lines)
		}
		key := strings.Split(token, "_")[2]
		for args, want := range map[string]string{
			"tenant list": "globex  active", "tenant show acme": "okta", "token list acme": key, "token revoke acme " + key: "is revoked",
		} {
			if out, err := command(t, append(strings.Fields(args), "--store", place)...); err != nil || !strings.Contains(out, want) {
				t.Errorf("%s: %s %v", args, out, err)
			}
		}
		if out, err := command(t, "tenant", "delete", "globex", "--yes", "--wait", "0s", "--store", place); err != nil || !strings.Contains(out, "tenant globex is deleted") {
			t.Error(out, err)
		}
		http.DefaultClient.CloseIdleConnections()
		if err := s.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := s.Wait(); err != nil {
			t.Error(err, s.errors)
		}
	})
}

// TestServeKilled: the server is killed in the middle of writes, 20 times at full size. After each restart every
// user whose creation was acknowledged is there, whole.
func TestServeKilled(t *testing.T) {
	t.Parallel()
	rounds := 2
	if os.Getenv("SCIMSTACK_LARGE") != "" {
		rounds = 20
	}
	place := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	var token string
	acknowledged := 0
	for round := range rounds {
		s := startServe(t, nil, "--store", place, "--tenant", "name=acme,rate=100000", "--log-level", "error")
		if token == "" {
			token = value(s.lines, "token")
		}
		var mu sync.Mutex
		ctx, cancel := context.WithCancel(t.Context())
		var writers []<-chan error
		for w := range 8 {
			writers = append(writers, s.writer(ctx, token, fmt.Sprintf("u-%d-%d", round, w), func(status int) error {
				if status != http.StatusCreated {
					return fmt.Errorf("writer %d: status %d", w, status)
				}
				mu.Lock()
				defer mu.Unlock()
				acknowledged++
				return nil
			}))
		}
		written := func() int { mu.Lock(); defer mu.Unlock(); return acknowledged }
		for end, before := time.Now().Add(2*time.Minute), written(); written() == before && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(50+round*23) * time.Millisecond)
		s.kill(t)
		cancel()
		for _, w := range writers {
			if err := <-w; err != nil {
				t.Error(err)
			}
		}
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, nil, "--store", place, "--events-secret-file", secret)
	total, whole := s.total(t, token, "count=0"), 0
	if n := created(t, strings.Split(s.base, "/scim/")[0]+"/events/acme", strings.Repeat("s", 32)); n != total {
		t.Errorf("%d users, and %d in the feed", total, n)
	}
	for _, f := range []string{`externalId sw "u-"`, `emails.value sw "u-"`} {
		if n := s.total(t, token, "count=0&filter="+strings.NewReplacer(" ", "+", `"`, "%22").Replace(f)); n == total {
			whole++
		}
	}
	t.Logf("%d rounds, %d acknowledged, %d stored", rounds, acknowledged, total)
	if acknowledged == 0 || total < acknowledged || total > acknowledged+8*rounds || whole != 2 {
		t.Errorf("%d users are acknowledged, and %d stored; whole by %d of 2 filters", acknowledged, total, whole)
	}
}

// created reads the feed and returns how many users were created, each once and without a gap.
func created(t *testing.T, feed, secret string) int {
	t.Helper()
	ids, after := map[string]bool{}, int64(0)
	for {
		status, body := get(t, fmt.Sprintf("%s?limit=1000&after=%d", feed, after), secret)
		var page struct {
			Facts []struct {
				Type     string
				Seq      int64
				Resource struct{ ID string }
			}
		}
		if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		if len(page.Facts) == 0 {
			return len(ids)
		}
		for _, f := range page.Facts {
			if after++; f.Seq != after || f.Type != "user.created" || ids[f.Resource.ID] {
				t.Fatalf("%+v as fact %d", f, after)
			}
			ids[f.Resource.ID] = true
		}
	}
}

// TestServeConfig: a flag is stronger than the environment, and the environment stronger than the file.
func TestServeConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.json", `{"store":"sqlite:`+filepath.Join(dir, "file.db")+`","public-base":"https://file.example.com/scim/v2","tenant":["name=acme","name=globex"],"activity":"changes"}`)
	s := startServe(t, []string{"SCIMSTACK_PUBLIC_BASE=https://env.example.com/scim/v2", "SCIMSTACK_ACTIVITY=off"}, "--config", good, "--activity", "all")
	out := strings.Join(s.lines, "\n")
	if !strings.Contains(out, "https://env.example.com/scim/v2/acme") || !strings.Contains(out, "scim_globex_") || !strings.Contains(out, "file.db") {
		t.Error(out)
	}
	s.kill(t)
	for text, want := range map[string]string{
		`{"adr":"x"}`: `there is no flag "adr"; use activity, addr`, `{"addr":{}}`: "addr: use a text, a number", `[`: "is no JSON object", `{"log-level":"loud"}`: `unknown log level "loud"; use one of debug`,
	} {
		if status, out := runBinary(t, nil, "serve", "--config", file("bad.json", text)); status == 0 || !strings.Contains(out, want) {
			t.Errorf("%s: %d %s", text, status, out)
		}
	}
	if status, out := runBinary(t, []string{"SCIMSTACK_CONFIG=" + filepath.Join(dir, "none.json")}, "serve"); status == 0 || !strings.Contains(out, "--config: the file") {
		t.Error(status, out)
	}
}

// TestServeErrors: what cannot work ends the command before anything is made, and says what to do.
func TestServeErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"--store oracle:x":                           "use sqlite:FILE, postgres://",
		"--store sqlite:" + dir + "/none/scim.db":    "there is no folder",
		"--store sqlite:" + text:                     "is not a SQLite database",
		"--store postgres://u:hunter2@127.0.0.1:1/x": "is the server running",
		"--store postgres:/%zz":                      "the form is postgres://",
		"--public-base scim.example.com":             "write it as https://",
		"--public-base https://scim.example.com":     "write it as https://",
		"--tls-cert a.pem":                           "belong together",
		"--tls-cert a.pem --tls-key b.pem":           "a.pem",
		"--activity some":                            "use one of all, changes, off",
		"--tls-cert " + text + " --tls-key b.pem":    "name the certificate chain and its private key",
		"--events-secret-file " + text:               "one secret of at least 32 characters",
		"--events-secret-file none":                  "--events-secret-file: the file none cannot be read: no such file",
		"--security-events-key-file none":            "--security-events-key-file: the file none cannot be read: no such file",
		"--security-events-key-file " + text:         "--security-events-key-file",
		"--tenant acme":                              "write name=acme",
		"--tenant name=acme,token=x,token=y":         "token is there twice",
		"--tenant name=acme,token=hunter2,mode=lax":  "name=acme,token=…,mode=lax: unknown mode",
		"--tenant idp=okta":                          "name is missing",
		"--addr 256.0.0.1:0":                         "use a free port",
		"--log xml":                                  "use one of auto, text, json, off",
		"--log-format xml":                           "use one of auto, text, json",
	} {
		list := strings.Fields(args)
		unused := filepath.Join(t.TempDir(), "unused.db")
		if !strings.Contains(args, "--store") {
			list = append(list, "--store", "sqlite:"+unused)
		}
		status, out := runBinary(t, nil, append([]string{"serve"}, list...)...)
		wanted := 2
		if strings.Contains(args, "sqlite:") || strings.Contains(args, "postgres:") || strings.Contains(args, "--addr") {
			wanted = 1 // the value can be right, but not on this machine
		}
		if status != wanted || !strings.Contains(out, want) || strings.Contains(out, "hunter2") {
			t.Errorf("%s: %d %s", args, status, out)
		}
		if _, err := os.Stat(unused); err == nil && status == 2 {
			t.Errorf("%s: a mistake on the command line has made a store", args)
		}
	}
	if status, out := runBinary(t, nil, "tenant", "list", "--store", "sqlite:"+filepath.Join(dir, "typo.db")); status != 1 || !strings.Contains(out, "scimstack serve and scimstack tenant create make the file") {
		t.Error(status, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "typo.db")); err == nil {
		t.Error("a command that only reads makes a file")
	}
}

// keyPair writes a certificate for 127.0.0.1 that has a serial number.
func keyPair(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// TestServeTLS: the server speaks TLS, and a renewed certificate is used without a restart. Files that are broken for a
// moment leave the old one.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := keyPair(t, dir, 1)
	s := startServe(t, nil, "--tls-cert", cert, "--tls-key", key, "--store", "sqlite:"+filepath.Join(dir, "scim.db"), "--tenant", "name=acme")
	if !strings.HasPrefix(s.base, "https://127.0.0.1:") || strings.Contains(strings.Join(s.lines, "\n"), "warning") {
		t.Error(s.lines)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	res, err := client.Get(s.base + "/Users")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized || res.TLS.PeerCertificates[0].SerialNumber.Int64() != 1 {
		t.Error(res.Status)
	}
	var lines bytes.Buffer
	c := &certificate{cert: cert, key: key, log: slog.New(slog.NewTextHandler(&lines, nil))}
	serial := func() int64 {
		pair, err := c.get()
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Error(n)
	}
	renewed := time.Now().Add(time.Minute)
	if err := os.WriteFile(cert, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(cert, renewed, renewed); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c.looked = time.Time{}
		if n := serial(); n != 1 {
			t.Error("a broken file", n)
		}
	}
	if n := strings.Count(lines.String(), "level=WARN"); n != 1 || !strings.Contains(lines.String(), "correct the files of --tls-cert") || !strings.Contains(lines.String(), "until=20") {
		t.Error("a renewal that fails is a line of the log, once", lines.String())
	}
	keyPair(t, dir, 2)
	c.looked = time.Time{}
	if n := serial(); n != 2 {
		t.Error("the old certificate is used", n)
	}
	if n := strings.Count(lines.String(), "certificate in use"); n != 2 {
		t.Error(n, lines.String())
	}
}

// TestDevData: dev keeps its data in a file, and adds its sample tenants once.
func TestDevData(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "dev.db")
	p := startBinary(t, "--addr", "127.0.0.1:0", "--data", file)
	token := value(p.lines, "token")
	if p.post(t, `{"userName":"ann"}`) != http.StatusCreated {
		t.Fatal(p.lines)
	}
	served{process: p}.kill(t)
	p = startBinary(t, "--addr", "127.0.0.1:0", "--data", file)
	base := strings.Replace(value(p.lines, "base URL"), "TENANT", "acme", 1)
	if n := (served{p, base}).total(t, token, "count=0"); n != 1 || value(p.lines, "token") != "" {
		t.Error(n, p.lines)
	}
}

// TestDevOnForeignTable: dev adds no sample tenants and no tokens to a table that it did not make.
func TestDevOnForeignTable(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	on := []string{"--endpoint", server.URL, "--table", "scim"}
	if out, err := command(t, append([]string{"table", "create"}, on...)...); err != nil {
		t.Fatal(out, err)
	}
	lines, stop := startLogged(t, devOptions{addr: "127.0.0.1:0", store: storeDynamo, table: tableFlags{endpoint: server.URL, name: "scim"}}, io.Discard)
	defer func() { _ = stop() }()
	out, err := command(t, append([]string{"tenant", "list"}, on...)...)
	if err != nil || strings.TrimSpace(out) != "" || value(lines, "token") != "" {
		t.Error(out, err, lines)
	}
	if _, err := (&storeFlags{place: "dynamodb", table: tableFlags{endpoint: server.URL, name: "none"}}).open(t.Context(), slog.Default()); err != nil {
		t.Error(err)
	}
}
