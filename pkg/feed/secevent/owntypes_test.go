package secevent_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/feed/secevent"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// claims are those of a token, as RFC 8417 §2.2 and RFC 9967 §2 have them.
type claims struct {
	Iss, Aud, Jti, Txn string
	Iat, Toe           int64
	Sub                struct{ Format, URI, ExternalID string } `json:"sub_id"`
	Events             map[string]json.RawMessage
}

// verified is what a receiver reads that knows nothing but RFC 7515 and RFC 7518, and trusts one algorithm.
func (w *world) verified(token string) (c claims) {
	w.Helper()
	part := strings.Split(token, ".")
	if len(part) != 3 {
		w.Fatalf("%d parts", len(part))
	}
	decode := func(text string) []byte {
		b, err := base64.RawURLEncoding.Strict().DecodeString(text)
		if err != nil {
			w.Fatal(err)
		}
		return b
	}
	var head map[string]string
	if err := json.Unmarshal(decode(part[0]), &head); err != nil || len(head) != 3 || head["alg"] != "ES256" || head["typ"] != "secevent+jwt" {
		w.Fatal(head, err)
	}
	var set struct{ Keys []map[string]string }
	w.send(w.transmitter, 200, "", "GET /events/jwks.json", "", &set)
	at := slices.IndexFunc(set.Keys, func(k map[string]string) bool { return k["kid"] == head["kid"] })
	if at < 0 || set.Keys[at]["d"] != "" || set.Keys[at]["crv"] != "P-256" {
		w.Fatal(head, set)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, decode(set.Keys[at]["x"]), decode(set.Keys[at]["y"])))
	if err != nil {
		w.Fatal(err)
	}
	sum, sig := sha256.Sum256([]byte(part[0]+"."+part[1])), decode(part[2])
	if len(sig) != 64 || !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		w.Fatal("the signature is wrong")
	}
	if err := json.Unmarshal(decode(part[1]), &c); err != nil {
		w.Fatal(err)
	}
	return c
}

// TestOwnTypes: the events of a tenant's own types are those of users, if their schema is, and name the resource by the endpoint of
// its type. A receiver that waits for deactivate hears of each leaver.
func TestOwnTypes(t *testing.T) {
	t.Parallel()
	contractor := *schema.UserType()
	contractor.Name, contractor.Endpoint = "Contractor", "/Staff"
	device := schema.NewSchema("urn:example:Device", "Device", "", &schema.Attribute{Name: "serial"})
	w := newWorld(t, memory.New(), func(s *tenant.Settings) {
		s.Types = []*schema.ResourceType{schema.UserType(), schema.GroupType(), &contractor, {Name: "Device", Endpoint: "/Devices", Schema: device}}
	})
	w.poll(`{"returnImmediately":true}`)
	want := map[string][]string{}
	add := func(n, place string, uris ...string) {
		for i := range uris {
			uris[i] = "urn:ietf:params:scim:event:prov:" + uris[i]
		}
		want["acme."+n] = append([]string{place}, uris...)
	}
	for i, c := range []struct{ endpoint, body string }{{"/Users", `{"userName":"ann"}`}, {"/Staff", `{"userName":"ben"}`}, {"/Devices", `{"serial":"1"}`}} {
		var made struct{ ID string }
		w.send(w.service, 201, w.token, "POST /scim/v2/acme"+c.endpoint, c.body, &made)
		place := c.endpoint + "/" + made.ID
		n := func(k int) string { return string(rune('1' + 3*i + k)) }
		add(n(0), place, "create:full")
		if c.endpoint == "/Devices" {
			w.send(w.service, 204, w.token, "DELETE /scim/v2/acme"+place, "", nil)
			add(n(1), place, "delete")
			continue
		}
		for k, on := range []string{"false", "true"} {
			w.send(w.service, 200, w.token, "PATCH /scim/v2/acme"+place, `{"Operations":[{"op":"replace","path":"active","value":`+on+`}]}`, nil)
			add(n(1+k), place, map[string]string{"false": "deactivate", "true": "activate"}[on], "patch:full")
		}
	}
	got := map[string][]string{}
	for id, token := range w.poll(`{}`).Sets {
		c := w.verified(token)
		if c.Jti != id || c.Iss != base+"/acme" || c.Aud != c.Iss || c.Txn == "" || c.Iat < c.Toe || c.Toe == 0 || c.Sub.Format != "scim" {
			t.Errorf("%s: %+v", id, c)
		}
		got[id] = append(got[id], c.Sub.URI)
		for uri := range c.Events {
			if got[id] = append(got[id], uri); !slices.Contains(secevent.URIs(), uri) {
				t.Error(uri, "is not announced")
			}
		}
		slices.Sort(got[id])
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("(-want +got):", d)
	}
}
