package engine

import "github.com/scimstack/scimstack/pkg/scim"

// Rehearse implements scim.Rehearser.
func (p *Provider) Rehearse(store scim.Store, newID func() string) scim.Provider {
	o := p.o
	o.After, o.Committed, o.Leaving = nil, nil, nil
	if newID != nil {
		o.NewID = newID
	}
	if o.Hasher != nil {
		o.Hasher = NewHasher(marked)
	}
	dry := New(store, o)
	dry.rehearsal = true
	return dry
}

// marked replaces the password hash in a rehearsal: nothing is stored, and the real hash is slow by
// design.
func marked(string) (string, error) { return "new", nil }
