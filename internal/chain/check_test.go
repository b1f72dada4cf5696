package chain

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/feed"
)

// chain is a resource by the feed: its state in each version, from 1 on.
type chain struct {
	states  map[int64]state
	last    int64
	removed bool
	cascade map[int64]bool  // versions that the deletion of a member, or of the resource, made
	lags    bool            // see service.lags
	left    map[string]bool // users who were deleted: whether one of them joined depends on the moment
}

// chains are those of all resources, by the feed.
func chains(facts []feed.Fact) (map[string]*chain, error) {
	all := map[string]*chain{}
	for _, f := range facts {
		c := all[f.Resource.ID]
		if c == nil {
			c = &chain{states: map[int64]state{}, cascade: map[int64]bool{}}
			all[f.Resource.ID] = c
		}
		if err := c.take(&f); err != nil {
			return nil, fmt.Errorf("%s %s: fact %d, %s of version %d: %w", f.Resource.Type, f.Resource.ID, f.Seq, f.Type, f.Resource.Version, err)
		}
	}
	return all, nil
}

func (c *chain) take(f *feed.Fact) error {
	n := f.Resource.Version
	switch {
	case c.removed:
		return errors.New("the resource was deleted")
	case strings.HasSuffix(f.Type, ".deleted"):
		c.removed = true
		c.cascade[n] = true // the members of a group leave first
		return nil
	case n != c.last && n != c.last+1:
		return fmt.Errorf("the version before was %d", c.last)
	}
	s := c.states[c.last].clone() // the facts of one version follow one another
	c.last = n
	switch f.Type {
	case feed.MembershipAdded:
		s.members[f.Member.ID] = true
	case feed.MembershipRemoved:
		delete(s.members, f.Member.ID)
		c.cascade[n] = c.cascade[n] || f.Cause != nil
	default:
		var d document
		if err := json.Unmarshal(f.SCIM, &d); err != nil {
			return err
		}
		is := d.state()
		is.members = s.members
		s = is
	}
	c.states[n] = s
	return nil
}

// check compares what clients saw of one resource with its chain.
func (c *chain) check(all []seen) error {
	for i := range all {
		if err := c.answer(&all[i]); err != nil {
			return fmt.Errorf("%w\n%s\nNear it:\n%s", err, &all[i], c.near(all, &all[i]))
		}
	}
	if err := c.made(all); err != nil {
		return err
	}
	return ordered(all)
}

// answer checks one answer.
func (c *chain) answer(s *seen) error {
	switch {
	case s.status == 404 && !c.removed:
		return errors.New("the resource was never deleted")
	case s.status == 404, s.status == 503, s.deleted && s.status == 204, s.status == 412 && s.ifMatch > 0:
		return nil
	case s.status >= 300:
		return fmt.Errorf("unexpected status %d", s.status)
	}
	is, known := c.states[s.version]
	if !known {
		return fmt.Errorf("the feed has no version %d; its last one is %d", s.version, c.last)
	}
	if s.is != nil && s.is.String() != is.String() {
		return fmt.Errorf("version %d is\n  %s by the feed", s.version, is)
	}
	if s.change == nil {
		return nil
	}
	for _, at := range c.candidates(s) {
		effect, nothing := c.effect(s, at)
		if s.ifMatch > 0 {
			effect, nothing = effect && at == s.ifMatch+1, nothing && at == s.ifMatch
		}
		if effect || nothing {
			return nil
		}
	}
	return errors.New("no version is what the request makes of the one before, or what it does not change")
}

// made checks that each version was made by a request that was not refused, and that no request made two of them.
func (c *chain) made(all []seen) error {
	var alone []string
	twice := map[*seen]int64{}
	for n := int64(2); n <= c.last; n++ {
		found := c.cascade[n]
		for i := range all {
			s := &all[i]
			if s.change == nil || s.status >= 300 && s.status < 500 {
				continue
			}
			effect, _ := c.effect(s, n)
			found = found || effect
			if effect && s.change.own {
				if twice[s] > 0 {
					return fmt.Errorf("a request made version %d, and version %d\n%s\n%s", twice[s], n, s, c.near(all, s))
				}
				twice[s] = n
			}
		}
		if !found {
			alone = append(alone, fmt.Sprintf("version %d is\n  %s, after\n  %s", n, c.states[n], c.states[n-1]))
		}
	}
	if alone != nil {
		return fmt.Errorf("no request can have made\n%s\nRefused were\n%s", strings.Join(alone, "\n"), refusals(all))
	}
	return nil
}

// candidates are the versions that a request may have made or found, by its answer.
func (c *chain) candidates(s *seen) []int64 {
	all := []int64{s.version}
	switch {
	case s.change.group && s.change.method == "PUT": // the members are read after the write: the answer has the state in which they are
		for n := s.version - 1; n > 1; n-- {
			all = append(all, n)
		}
	case s.is == nil && c.lags && !s.change.own: // what has no effect names the version that was read before
		for n := s.version + 1; n <= c.last; n++ {
			all = append(all, n)
		}
	}
	return all
}

// effect reports whether a request makes a version of the one before, and whether it leaves the version as it is.
func (c *chain) effect(s *seen, at int64) (effect, nothing bool) {
	is := c.states[at]
	effect = at > 1 && (!s.change.own || !c.states[at-1].has(s.change.text)) && c.equal(s.change.apply(c.states[at-1].clone()), is)
	nothing = !s.change.own && c.equal(s.change.apply(is.clone()), is)
	return effect, nothing
}

// equal compares states but for members who were deleted.
func (c *chain) equal(a, b state) bool {
	a, b = a.clone(), b.clone()
	for id := range c.left {
		delete(a.members, id)
		delete(b.members, id)
	}
	return a.String() == b.String()
}

// ordered checks that no client saw a version that was older than one that had been seen before its request began.
func ordered(all []seen) error {
	begins, ends := slices.Clone(all), slices.Clone(all)
	slices.SortFunc(begins, func(a, b seen) int { return cmp.Compare(a.from, b.from) })
	slices.SortFunc(ends, func(a, b seen) int { return cmp.Compare(a.to, b.to) })
	var newest seen
	i := 0
	for _, s := range begins {
		for ; i < len(ends) && ends[i].to < s.from; i++ {
			if at(&ends[i]) > at(&newest) {
				newest = ends[i]
			}
		}
		switch {
		case s.status >= 500 || s.status == 412:
		case at(&s) < at(&newest):
			return fmt.Errorf("an answer is older than one before it: after\n%s\ncame\n%s", &newest, &s)
		case s.change != nil && s.change.own && at(&s) == at(&newest) && at(&s) != gone:
			return fmt.Errorf("a change has the version of one before it: after\n%s\ncame\n%s", &newest, &s)
		}
	}
	return nil
}

// gone is the version of a resource that was deleted.
const gone = math.MaxInt64

// at is the version that an answer shows.
func at(s *seen) int64 {
	if s.status == 404 || s.deleted && s.status == 204 {
		return gone
	}
	return s.version
}

func (s *seen) String() string {
	text := fmt.Sprintf("  [%d–%d] %s", s.from, s.to, s.what)
	if s.ifMatch > 0 {
		text += fmt.Sprintf(" if it is %d", s.ifMatch)
	}
	text += fmt.Sprintf(": %d, version %d", s.status, s.version)
	if s.is != nil {
		text += "\n  " + s.is.String()
	}
	return text
}

// near tells what else happened to the resource at the time of an answer.
func (c *chain) near(all []seen, s *seen) string {
	var b strings.Builder
	for n := max(1, s.version-1); n <= min(c.last, s.version+2); n++ {
		fmt.Fprintf(&b, "  version %d by the feed: %s\n", n, c.states[n])
	}
	for i := range all {
		if o := &all[i]; o != s && o.change != nil && o.to > s.from && o.from < s.to {
			fmt.Fprintln(&b, o)
		}
	}
	return b.String()
}

// refusals are the changes that were refused.
func refusals(all []seen) string {
	var b strings.Builder
	for i := range all {
		if s := &all[i]; s.change != nil && s.status >= 300 {
			fmt.Fprintln(&b, s)
		}
	}
	return b.String()
}
