package tenant

import (
	"context"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// Pending is an index that the settings or schemas of a tenant ask for and that is not complete.
type Pending struct {
	Type   string `json:"type"`
	Attr   string `json:"attr"`
	Form   string `json:"form"` // see scim.Index
	Unique bool   `json:"unique,omitempty"`
	// State is scim.IndexBuilding, or scim.IndexShared for an index that is to be unique and has all keys.
	State scim.IndexState `json:"state"`
	Since time.Time       `json:"since"` // when it was asked for
	// Duplicates is how many resources have the value of another one, if the index has been built and cannot be unique
	// because of them.
	Duplicates int `json:"duplicates,omitempty"`
}

// Name is the name of the index.
func (p Pending) Name() scim.IndexName { return scim.IndexName{Type: p.Type, Attr: p.Attr} }

// complete reports whether nothing is left to do.
func (p Pending) complete() bool {
	return p.State == scim.IndexUnique || p.State == scim.IndexShared && !p.Unique
}

// Is reports whether two are of the same index, asked for at the same time.
func (p Pending) Is(o Pending) bool {
	return p.Name() == o.Name() && p.Form == o.Form && p.Unique == o.Unique && p.Since.Equal(o.Since)
}

// Builds is an optional ability of a Directory: it keeps which indexes of its tenants are not complete. Put adds
// those that the settings of before did not ask for, and searches do not use them until Built says that they are complete.
type Builds interface {
	// Unbuilt returns the tenants that have pending indexes, ascending.
	Unbuilt(ctx context.Context) ([]scim.TenantID, error)
	// Built takes indexes that are complete off the list of a tenant: those with the state scim.IndexUnique, or
	// scim.IndexShared if they need not be unique. Others get the state and the duplicates of the list. One that is not
	// pending, or was asked for anew since, is skipped. The version of the settings stays.
	Built(ctx context.Context, id scim.TenantID, done []Pending) error
}

// PendingAfter returns the indexes that are pending after a change of settings at a time: those that are not
// complete and still asked for, and those that the settings of before did not ask for in this form.
func PendingAfter(before, now Settings, at time.Time) ([]Pending, error) {
	had, err := before.indexes()
	if err != nil {
		return nil, err
	}
	wanted, err := now.indexes()
	if err != nil {
		return nil, err
	}
	var list []Pending
	for _, ix := range wanted {
		p := Pending{Type: ix.Type, Attr: ix.Attr, Form: ix.Form, Unique: ix.Unique, State: scim.IndexBuilding, Since: at.UTC().Truncate(time.Millisecond)}
		was := slices.IndexFunc(before.Pending, func(o Pending) bool { return o.Name() == p.Name() && o.Form == p.Form })
		there := slices.IndexFunc(had, func(o scim.Index) bool { return o.IndexName == ix.IndexName && o.Form == ix.Form })
		switch {
		case was >= 0 && before.Pending[was].Unique == p.Unique:
			p = before.Pending[was]
		case was >= 0:
			p.State = before.Pending[was].State
		case there >= 0 && (had[there].Unique || !p.Unique):
			continue
		case there >= 0:
			p.State = scim.IndexShared
		}
		if !p.complete() {
			list = append(list, p)
		}
	}
	return list, nil
}

// PendingWithout returns a list after Builds.Built.
func PendingWithout(list, done []Pending) (left []Pending) {
	for _, p := range list {
		if i := slices.IndexFunc(done, p.Is); i >= 0 {
			p.State, p.Duplicates = done[i].State, done[i].Duplicates
		}
		if !p.complete() {
			left = append(left, p)
		}
	}
	return left
}

// SetPending sets Pending, and Indexes to what it says.
func (s *Settings) SetPending(list []Pending) error {
	s.Pending, s.Indexes = nil, nil
	if len(list) == 0 {
		return nil
	}
	wanted, err := s.indexes()
	if err != nil {
		return err
	}
	s.Pending, s.Indexes = list, make(scim.Indexes, len(wanted))
	for _, ix := range wanted {
		s.Indexes[ix.IndexName] = scim.IndexUnique
	}
	for _, p := range list {
		s.Indexes[p.Name()] = p.State
	}
	return nil
}

// indexes are those that the settings ask for.
func (s Settings) indexes() ([]scim.Index, error) {
	t, err := s.Tenant()
	if err != nil {
		return nil, err
	}
	return engine.Indexes(t), nil
}
