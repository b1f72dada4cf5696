package scim

// Index is an index that the types and settings of a tenant ask for.
type Index struct {
	IndexName
	Unique bool
	// Form is how values become IndexKey.Value. Keys of another form do not find them.
	Form string
}

// IndexName names an index of a tenant.
type IndexName struct {
	Type string // ResourceType name
	Attr string // as IndexKey.Attr
}

// IndexState says what a Store knows of the keys of one index. Writers put the keys of every index, so
// it is about resources that were written before the index was asked for.
type IndexState string

// The states of an index.
const (
	IndexBuilding IndexState = "building" // keys may be missing: Lookup is not trusted
	IndexShared   IndexState = "shared"   // every resource holds its keys; several may hold the same
	IndexUnique   IndexState = "unique"   // as IndexShared, and at most one resource holds each
)

// Indexes are the states of a tenant's indexes. nil means that all are complete, which a Store that builds
// none says: there nothing may ask for an index whose keys stored resources lack. An index that is missing from a map that is not nil is
// IndexBuilding. Safe for concurrent use; it must not be changed.
type Indexes map[IndexName]IndexState

// Complete reports whether Lookup finds all resources under the keys of an index.
func (x Indexes) Complete(typ, attr string) bool {
	if x == nil {
		return true
	}
	s := x[IndexName{typ, attr}]
	return s == IndexShared || s == IndexUnique
}

// Unique reports whether every key of an index is held as IndexKey.Unique, so that the Store refuses a
// second holder.
func (x Indexes) Unique(typ, attr string) bool {
	return x == nil || x[IndexName{typ, attr}] == IndexUnique
}
