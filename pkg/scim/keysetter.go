package scim

import "context"

// KeySetter is an optional ability of a Store: it gives resources the keys of indexes that were asked for after they
// were written. A store that has it refuses a Change with a unique key that another resource holds, unique or shared.
type KeySetter interface {
	// SetKeys makes the keys of some attributes those of the list: a resource gets those that it lacks, and loses
	// those that Keyed.Keys does not have. Keys of other attributes stay. A key that the resource holds stays unique or
	// shared; one that it gets is shared, whatever IndexKey.Unique says, and other resources may hold it too.
	// Nothing else changes: neither versions nor times, and a Feed has no entry of it. A resource that has another
	// version than Keyed.Version stays as it is, and its id is one of changed, in the order of the list. One that does
	// not exist is skipped. After an error some of the list may be done.
	SetKeys(ctx context.Context, t TenantID, typ string, attrs []string, list []Keyed) (changed []string, err error)
}

// Keyed are the keys of one state of a resource.
type Keyed struct {
	ID      string
	Version int64 // the state that the keys were computed from
	Keys    []IndexKey
}
