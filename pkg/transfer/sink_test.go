package transfer_test

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// sink is a Store that keeps nothing of what it is given, and has every group that is asked for.
type sink struct{ scim.Store }

func (sink) List(context.Context, scim.TenantID, string, scim.Page) (scim.List, error) {
	return scim.List{}, nil
}

func (sink) Members(context.Context, scim.TenantID, string, scim.Page) (scim.MemberList, error) {
	return scim.MemberList{}, nil
}

func (sink) Get(_ context.Context, _ scim.TenantID, typ, id string) (*scim.Resource, error) {
	return &scim.Resource{Type: typ, ID: id, Version: 1}, nil
}

func (sink) Commit(_ context.Context, _ scim.TenantID, c scim.Change) (*scim.Resource, error) {
	return &scim.Resource{Type: c.Type, ID: c.ID, Version: 1}, nil
}
