package feed

import (
	"fmt"
	"slices"
	"strings"
)

// CheckType returns an error if no fact can have a type, or match a pattern such as "user.*". A misspelt type would select
// nothing, without a word: the reader would never learn who was deactivated.
//
// Any name in lower case may be that of a resource type of a tenant, which may be made later.
func CheckType(typ string) error {
	pattern, many := strings.CutSuffix(typ, "*")
	name, verb, dotted := strings.Cut(pattern, ".")
	has := func(known ...string) bool {
		return slices.ContainsFunc(known, func(k string) bool { return k == verb || many && strings.HasPrefix(k, verb) })
	}
	ok := typ != "" && name == strings.ToLower(name)
	switch of := []string{"created", "updated", "deleted", "snapshot"}; {
	case !dotted:
		ok = ok && many
	case name == "user":
		ok = has(append(of, "deactivated", "reactivated")...)
	case name == "group":
		ok = has(append(of, "renamed")...)
	case name == "membership":
		ok = has(append(of, "added", "removed")...) // the others are of a resource type Membership
	default:
		ok = ok && name != "" && has(append(of, "deactivated", "reactivated", "renamed")...) // its schema may be that of users, or have members
	}
	if !ok {
		return fmt.Errorf("no fact has the type %.80q; write one such as %s, or a pattern such as user.*", typ, UserDeactivated)
	}
	return nil
}
