package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	elimity "github.com/elimity-com/scim"
	"github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"
)

// peerStore is the minimum that makes elimity-com/scim a working server: a map, and the forms of PATCH
// that the cases use. The library leaves the application of PATCH operations to its users.
type peerStore struct {
	byID   map[string]elimity.Resource
	byName map[string]bool
	order  []string
}

func newPeer() (http.Handler, *peerStore) {
	store := &peerStore{byID: map[string]elimity.Resource{}, byName: map[string]bool{}}
	server, err := elimity.NewServer(&elimity.ServerArgs{
		ServiceProviderConfig: &elimity.ServiceProviderConfig{MaxResults: 1000, SupportFiltering: true, SupportPatch: true},
		ResourceTypes: []elimity.ResourceType{{
			ID: optional.NewString("User"), Name: "User", Endpoint: "/Users",
			Schema: schema.CoreUserSchema(), Handler: store,
		}},
	})
	if err != nil {
		panic(err)
	}
	return server, store
}

func (s *peerStore) Create(_ *http.Request, a elimity.ResourceAttributes) (elimity.Resource, error) {
	name, _ := a["userName"].(string)
	if name = strings.ToLower(name); s.byName[name] { // required of a SCIM server
		return elimity.Resource{}, errors.ScimErrorUniqueness
	}
	s.byName[name] = true
	now := time.Now()
	r := elimity.Resource{ID: fmt.Sprintf("%08d", len(s.order)), Attributes: a,
		Meta: elimity.Meta{Created: &now, LastModified: &now, Version: "1"}}
	s.byID[r.ID] = r
	s.order = append(s.order, r.ID)
	return r, nil
}

func (s *peerStore) Get(_ *http.Request, id string) (elimity.Resource, error) {
	r, ok := s.byID[id]
	if !ok {
		return r, errors.ScimErrorResourceNotFound(id)
	}
	return r, nil
}

func (s *peerStore) GetAll(_ *http.Request, p elimity.ListRequestParams) (elimity.Page, error) {
	page := elimity.Page{Resources: []elimity.Resource{}}
	for _, id := range s.order {
		r := s.byID[id]
		if p.FilterValidator != nil && p.FilterValidator.PassesFilter(r.Attributes) != nil {
			continue
		}
		page.TotalResults++
		if page.TotalResults >= p.StartIndex && len(page.Resources) < p.Count {
			page.Resources = append(page.Resources, r)
		}
	}
	return page, nil
}

func (s *peerStore) Replace(_ *http.Request, id string, a elimity.ResourceAttributes) (elimity.Resource, error) {
	r := s.byID[id]
	r.Attributes = a
	s.byID[id] = r
	return r, nil
}

func (s *peerStore) Delete(_ *http.Request, id string) error {
	delete(s.byID, id)
	return nil
}

func (s *peerStore) Patch(_ *http.Request, id string, ops []elimity.PatchOperation) (elimity.Resource, error) {
	r := s.byID[id]
	attrs := make(elimity.ResourceAttributes, len(r.Attributes))
	for k, v := range r.Attributes {
		attrs[k] = v
	}
	for _, op := range ops {
		name := op.Path.AttributePath.AttributeName
		if op.Path.ValueExpression == nil {
			attrs[name] = op.Value
			continue
		}
		list, _ := attrs[name].([]interface{})
		next := make([]interface{}, len(list))
		for i, e := range list {
			m := map[string]interface{}{}
			for k, v := range e.(map[string]interface{}) {
				m[k] = v
			}
			if m["type"] == "work" {
				m[op.Path.SubAttributeName()] = op.Value
			}
			next[i] = m
		}
		attrs[name] = next
	}
	r.Attributes = attrs
	now := time.Now()
	r.Meta.LastModified = &now
	s.byID[id] = r
	return r, nil
}
