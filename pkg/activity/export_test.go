package activity

import (
	"maps"
	"slices"
)

// HintedIdPs are the identity providers that have hints, sorted.
func HintedIdPs() []string { return slices.Sorted(maps.Keys(hints)) }
