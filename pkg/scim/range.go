package scim

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// Ranger is an optional ability of a Store: the entries of an index in the order of their values.
type Ranger interface {
	// Range returns entries of an index of a type, ordered by value and then by id, both as bytes. A
	// resource has one entry for each of its keys of the attribute. Page.Offset and Page.Limit count
	// entries; with Page.After, the range continues after the entry of KeyRange.After and that id.
	// Page.Reach is how far Page.Offset may be where that costs, beyond it Range returns ErrFar. Range reflects every Commit that returned before, or lags as List may.
	//
	// ErrUnordered says that the Store cannot put the values of this index in order, and the caller
	// finds another way.
	Range(ctx context.Context, t TenantID, typ string, r KeyRange, page Page) (RangeList, error)
}

// KeyRange is a part of an index. The zero bounds are none.
type KeyRange struct {
	Attr   string // as IndexKey.Attr
	From   string // the lowest value; see Above
	To     string // the first value that is too high; see Above
	Prefix string // what every value begins with
	// Reverse returns the entries from the last one to the first; Page.After then names one that is
	// higher than those wanted.
	Reverse bool
	After   string // the value of the entry to continue after, with its id in Page.After
}

// RangeList is a part of an index.
type RangeList struct {
	Entries []RangeEntry
	More    bool // whether entries follow
}

// RangeEntry is one key of an index with the resource that holds it.
type RangeEntry struct {
	Value    string // comparison form, as IndexKey.Value
	Resource *Resource
}

// ErrUnordered is the error of a Ranger that cannot order the values of an index, for example because it
// keeps hashes of long ones.
var ErrUnordered = errors.New("the values of the index have no order")

// Above is the lowest string above another one. As From it excludes the value, as To it includes it.
func Above(value string) string { return value + "\x00" }

// Bounds are From and To with the prefix taken into account. Nothing lies between them if none is true.
func (r KeyRange) Bounds() (from, to string, none bool) {
	from, to = r.From, r.To
	if r.Prefix != "" {
		from = max(from, r.Prefix)
		if end := aboveAll(r.Prefix); end != "" && (to == "" || end < to) {
			to = end
		}
	}
	return from, to, to != "" && from >= to
}

// aboveAll is the lowest string above all that begin with a prefix, valid UTF-8 if the prefix is; "" if
// there is none.
func aboveAll(prefix string) string {
	for prefix != "" {
		r, n := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-n]
		switch {
		case r == utf8.RuneError && n <= 1: // no valid UTF-8: what follows its beginning is more than enough
		case r == 0xd7ff:
			return prefix + "\ue000"
		case r < utf8.MaxRune:
			return prefix + string(r+1)
		}
	}
	return ""
}

// Contains reports whether a value is in the range.
func (r KeyRange) Contains(value string) bool {
	return value >= r.From && (r.To == "" || value < r.To) && strings.HasPrefix(value, r.Prefix)
}
