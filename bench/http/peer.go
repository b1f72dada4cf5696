package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	elimity "github.com/elimity-com/scim"
	"github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"
	parser "github.com/scim2/filter-parser/v2"
)

// peer is the cheapest that a user of elimity-com/scim could write: locked maps, an index of user names,
// members as a set, and PATCH by hand for the forms that the cases use. It has no groups of a user, no log
// and no authentication.
type peer struct {
	mu     sync.RWMutex
	prefix string
	byID   map[string]elimity.Resource
	byName map[string]string // folded userName → id
	order  []string
	sets   map[string]map[string]bool // members by group
}

func newPeer() (http.Handler, error) {
	users := &peer{prefix: "u", byID: map[string]elimity.Resource{}, byName: map[string]string{}}
	groups := &peer{prefix: "g", byID: map[string]elimity.Resource{}, sets: map[string]map[string]bool{}}
	return elimity.NewServer(&elimity.ServerArgs{
		ServiceProviderConfig: &elimity.ServiceProviderConfig{MaxResults: 1000, SupportFiltering: true, SupportPatch: true},
		ResourceTypes: []elimity.ResourceType{
			{ID: optional.NewString("User"), Name: "User", Endpoint: "/Users", Schema: schema.CoreUserSchema(), Handler: users},
			{ID: optional.NewString("Group"), Name: "Group", Endpoint: "/Groups", Schema: schema.CoreGroupSchema(), Handler: groups},
		},
	})
}

func nameOf(a elimity.ResourceAttributes) string {
	name, _ := a["userName"].(string)
	return strings.ToLower(name)
}

func (p *peer) Create(_ *http.Request, a elimity.ResourceAttributes) (elimity.Resource, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	r := elimity.Resource{ID: fmt.Sprintf("%s%08d", p.prefix, len(p.order)), Attributes: a, Meta: elimity.Meta{Created: &now, LastModified: &now, Version: "1"}}
	if p.sets != nil {
		p.sets[r.ID] = map[string]bool{}
		p.members(r.ID, a["members"], true)
		delete(a, "members")
	} else if p.byName[nameOf(a)] != "" {
		return elimity.Resource{}, errors.ScimErrorUniqueness
	} else {
		p.byName[nameOf(a)] = r.ID
	}
	p.byID[r.ID] = r
	p.order = append(p.order, r.ID)
	return r, nil
}

func (p *peer) members(group string, list any, add bool) {
	values, _ := list.([]any)
	for _, v := range values {
		m, _ := v.(map[string]any)
		if id, _ := m["value"].(string); add {
			p.sets[group][id] = true
		} else {
			delete(p.sets[group], id)
		}
	}
}

func (p *peer) Get(_ *http.Request, id string) (elimity.Resource, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	r, ok := p.byID[id]
	if !ok {
		return r, errors.ScimErrorResourceNotFound(id)
	}
	if p.sets == nil {
		return r, nil
	}
	members := make([]any, 0, len(p.sets[id]))
	for m := range p.sets[id] {
		members = append(members, map[string]any{"value": m})
	}
	r.Attributes = maps.Clone(r.Attributes)
	r.Attributes["members"] = members
	return r, nil
}

func (p *peer) GetAll(_ *http.Request, q elimity.ListRequestParams) (elimity.Page, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	page := elimity.Page{TotalResults: len(p.order)}
	if q.FilterValidator == nil {
		from := min(q.StartIndex-1, len(p.order))
		for _, id := range p.order[from:min(from+q.Count, len(p.order))] {
			page.Resources = append(page.Resources, p.byID[id])
		}
		return page, nil
	}
	e, ok := q.FilterValidator.GetFilter().(*parser.AttributeExpression)
	if !ok || !strings.EqualFold(e.AttributePath.AttributeName, "userName") || e.Operator != parser.EQ {
		return page, errors.ScimErrorInvalidFilter
	}
	name, _ := e.CompareValue.(string)
	page.TotalResults = 0
	if id := p.byName[strings.ToLower(name)]; id != "" {
		page.TotalResults, page.Resources = 1, []elimity.Resource{p.byID[id]}
	}
	return page, nil
}

func (p *peer) Replace(*http.Request, string, elimity.ResourceAttributes) (elimity.Resource, error) {
	return elimity.Resource{}, errors.ScimErrorMutability // no case uses it
}

func (p *peer) Delete(*http.Request, string) error { return errors.ScimErrorMutability } // no case uses it

func (p *peer) Patch(_ *http.Request, id string, ops []elimity.PatchOperation) (elimity.Resource, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.byID[id]
	if !ok {
		return r, errors.ScimErrorResourceNotFound(id)
	}
	if p.sets != nil {
		for _, op := range ops {
			p.patchMembers(id, op)
		}
		return elimity.Resource{}, nil // 204
	}
	r.Attributes = maps.Clone(r.Attributes)
	for _, op := range ops {
		name := op.Path.AttributePath.AttributeName
		if op.Path.ValueExpression == nil {
			r.Attributes[name] = op.Value
			continue
		}
		list, _ := r.Attributes[name].([]any)
		list = slices.Clone(list)
		for i, e := range list {
			if m, _ := e.(map[string]any); m["type"] == "work" {
				m = maps.Clone(m)
				m[op.Path.SubAttributeName()] = op.Value
				list[i] = m
			}
		}
		r.Attributes[name] = list
	}
	now := time.Now()
	r.Meta.LastModified = &now
	p.byID[id] = r
	return r, nil
}

func (p *peer) patchMembers(id string, op elimity.PatchOperation) {
	if e, ok := op.Path.ValueExpression.(*parser.AttributeExpression); ok {
		member, _ := e.CompareValue.(string)
		delete(p.sets[id], member)
		return
	}
	p.members(id, op.Value, op.Op == "add")
}
