package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/doctor"
)

// authority signs certificates, or is signed by another one.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue makes a certificate; by is its authority, nil for one that signs itself.
func issue(t *testing.T, by *authority, change func(*x509.Certificate)) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "test"}, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	change(template)
	signer := &authority{template, key}
	if by != nil {
		signer = by
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.cert, &key.PublicKey, signer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func isAuthority(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.KeyUsage = name, true, x509.KeyUsageCertSign
	}
}

// TestCertificates: each way in which a certificate can be wrong is named with who must do what, and the token is sent
// only where it is right.
func TestCertificates(t *testing.T) {
	t.Parallel()
	at := local(t, nil)
	origin, tail, _ := strings.Cut(at.Base, "/scim/")
	inner, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	root := issue(t, nil, isAuthority("root"))
	middle := issue(t, root, isAuthority("middle"))
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	none := func(*x509.Certificate) {}
	for name, c := range map[string]struct {
		leaf  *authority
		chain []*authority
		tls   uint16 // the newest version
		state doctor.State
		want  string
	}{
		"right":              {leaf: issue(t, root, none), state: doctor.OK, want: "valid until"},
		"whole chain":        {leaf: issue(t, middle, none), chain: []*authority{middle}, state: doctor.OK, want: "valid until"},
		"incomplete chain":   {leaf: issue(t, middle, none), state: doctor.Fail, want: "the whole chain"},
		"self-signed":        {leaf: issue(t, nil, none), state: doctor.Fail, want: "--ca FILE"},
		"expired":            {leaf: issue(t, root, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }), state: doctor.Fail, want: "renew the certificate"},
		"not yet valid":      {leaf: issue(t, root, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }), state: doctor.Fail, want: "clock of this machine"},
		"ends soon":          {leaf: issue(t, root, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(5 * 24 * time.Hour) }), state: doctor.Warn, want: "in 4 days"},
		"wrong host":         {leaf: issue(t, root, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example.com"} }), state: doctor.Fail, want: "for other.example.com, not for 127.0.0.1"},
		"no host":            {leaf: issue(t, root, func(c *x509.Certificate) { c.IPAddresses = nil }), state: doctor.Fail, want: "use a certificate for 127.0.0.1"},
		"expired, self-made": {leaf: issue(t, nil, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }), state: doctor.Fail, want: "renew"},
		"old TLS":            {leaf: issue(t, root, none), tls: tls.VersionTLS11, state: doctor.Fail, want: "TLS 1.2 or 1.3"},
	} {
		var tokens atomic.Int32
		proxy := httputil.NewSingleHostReverseProxy(inner)
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.Header.Get("Authorization"), at.Token) {
				tokens.Add(1)
			}
			proxy.ServeHTTP(w, r)
		}))
		pair := tls.Certificate{Certificate: [][]byte{c.leaf.cert.Raw}, PrivateKey: c.leaf.key}
		for _, a := range c.chain {
			pair.Certificate = append(pair.Certificate, a.cert.Raw)
		}
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10, MaxVersion: c.tls}
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		got := diagnose(t, doctor.Options{URL: s.URL + "/scim/" + tail, Token: at.Token, Roots: roots})
		s.Close()
		if one := got["tls"]; one.State != c.state || !strings.Contains(one.Found+" "+one.Todo, c.want) {
			t.Errorf("%s: %+v", name, one)
		}
		if sent := tokens.Load() > 0; sent != (c.state != doctor.Fail) {
			t.Errorf("%s: the token is sent: %v", name, sent)
		}
		if search := got["search"]; c.state != doctor.Fail && search.State != doctor.OK {
			t.Errorf("%s: %+v", name, search)
		}
	}
	plain := "https" + strings.TrimPrefix(at.Base, "http")
	if one := diagnose(t, doctor.Options{URL: plain, Token: at.Token})["tls"]; one.State != doctor.Fail || !strings.Contains(one.Todo, "set up TLS") {
		t.Errorf("%+v", one)
	}
}

// TestPlainHTTP: the token is not sent over plain HTTP to a public address.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]doctor.State{"127.0.0.1": doctor.Skipped, "localhost": doctor.Skipped, "[::1]": doctor.Skipped, "10.0.0.1": doctor.Warn, "203.0.113.1": doctor.Fail, "scim.invalid": doctor.Fail} {
		got := diagnose(t, doctor.Options{URL: "http://" + host + ":1/scim/v2/acme", Token: "secret", Timeout: 50 * time.Millisecond})
		if one := got["https"]; one.State != want {
			t.Errorf("%s: %+v", host, one)
		}
	}
}
