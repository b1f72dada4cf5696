package oauth

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// FuzzToken: no input makes the reader of tokens fail in another way than with an error, what it accepts has the
// members it needs to have once, and no token is verified that Issue has not made.
func FuzzToken(f *testing.F) {
	id, _ := scim.ParseTenantID("acme")
	address, _ := NewAddress("https://scim.example.com/scim/v2", "/scim/v2")
	now := time.Unix(1_800_000_000, 0)
	v := NewVerifier(Options{Address: address, Now: func() time.Time { return now }})
	client := tenant.Client{ID: "oc1", Method: tenant.ClientSecret, Scopes: scim.All}
	record := &tenant.Record{Settings: tenant.Settings{ID: id, CursorKey: [32]byte{1}}, Clients: []tenant.Client{
		client, {ID: "oc2", Method: tenant.PrivateKeyJWT, Keys: []byte(`{"keys":[]}`)},
	}}
	key := v.keys.Current(id, record.Settings.CursorKey, now)
	made := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{ // the same in every process, unlike those of Issue
		"iss": address.Issuer("acme"), "aud": address.Resource("acme"), "sub": "oc1", "client_id": "oc1", "scope": "scim", "exp": now.Add(Life).Unix(),
	})
	made.Header["kid"], made.Header["typ"] = key.ID, typeAccess
	good, err := made.SignedString(key.Private)
	if err != nil {
		f.Fatal(err)
	}
	if _, _, ok, err := v.Verify(f.Context(), record, good); !ok || err != nil {
		f.Fatal(ok, err)
	}
	for _, seed := range []string{good, good[:len(good)-2], "eyJ.eyJ.eyJ", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJub25lIn0.e30.e30", "..", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		h, _, err := read(token)
		if err == nil && len(token) > maxToken {
			t.Error("too large", h)
		}
		c, _, ok, err := v.Verify(t.Context(), record, token)
		if ok && err == nil && token != good {
			t.Errorf("accepted for %s: %q", c.ID, token)
		}
		v.Names(token)
		Named(token)
		if _, err := v.Assert(t.Context(), id, &record.Clients[1], token); err == nil {
			t.Error("an assertion without a key")
		}
		_, _ = parseKeys([]byte(token))
		if l := life(token); l < minLife || l > maxLife {
			t.Error(l)
		}
	})
}
