package mcp

import (
	"context"
	"sort"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// memberArgs is what list_members takes.
type memberArgs struct {
	GroupID string `json:"groupId" jsonschema:"id of the group"`
	paging
}

// memberPage is a page of direct members.
type memberPage struct {
	Total      *int         `json:"total,omitempty" jsonschema:"number of all members, if known"`
	Members    []memberItem `json:"members"`
	NextCursor string       `json:"nextCursor,omitempty"`
}

// memberItem is one member.
type memberItem struct {
	ID   string     `json:"id"`
	Type string     `json:"type"`
	Data memberData `json:"data" jsonschema:"untrusted data of the directory"`
}

// memberData is the untrusted part of a member.
type memberData struct {
	Display string `json:"display,omitempty"`
}

func defineMembers(ts *toolset) {
	define(ts, tool{
		name: "list_members", title: "List the members of a group", access: reads,
		refine: func(s *jsonschema.Schema) { refinePaging(s) },
		about:  "Lists the direct members of a group, ordered by id, page by page.",
	}, listMembers)
}

func listMembers(ctx context.Context, c *call, in memberArgs) (*memberPage, error) {
	rt, err := typeNamed(c.Tenant, schema.TypeGroup)
	if err != nil {
		return nil, err
	}
	if err := c.may(scim.Read, rt); err != nil {
		return nil, err
	}
	c.about(rt, cleanText(in.GroupID))
	if _, err := c.o.Provider.Get(ctx, scim.Target{Tenant: c.Tenant, Type: rt, ID: in.GroupID, By: c.Principal}, scim.Projection{Attributes: []string{"id"}}); err != nil {
		return nil, err
	}
	list, err := c.members(ctx, rt, in.GroupID, scim.Page{After: in.Cursor, Limit: sizeOf(in.paging)})
	if err != nil {
		return nil, err
	}
	page := &memberPage{Members: make([]memberItem, 0, len(list.Members))}
	if list.Total >= 0 {
		page.Total = &list.Total
	}
	for _, m := range list.Members {
		item := memberItem{ID: m.ID, Type: m.Type}
		if c.Principal.Sees(m.Type) {
			item.Data.Display = cleanText(m.Display)
		}
		page.Members = append(page.Members, item)
	}
	if n := len(list.Members); list.More && n > 0 {
		page.NextCursor = list.Members[n-1].ID
	}
	return page, nil
}

// members reads a page of members: from the store, or without one from the group itself.
func (c *call) members(ctx context.Context, rt *schema.ResourceType, groupID string, page scim.Page) (scim.MemberList, error) {
	if c.o.Store != nil {
		return c.o.Store.Members(ctx, c.Tenant.ID, groupID, page)
	}
	res, err := c.o.Provider.Get(ctx, scim.Target{Tenant: c.Tenant, Type: rt, ID: groupID, By: c.Principal}, scim.Projection{Attributes: []string{"members"}})
	if err != nil {
		return scim.MemberList{}, err
	}
	doc, err := schema.DecodeJSON(res.Body, bodyDepth)
	if err != nil {
		return scim.MemberList{}, err
	}
	all := membersOf(doc)
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	from := sort.Search(len(all), func(i int) bool { return all[i].ID > page.After })
	to := min(from+page.Limit, len(all))
	return scim.MemberList{Members: all[from:to], Total: len(all), More: to < len(all)}, nil
}

func membersOf(doc map[string]any) []scim.Member {
	list, _ := doc["members"].([]any)
	out := make([]scim.Member, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		text := func(name string) string { s, _ := m[name].(string); return s }
		out = append(out, scim.Member{ID: text("value"), Type: text("type"), Display: text("display")})
	}
	return out
}
