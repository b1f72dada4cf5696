package tenant

import (
	"cmp"
	"slices"
)

// Record is a tenant with its credentials. It must not be changed once a Resolver has returned it.
type Record struct {
	Settings Settings
	Tokens   []Token
	Clients  []Client
}

// Sort brings tokens and clients into the order of their creation, as a Directory returns them.
func (r *Record) Sort() {
	slices.SortFunc(r.Tokens, func(a, b Token) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.KeyID, b.KeyID))
	})
	slices.SortFunc(r.Clients, func(a, b Client) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
}

// token returns the index of a token, or -1.
func (r *Record) token(keyID string) int {
	return slices.IndexFunc(r.Tokens, func(t Token) bool { return t.KeyID == keyID })
}

// client returns the index of a client, or -1.
func (r *Record) client(id string) int {
	return slices.IndexFunc(r.Clients, func(c Client) bool { return c.ID == id })
}
