package secevent_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/secevent"
	"github.com/scimstack/scimstack/pkg/memory"
)

// pemOf is a new key in PEM, and its public part.
func pemOf(t *testing.T) (private, public []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err = x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
}

// TestRotation: two processes get the files of docs/how-to/security-events.md, one after the other. A receiver that has read the keys
// of either in the step before, or in this one, finds the key of every token of both.
func TestRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, memory.New())
	one, onePublic := pemOf(t)
	two, twoPublic := pemOf(t)
	process := func(file []byte) *secevent.Transmitter {
		t.Helper()
		key, others, err := secevent.ParseKeys(file)
		if err != nil {
			t.Fatal(err)
		}
		made, err := secevent.New(secevent.Options{Key: key, Former: others, Base: base, Source: w.service.Feed(), Gate: w.service.FeedGate(), Positions: feed.NewMemoryPositions(nil)})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	kids := func(of *secevent.Transmitter) (out []string) {
		var set struct{ Keys []struct{ Kid string } }
		w.send(of, 200, "", "GET /events/jwks.json", "", &set)
		for _, k := range set.Keys {
			out = append(out, k.Kid)
		}
		return out
	}
	signs := func(of *secevent.Transmitter) string {
		text, err := of.Token(&feed.Fact{Tenant: "acme", ID: "acme.1", Type: "user.deleted"}, base+"/acme")
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
		if err != nil {
			t.Fatal(err)
		}
		kid, _ := token.Header["kid"].(string)
		return kid
	}
	for _, steps := range [][][]byte{
		{one, slices.Concat(one, two), slices.Concat(two, one), two},
		{one, slices.Concat(one, twoPublic), slices.Concat(onePublic, two), two},
		{one, slices.Concat(one, two, two, onePublic), slices.Concat(two, onePublic, twoPublic), two},
	} {
		a, b := process(steps[0]), process(steps[0])
		known := [][]string{kids(a)}
		for n, file := range steps[1:] {
			read := slices.Clone(known) // before the step
			for range 2 {
				a, b = b, process(file)
				if n == 2 { // which waits until the old signatures are read
					a = process(file)
				}
				read = append(read, kids(a), kids(b))
				for _, set := range read {
					if !slices.Contains(set, signs(a)) || !slices.Contains(set, signs(b)) {
						t.Fatalf("step %d: the tokens have the keys %s and %s, and a receiver has %v", n+1, signs(a), signs(b), set)
					}
				}
			}
			known = [][]string{kids(a), kids(b)}
		}
		if len(kids(a)) != 1 || kids(a)[0] != signs(a) {
			t.Errorf("in the end: %v", kids(a))
		}
	}
	for name, file := range map[string][]byte{"no private key": onePublic, "a broken second key": slices.Concat(one, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte{1}}))} {
		if _, _, err := secevent.ParseKeys(file); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestKeys: keys as OpenSSL writes them, and what is none.
func TestKeys(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	larger, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := x509.MarshalECPrivateKey(larger)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}) }
	for _, c := range []struct {
		pem []byte
		ok  bool
	}{
		{block("EC PRIVATE KEY", sec1), true}, {block("PRIVATE KEY", pkcs8), true}, {append(block("EC PARAMETERS", []byte{6, 1, 0}), block("EC PRIVATE KEY", sec1)...), true},
		{block("EC PRIVATE KEY", wrong), false}, {block("CERTIFICATE", sec1), false}, {nil, false}, {block("PRIVATE KEY", sec1[:20]), false},
	} {
		if got, err := secevent.ParseKey(c.pem); (err == nil) != c.ok || c.ok && !got.Equal(key) {
			t.Errorf("%s: %v", c.pem, err)
		}
	}
}
