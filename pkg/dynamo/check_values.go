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
func (c *checker) missing(ctx context.Context, s *suspect) (*scim.Resource, []scim.IndexKey, error) {
	it, err := c.s.getItem(ctx, resourceKey(c.t, s.Type, s.ID), true)
	if err != nil || it == nil {
		return nil, nil, err
	}
	r, err := resourceOf(s.Type, it)
	if err != nil {
		return nil, nil, err
	}
	var missing []scim.IndexKey
	for _, k := range r.Keys {
		if k.Attr != s.Attr || k.Value != s.Value {
			continue
		}
		index := indexKey(c.t, s.Type, k, s.ID)
		held, err := c.s.getItem(ctx, index, true)
		if err != nil {
			return nil, nil, err
		}
		id := stringOf(held, attrID)
		if id == s.ID {
			continue
		}
		missing = append(missing, k)
		if s.Other = ""; id == "" {
			continue
		}
		switch left, err := c.value(ctx, &suspect{Fault: Fault{Type: s.Type, ID: id, Attr: s.Attr}, key: index}); {
		case err != nil:
			return nil, nil, err
		case !left:
			s.Other = id
		}
	}
	return r, missing, nil
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
	held, err := c.s.getItem(ctx, s.key, true)
	if err != nil || held == nil || stringOf(held, attrID) != s.ID {
		return same, false, err
	}
	it, err := c.s.getItem(ctx, resourceKey(c.t, s.Type, s.ID), true)
	if err != nil || it == nil {
		return onlyIf(itemAbsent), err == nil, err
	}
	r, err := resourceOf(s.Type, it)
	if err != nil {
		return same, false, err
	}
	return asVersion(r.Version), !c.names(r, s.key), nil
}
