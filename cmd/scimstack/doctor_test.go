package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestDoctor: the report of a local run has every check; a wrong token fails the command with what to do, and JSON has the
// same fields.
func TestDoctor(t *testing.T) {
	t.Parallel()
	lines, stop := startDev(t, io.Discard)
	base, token := value(lines, "base URL"), value(lines, "token")
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := command(t, "doctor", base, "--token-file", file)
	if err != nil || !strings.Contains(out, "CHECK") || !strings.Contains(out, "accepted; it may read users and groups") || strings.Contains(out, "to do") || strings.Contains(out, token) {
		t.Error(err, out)
	}
	out, err = command(t, "doctor", base+"/", "--token", "wrong")
	if err == nil || statusOf(err) != 1 || !strings.Contains(err.Error(), "1 check failed") || !strings.Contains(out, "to do\n  token: the operator must") {
		t.Error(err, out)
	}
	out, err = command(t, "doctor", base, "--token", "wrong", "-o", "json")
	var rows []map[string]string
	if json.Unmarshal([]byte(out), &rows) != nil || err == nil || len(rows) != 15 {
		t.Error(err, out)
	}
	for _, row := range rows {
		if len(row) != 4 || row["check"] == "" || row["state"] == "" || row["found"] == "" || row["check"] == "token" && (row["state"] != "fail" || row["todo"] == "") {
			t.Errorf("%v", row)
		}
	}
	for _, wrong := range [][]string{{"nowhere"}, {base, "--timeout", "0s"}, {base, "--ca", file}, {base, "--ca", file + "x"}, {base, "--token-file", file + "x"}, {base, "--token", "x", "--token-file", file}} {
		if _, err := command(t, append([]string{"doctor"}, wrong...)...); statusOf(err) != 2 {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// TestDoctorAuthority: a private authority is trusted if its certificate is named.
func TestDoctorAuthority(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pemOf(s.Certificate()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{{"has signed its certificate", nil}, {"the certificate is valid until", []string{"--ca", file}}} {
		out, err := command(t, append([]string{"doctor", s.URL + "/scim/v2/acme"}, c.args...)...)
		if err == nil || !strings.Contains(out, c.want) {
			t.Error(err, out)
		}
	}
}

// TestDoctorKnows: the store says which token it is, and when it ends.
func TestDoctorKnows(t *testing.T) {
	t.Parallel()
	place := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	if _, err := command(t, "tenant", "create", "acme", "--store", place); err != nil {
		t.Fatal(err)
	}
	f := storeFlags{place: place}
	b, err := f.open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	id, _ := scim.ParseTenantID("acme")
	now := time.Now()
	for want, change := range map[string]func(*tenant.Token){
		"does not expire": func(t *tenant.Token) { t.Expires = time.Time{} },
		"expires on":      func(t *tenant.Token) { t.Expires = now.AddDate(1, 0, 0) },
		"expires in 9d":   func(t *tenant.Token) { t.Expires = now.Add(9*24*time.Hour + time.Hour/2) },
		"expired on":      func(t *tenant.Token) { t.Expires = now.Add(-time.Hour) },
		"revoked":         func(t *tenant.Token) { t.Revoked = true },
		"does not have":   func(t *tenant.Token) { t.Hash[0]++ },
	} {
		text, token := tenant.NewToken(id, scim.Read|scim.Users)
		change(&token)
		if err := b.directory.AddToken(t.Context(), id, token); err != nil {
			t.Fatal(err)
		}
		if found, _, _ := b.known(t.Context(), "acme", text, now); !strings.Contains(found, want) {
			t.Errorf("%s, want %s", found, want)
		}
	}
	if found, _, state := b.known(t.Context(), "globex", "x", now); state != "warn" || !strings.Contains(found, "globex") {
		t.Error(found)
	}
}

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
