package engine

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestFactsAreBounded: a tenant with types of its own has new ones each time that its settings are read, and the facts of
// the old ones do not stay for ever.
func TestFactsAreBounded(t *testing.T) {
	t.Parallel()
	p := newCore(Options{})
	for range 3*manyTypes + 10 {
		rt := schema.GroupType().WithUniqueness("displayName", schema.None)
		if f := p.factsOf(rt); f != p.factsOf(rt) || !f.hasMembers {
			t.Fatal("the facts of a type are not remembered, or wrong")
		}
	}
	n := 0
	p.facts.Range(func(any, any) bool { n++; return true })
	if n > manyTypes || n < 10 {
		t.Errorf("%d facts are remembered", n)
	}
}
