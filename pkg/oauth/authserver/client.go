package authserver

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// authenticate returns the tenant and the client of a request. Every refusal is the same answer: who asks does
// not learn whether there is such a tenant, such a client, or such a secret.
func (h *handler) authenticate(r *http.Request, id scim.TenantID, l login, rec *scim.Record) (*tenant.Record, *tenant.Client, oauth.Proof, error) {
	now := h.o.Now()
	var client *tenant.Client
	var none oauth.Proof
	record, err := h.tenants.find(r.Context(), id, func(record *tenant.Record) bool {
		client = clientOf(record, l)
		return client != nil && (l.method == keyJWT || oauth.HasSecret(client, l.secret, now))
	})
	if err != nil {
		return nil, nil, none, err
	}
	if record != nil {
		rec.Tenant, rec.IdP = id, record.Settings.IdP
		client = clientOf(record, l)
	}
	who, proof := strangerOf(r, id, l), none
	if err = h.strangers.may(who, l); err == nil {
		if l.method == keyJWT {
			proof, err = h.assertion(r.Context(), id, client, l)
		} else {
			proof, err = oauth.ProofOf(l.secret), h.secret(record, client, l)
		}
		err = h.strangers.failed(who, err)
	}
	if err != nil {
		return nil, nil, none, err
	}
	if client.IdP != "" {
		rec.IdP = client.IdP
	}
	if !client.Live(now) {
		code := scim.CodeTokenExpired
		if client.Revoked {
			code = scim.CodeTokenRevoked
		}
		return nil, nil, none, unknownClient(l, code, client.ID, errors.New("the client is revoked or has expired"))
	}
	return record, client, proof, nil
}

// clientOf returns the client that a login names, if it has the method of the login.
func clientOf(r *tenant.Record, l login) *tenant.Client {
	want := tenant.ClientSecret
	if l.method == keyJWT {
		want = tenant.PrivateKeyJWT
	}
	for i := range r.Clients {
		if c := &r.Clients[i]; c.ID == l.id && c.Method == want {
			return c
		}
	}
	return nil
}

// unknownClient is the answer to every client that is not accepted. client is named if it exists.
func unknownClient(l login, code scim.Code, client string, err error) error {
	if l.bearer { // RFC 7523 §3.1
		return &refusal{
			status: http.StatusBadRequest, code: invalidGrant, description: "the assertion is not accepted", cause: code, client: client, err: err,
		}
	}
	return &refusal{
		status: http.StatusUnauthorized, code: "invalid_client", description: "the client is not known, or could not prove who it is",
		basic: l.method == secretBasic, cause: code, client: client, err: err,
	}
}

func (h *handler) secret(r *tenant.Record, c *tenant.Client, l login) error {
	if !oauth.HasSecret(c, l.secret, h.o.Now()) {
		name := ""
		if c != nil {
			name = c.ID
		}
		return unknownClient(l, scim.CodeClientWrong, name, errors.New("the secret is not one of the client, or has expired"))
	}
	strict := r.Settings.Strict
	if c.Mode != "" {
		strict = c.Mode == tenant.Strict
	}
	if strict && l.method == secretPost {
		return unknownClient(l, scim.CodeClientWrong, c.ID, errors.New("a strict tenant takes no secret in the body; use Basic or a signed assertion"))
	}
	return nil
}

func (h *handler) assertion(ctx context.Context, id scim.TenantID, c *tenant.Client, l login) (proof oauth.Proof, err error) {
	if c == nil {
		return proof, unknownClient(l, scim.CodeClientWrong, "", nil)
	}
	a, err := h.o.Verifier.Assert(ctx, id, c, l.assertion)
	if errors.Is(err, oauth.ErrAssertion) {
		return proof, unknownClient(l, scim.CodeClientWrong, c.ID, err)
	}
	if err != nil {
		return proof, err
	}
	sum := sha256.Sum256([]byte(a.ID)) // of any length and with any character, and the key of a store has bounds
	first, err := h.o.Directory.Once(ctx, id, "jti:"+c.ID+":"+base64.RawURLEncoding.EncodeToString(sum[:]), a.Until)
	if err == nil && !first {
		err = unknownClient(l, scim.CodeClientReplayed, c.ID, errors.New("the assertion was used before"))
	}
	return a.Proof, err
}

// admit holds the tenant to its rate.
func (h *handler) admit(r *tenant.Record) error {
	if h.o.Admit == nil {
		return nil
	}
	t, err := r.Settings.Tenant()
	if err != nil {
		return err
	}
	if wait, ok := h.o.Admit(t); !ok {
		return &refusal{status: http.StatusTooManyRequests, code: "temporarily_unavailable", description: "too many requests of this tenant", cause: scim.CodeThrottled, wait: wait}
	}
	return nil
}
