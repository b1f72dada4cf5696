package dynamo

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// keying gives one resource the index keys that it should hold.
type keying struct {
	commit
	tenant *scim.Tenant
	rt     *schema.ResourceType

	written    bool
	duplicates []Duplicate
}

// run writes the keys of a resource if they are not those that it should hold. The version grows, so
// that a writer who has read the resource before repeats its work and releases the new keys too.
func (k *keying) run(ctx context.Context, it item) error {
	for round := range maxRounds {
		r, err := resourceOf(k.c.Type, it)
		if err != nil {
			return err
		}
		want, err := engine.Keys(k.tenant, k.rt, r)
		if err != nil {
			return err
		}
		k.duplicates = nil
		again, err := k.claim(ctx, r, want)
		if err != nil || !again {
			return err
		}
		if err := pause(ctx, round); err != nil {
			return err
		}
		if it, err = k.s.getItem(ctx, k.key(), true); err != nil || it == nil {
			return err
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: a resource changes faster than its keys can be written")}
}

// claim writes the keys. A unique one that another resource holds is written as one that is shared, so that
// a look-up finds both. again reports that the resource has changed since it was read.
func (k *keying) claim(ctx context.Context, r *scim.Resource, want []scim.IndexKey) (again bool, err error) {
	want = slices.Clone(want)
	for {
		ch := keyChanges(r.Keys, want)
		if ch.none() {
			return false, nil
		}
		if err := k.claimOverflow(ctx, ch); err != nil {
			return false, err
		}
		claims := k.keyActions(ch)
		err := k.s.transact(ctx, append([]types.TransactWriteItem{k.s.updateAction(k.key(), setKeys(r.Version, want))}, claims...))
		var failed *conditionFailed
		if !errors.As(err, &failed) {
			if err != nil {
				return false, err
			}
			k.written = true
			return false, k.releaseOverflow(ctx, ch)
		}
		if _, stale := failed.current[0]; stale {
			return true, nil
		}
		first := slices.Min(slices.Collect(maps.Keys(failed.current)))
		lost := ch.claim[first-1]
		dup, err := k.duplicate(ctx, lost, stringOf(failed.current[first], attrID))
		if err != nil {
			return false, err
		}
		if dup {
			want[slices.Index(want, lost)].Unique = false
		}
	}
}

// duplicate reports whether another resource has the value indeed. The index item of one that does not
// is a leftover, and is deleted.
func (k *keying) duplicate(ctx context.Context, lost scim.IndexKey, holder string) (bool, error) {
	it, err := k.s.getItem(ctx, resourceKey(k.t, k.c.Type, holder), true)
	if err != nil {
		return false, err
	}
	if it != nil {
		r, err := resourceOf(k.c.Type, it)
		if err != nil {
			return false, err
		}
		if slices.Contains(r.Keys, lost) {
			k.duplicates = append(k.duplicates, Duplicate{Type: k.c.Type, Attr: lost.Attr, ID: k.c.ID, Holder: holder, Value: lost.Value})
			return true, nil
		}
	}
	return false, commit{s: k.s, t: k.t, c: scim.Change{Type: k.c.Type, ID: holder}}.release(ctx, []scim.IndexKey{lost})
}

// setKeys replaces the keys of a resource that is at a version.
func setKeys(version int64, keys []scim.IndexKey) expression {
	e := onlyIf(itemExists)
	e.returnOld = true
	e.require(attrVersion + " = " + e.bind(":v", num(version)))
	e.adds = append(e.adds, attrVersion+" "+e.bind(":one", num(1)))
	if len(keys) == 0 {
		e.removes = append(e.removes, attrIndexKeys)
	} else {
		e.set(attrIndexKeys, e.bind(":k", packKeys(keys)))
	}
	return e
}
