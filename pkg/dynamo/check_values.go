package dynamo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// resources compares a page of resources with the index items of their values.
func (c *checker) resources(ctx context.Context, typ string, page []item) error {
	var all []*scim.Resource
	var keys []key
	for _, it := range page {
		r, err := resourceOf(typ, it)
		if err != nil {
			return err
		}
		all = append(all, r)
		for _, k := range r.Keys {
			c.attrs[k.Attr] = true
			keys = append(keys, indexKey(c.t, typ, k, r.ID))
		}
	}
	c.out.Resources += len(all)
	items, err := c.s.batchRead(ctx, keys, false)
	if err != nil {
		return err
	}
	holder := make(map[key]string, len(items))
	for _, it := range items {
		holder[keyOf(it)] = stringOf(it, attrID)
	}
	for _, r := range all {
		for _, k := range r.Keys {
			if holder[indexKey(c.t, typ, k, r.ID)] != r.ID {
				c.suspect(suspect{Fault: Fault{Kind: LostValue, Type: typ, ID: r.ID, Attr: k.Attr, Value: k.Value}})
			}
		}
	}
	return nil
}

// lost looks again at a value by which a resource is not found, and writes its index item unless another resource has the
// value too.
func (c *checker) lost(ctx context.Context, s *suspect) (fault bool, err error) {
	for round := range maxRounds {
		r, missing, err := c.missing(ctx, s)
		if err != nil || len(missing) == 0 {
			return fault, err
		}
		fault = true
		if s.Other != "" || !c.o.Repair {
			return true, nil
		}
		cm := commit{s: c.s, t: c.t, c: scim.Change{Type: s.Type, ID: s.ID}}
		actions := []types.TransactWriteItem{c.s.checkAction(cm.key(), asVersion(r.Version))}
		err = c.s.transact(ctx, append(actions, cm.keyActions(keyChanges(nil, missing))...))
		var failed *conditionFailed
		if !errors.As(err, &failed) {
			s.Repaired = err == nil
			return true, err
		}
		if err := pause(ctx, round); err != nil {
			return true, err
		}
	}
	return fault, nil // it changes all the time, and each change of the value writes its index item
}

// missing returns the resource of a suspect, and which of its keys with the value have no index item. An item that names a resource
// without the value does not count, and is deleted before a repair.
func (c *checker) missing(ctx context.Context, s *suspect) (r *scim.Resource, missing []scim.IndexKey, err error) {
	err = c.steady(ctx, s, func(now *scim.Resource) error {
		r, missing, s.Other = now, nil, ""
		if r == nil {
			return nil
		}
		for _, k := range r.Keys {
			if k.Attr != s.Attr || k.Value != s.Value {
				continue
			}
			other := suspect{Fault: Fault{Type: s.Type, Attr: s.Attr}, key: indexKey(c.t, s.Type, k, s.ID)}
			held, err := c.s.getItem(ctx, other.key, true)
			if err != nil {
				return err
			}
			if other.ID = stringOf(held, attrID); other.ID == s.ID {
				continue
			}
			missing = append(missing, k)
			if held == nil {
				continue
			}
			left, err := c.value(ctx, &other)
			if err != nil {
				return err
			}
			if !left {
				s.Other = other.ID
			}
		}
		return nil
	})
	return r, missing, err
}

// steady calls look with the resource of a suspect, nil if there is none, until the resource is the same before and after it: index
// items change in one transaction with it.
func (c *checker) steady(ctx context.Context, s *suspect, look func(*scim.Resource) error) error {
	var last *scim.Resource
	for round := range maxRounds {
		var r *scim.Resource
		it, err := c.s.getItem(ctx, resourceKey(c.t, s.Type, s.ID), true)
		if err == nil && it != nil {
			r, err = resourceOf(s.Type, it)
		}
		if err != nil || round > 0 && (r == nil && last == nil || r != nil && last != nil && r.Version == last.Version) {
			return err
		}
		if err := look(r); err != nil {
			return err
		}
		last = r
	}
	return &scim.BusyError{Cause: errors.New("dynamo: a resource changes faster than it can be checked")}
}

// values compares a page of index items with the resources that they name.
func (c *checker) values(ctx context.Context, typ, attr string, page []item) error {
	keys := make([]key, 0, len(page))
	for _, it := range page {
		keys = append(keys, resourceKey(c.t, typ, stringOf(it, attrID)))
	}
	c.out.Values += len(page)
	items, err := c.s.batchRead(ctx, keys, false)
	if err != nil {
		return err
	}
	byID := make(map[string]*scim.Resource, len(items))
	for _, it := range items {
		r, err := resourceOf(typ, it)
		if err != nil {
			return err
		}
		byID[r.ID] = r
	}
	for _, it := range page {
		id, k := stringOf(it, attrID), keyOf(it)
		if r := byID[id]; r == nil || !c.names(r, k) {
			value, _, _ := strings.Cut(k.sk, "\x00")
			c.suspect(suspect{Fault: Fault{Kind: LeftValue, Type: typ, ID: id, Attr: attr, Value: value}, key: k})
		}
	}
	return nil
}

// names reports whether a resource has the value of an index item.
func (c *checker) names(r *scim.Resource, index key) bool {
	return slices.ContainsFunc(r.Keys, func(k scim.IndexKey) bool { return indexKey(c.t, r.Type, k, r.ID) == index })
}

// value looks again at an index item whose resource does not have its value, and deletes it.
func (c *checker) value(ctx context.Context, s *suspect) (fault bool, err error) {
	for round := range maxRounds {
		same, left, err := c.left(ctx, s)
		if err != nil || !left {
			return fault, err
		}
		fault = true
		if !c.o.Repair {
			return true, nil
		}
		e := onlyIf(itemExists)
		e.require(attrID + " = " + e.bind(":id", str(s.ID)))
		err = c.s.transact(ctx, []types.TransactWriteItem{c.s.checkAction(resourceKey(c.t, s.Type, s.ID), same), c.s.deleteAction(s.key, e)})
		var failed *conditionFailed
		if !errors.As(err, &failed) {
			s.Repaired = err == nil
			return true, err
		}
		if err := pause(ctx, round); err != nil {
			return true, err
		}
	}
	return fault, nil
}

// left reports whether an index item still names a resource without its value. same is the condition that the
// resource is as it was read, so that a value that is claimed meanwhile keeps its item.
func (c *checker) left(ctx context.Context, s *suspect) (same expression, left bool, err error) {
	err = c.steady(ctx, s, func(r *scim.Resource) error {
		held, err := c.s.getItem(ctx, s.key, true)
		left = held != nil && stringOf(held, attrID) == s.ID && (r == nil || !c.names(r, s.key))
		if same = onlyIf(itemAbsent); r != nil {
			same = asVersion(r.Version)
		}
		return err
	})
	return same, left, err
}
