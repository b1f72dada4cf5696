package admin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// Methods are the methods of a client.
func Methods() []string {
	return []string{string(tenant.ClientSecret), string(tenant.PrivateKeyJWT), string(tenant.Issued)}
}

// CreateClient implements API.
func (s *Service) CreateClient(ctx context.Context, name string, in ClientInput) (*ClientCreated, error) {
	r, err := s.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	c, err := s.newClient(in)
	if err != nil {
		return nil, err
	}
	if from := seed(ctx, "client", name); from != "" {
		c.ID = tenant.KeyIDFor(from)
		if made, err := s.clientBefore(r, &c); made != nil || err != nil {
			return made, err
		}
	} else {
		c.ID = tenant.KeyIDFor(rand.Text())
	}
	out := &ClientCreated{Note: "the client can be used within a minute"}
	if c.Method == tenant.ClientSecret {
		out.Secret, c.Secrets = s.newSecret(c.ID)
		out.Note = noteOnce
	}
	made, err := s.putClient(ctx, r, nil, c, "client.create")
	if err != nil {
		return s.clientMeanwhile(ctx, &c, name, err)
	}
	out.Client = *made
	return out, nil
}

// newSecret makes a secret of a client, which ends with the client.
func (s *Service) newSecret(client string) (text string, stored []tenant.Secret) {
	text = tenant.NewClientSecret(client)
	return text, []tenant.Secret{{Hash: sha256.Sum256([]byte(text)), Created: s.now().UTC()}}
}

// newClient makes a client that is not stored yet, without an id.
func (s *Service) newClient(in ClientInput) (c tenant.Client, err error) {
	g, problems := s.grant(in)
	if err := invalid(append(problems, checkMethod(&in)...)...); err != nil {
		return c, err
	}
	return tenant.Client{
		Name: g.Name, Method: tenant.Method(in.Method), Connection: g.Connection, Scopes: g.Scopes, Expires: g.Expires,
		Keys: in.Keys, KeysURI: in.KeysURI, Issuer: in.Issuer, Audience: in.Audience, Subject: in.Subject, Created: s.now().UTC(),
	}, nil
}

// checkMethod checks what a method needs, and refuses what it does not use.
func checkMethod(in *ClientInput) (problems []Problem) {
	method := tenant.Method(in.Method)
	if !slices.Contains(Methods(), in.Method) {
		return []Problem{{Field: "method", Reason: "there is no method " + strconv.Quote(shortened(in.Method)), Remedy: use(in.Method, Methods())}}
	}
	for _, f := range []struct {
		field        string
		set          bool
		needed, used bool
	}{
		{"keys", len(in.Keys) > 0, false, method == tenant.PrivateKeyJWT},
		{"keysUri", in.KeysURI != "", false, method != tenant.ClientSecret},
		{"issuer", in.Issuer != "", method == tenant.Issued, method == tenant.Issued},
		{"audience", len(in.Audience) > 0, method == tenant.Issued, method == tenant.Issued},
		{"subject", in.Subject != "", method == tenant.Issued, method == tenant.Issued},
	} {
		switch {
		case f.needed && !f.set:
			problems = append(problems, Problem{Field: f.field, Reason: "it is missing", Remedy: "the method " + in.Method + " needs it"})
		case f.set && !f.used:
			problems = append(problems, Problem{Field: f.field, Reason: "the method " + in.Method + " does not use it", Remedy: "leave it out"})
		}
	}
	if method == tenant.PrivateKeyJWT && (len(in.Keys) > 0) == (in.KeysURI != "") {
		problems = append(problems, Problem{Field: "keys", Reason: "the method private_key_jwt needs either keys or keysUri", Remedy: "name one of them"})
	}
	problems = append(problems, checkURL("keysUri", in.KeysURI)...)
	problems = append(problems, checkURL("issuer", in.Issuer)...)
	return append(problems, checkKeys(in.Keys)...)
}

func checkURL(field, text string) []Problem {
	if u, err := url.Parse(text); text == "" || err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(text) <= 2000 {
		return nil
	}
	return []Problem{{Field: field, Reason: "it is not an https URL", Remedy: "write it as https://login.example.com/…"}}
}

// checkKeys checks that a JWK Set has keys, and no private one.
func checkKeys(raw json.RawMessage) []Problem {
	if len(raw) == 0 {
		return nil
	}
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil || len(set.Keys) == 0 {
		return []Problem{{Field: "keys", Reason: "it is not a JWK Set with keys", Remedy: `write {"keys": […]} as RFC 7517 §5 does`}}
	}
	for _, k := range set.Keys {
		if kty, _ := k["kty"].(string); kty != "RSA" && kty != "EC" && kty != "OKP" {
			return []Problem{{Field: "keys", Reason: "it has a key that is neither RSA, EC nor OKP", Remedy: "use public keys only"}}
		}
		if k["d"] != nil || k["k"] != nil || k["p"] != nil {
			return []Problem{{Field: "keys", Reason: "it has a private key", Remedy: "keep private keys with the client, replace this one, and send public keys only"}}
		}
	}
	return nil
}
