package tenant

import (
	"cmp"
	"slices"
	"sort"
)

// Record is a tenant with its credentials. It must not be changed once a Resolver has returned it.
type Record struct {
	Settings Settings
	Tokens   []Token
	Clients  []Client
}

// Sort brings tokens and clients into the order of their creation, as a Directory returns them. It is for few of them: package
// sort is smaller in a Lambda function than slices.SortFunc, which is compiled once more for each type (18 KB).
func (r *Record) Sort() {
	tokens, clients := r.Tokens, r.Clients
	sort.Slice(tokens, func(i, j int) bool {
		a, b := &tokens[i], &tokens[j]
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.KeyID, b.KeyID)) < 0
	})
	sort.Slice(clients, func(i, j int) bool {
		a, b := &clients[i], &clients[j]
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) < 0
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
