package histories

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// random makes everything in a history from its seed.
type random struct {
	*rand.Rand
	calm          bool              // values are plausible, but for a few
	custom        bool              // the tenant has the extension of package suite
	users, groups []string          // placeholders of those that were created and not deleted, as far as can be known
	names         []string          // of users, as in JSON
	named         map[string]string // by placeholder of a user, as far as can be known
	left          []string          // names of users that were deleted
	devices       []string          // placeholders
}

func newRandom(seed uint64, kind int) *random {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 7643)), custom: kinds[kind].custom, named: map[string]string{}}
	r.calm = r.chance(0.7)
	return r
}

// chance is true with a probability.
func (r *random) chance(p float64) bool { return r.Float64() < p }

// odd says whether something is to be unusual.
func (r *random) odd() bool {
	if r.calm {
		return r.chance(0.02)
	}
	return r.chance(0.12)
}

// pick is one of a list.
func pick[T any](r *random, list ...T) T { return list[r.IntN(len(list))] }

// list is a JSON array of up to four elements, or now and then of more.
func (r *random) list(element func() string) string {
	n := pick(r, 0, 1, 1, 1, 2, 2, 3, 4)
	if r.chance(0.02) {
		n = 8 + r.IntN(16)
	}
	return r.array(n, element)
}

func (r *random) array(n int, element func() string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = element()
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// object is a JSON object. Its members may come in any order.
func (r *random) object(members []string) string {
	if members = slices.Clone(members); r.chance(0.15) {
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	return "{" + strings.Join(members, pick(r, ",", ",", ",", " ,\n ")) + "}"
}

// cased is a name, now and then in another case: names are case-insensitive (RFC 7643 §2.1).
func (r *random) cased(name string) string {
	if r.chance(0.04) {
		return pick(r, strings.ToUpper, strings.ToLower)(name)
	}
	return name
}

// user is the placeholder of a user, or an id that no user has.
func (r *random) user() string { return r.one(r.users, "01a21e03-4f0f-7000-8f84-c9fa53d973d9") }

// group is the placeholder of a group, or an id that no group has.
func (r *random) group() string { return r.one(r.groups, "nosuchgroup") }

func (r *random) one(list []string, none string) string {
	if len(list) == 0 || r.chance(0.03) {
		return none
	}
	return pick(r, list...)
}
