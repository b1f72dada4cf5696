package mcp

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Sizes of a page of resources.
const (
	defaultPage = 20
	maxPage     = 100
)

// paging is part of the arguments of every tool that returns a list.
type paging struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"page size: 20 by default, at most 100"`
	Cursor string `json:"cursor,omitempty" jsonschema:"nextCursor of the previous page; all other arguments must be the same"`
}

func refinePaging(s *jsonschema.Schema) {
	between(s.Properties["limit"], 1, maxPage)
	longest(s, 2048)
}

// resourcePage is a page of resources.
type resourcePage struct {
	Total      *int       `json:"total,omitempty" jsonschema:"number of all matches, if known"`
	Resources  []resource `json:"resources"`
	NextCursor string     `json:"nextCursor,omitempty" jsonschema:"cursor of the next page; absent on the last page"`
}

// userArgs is what find_users takes. All given conditions must hold.
type userArgs struct {
	UserName   string `json:"userName,omitempty" jsonschema:"exact user name, case-insensitive"`
	Email      string `json:"email,omitempty" jsonschema:"one of the e-mail addresses, exact but case-insensitive"`
	ExternalID string `json:"externalId,omitempty" jsonschema:"exact id that the identity provider assigned"`
	Text       string `json:"text,omitempty" jsonschema:"part of the user name, display name or e-mail address"`
	Active     *bool  `json:"active,omitempty"`
	ManagerID  string `json:"managerId,omitempty" jsonschema:"id of the manager"`
	paging
}

func (q *userArgs) filter() string {
	var terms []string
	exact := func(path, value string) {
		if value != "" {
			terms = append(terms, path+" eq "+quoted(value))
		}
	}
	exact("userName", q.UserName)
	exact("emails.value", q.Email)
	exact("externalId", q.ExternalID)
	exact(schema.URNEnterpriseUser+":manager.value", q.ManagerID)
	if q.Active != nil {
		terms = append(terms, "active eq "+strconv.FormatBool(*q.Active))
	}
	if q.Text != "" {
		v := quoted(q.Text)
		terms = append(terms, "(userName co "+v+" or displayName co "+v+" or emails.value co "+v+")")
	}
	return all(terms)
}

// groupArgs is what find_groups takes. All given conditions must hold.
type groupArgs struct {
	DisplayName string `json:"displayName,omitempty" jsonschema:"exact name, case-insensitive"`
	ExternalID  string `json:"externalId,omitempty" jsonschema:"exact id that the identity provider assigned"`
	Text        string `json:"text,omitempty" jsonschema:"part of the name"`
	MemberID    string `json:"memberId,omitempty" jsonschema:"id of a direct member"`
	paging
}

func (q *groupArgs) filter() string {
	var terms []string
	for _, e := range [][3]string{
		{"displayName", "eq", q.DisplayName}, {"externalId", "eq", q.ExternalID},
		{"displayName", "co", q.Text}, {"members.value", "eq", q.MemberID},
	} {
		if e[2] != "" {
			terms = append(terms, e[0]+" "+e[1]+" "+quoted(e[2]))
		}
	}
	return all(terms)
}

// searchArgs is what the tool search takes.
type searchArgs struct {
	Type       string   `json:"type,omitempty" jsonschema:"resource type; all types by default"`
	Filter     string   `json:"filter,omitempty" jsonschema:"SCIM filter (RFC 7644 section 3.4.2.2), e.g. userName sw \"j\" and active eq true"`
	Attributes []string `json:"attributes,omitempty" jsonschema:"return only these attributes"`
	Excluded   []string `json:"excludedAttributes,omitempty" jsonschema:"return all but these attributes"`
	SortBy     string   `json:"sortBy,omitempty"`
	Descending bool     `json:"descending,omitempty"`
	paging
}

// idArgs names one resource.
type idArgs struct {
	ID string `json:"id" jsonschema:"resource id"`
}

func defineDirectory(ts *toolset) {
	define(ts, tool{
		name: "find_users", title: "Find users", access: reads, refine: refinePaging,
		about: "Finds users by user name, e-mail address, external id, manager, active state or part of a name. All given conditions must hold; without arguments it lists all users.",
	}, func(ctx context.Context, c *call, in userArgs) (*resourcePage, error) {
		return c.find(ctx, schema.TypeUser, in.filter(), nil, in.paging)
	})
	define(ts, tool{
		name: "find_groups", title: "Find groups", access: reads, refine: refinePaging,
		about: "Finds groups by name, external id or member. Members are not included; use list_members.",
	}, func(ctx context.Context, c *call, in groupArgs) (*resourcePage, error) {
		return c.find(ctx, schema.TypeGroup, in.filter(), []string{"members"}, in.paging)
	})
	define(ts, tool{
		name: "get_user", title: "Get a user", access: reads, refine: func(s *jsonschema.Schema) { longest(s, 256) },
		about: "Reads one user by id, with all attributes that are returned by default and the user's groups.",
	}, func(ctx context.Context, c *call, in idArgs) (*resource, error) {
		return c.get(ctx, schema.TypeUser, in.ID, nil)
	})
	define(ts, tool{
		name: "get_group", title: "Get a group", access: reads, refine: func(s *jsonschema.Schema) { longest(s, 256) },
		about: "Reads one group by id. Members are not included; use list_members.",
	}, func(ctx context.Context, c *call, in idArgs) (*resource, error) {
		return c.get(ctx, schema.TypeGroup, in.ID, []string{"members"})
	})
	define(ts, tool{
		name: "search", title: "Search with a SCIM filter", access: reads, refine: refinePaging,
		about: "Searches users, groups and the tenant's own resource types with any SCIM filter. lint_scim explains why a filter is rejected.",
	}, search)
	defineMembers(ts)
}

func search(ctx context.Context, c *call, in searchArgs) (*resourcePage, error) {
	q := scim.Query{Types: c.Tenant.Types.List, Root: true, SortBy: in.SortBy, Descending: in.Descending}
	if in.Type != "" {
		rt, err := typeNamed(c.Tenant, in.Type)
		if err != nil {
			return nil, err
		}
		q.Types, q.Root = []*schema.ResourceType{rt}, false
	}
	q.Filter, q.HasFilter = in.Filter, in.Filter != ""
	q.Projection = scim.Projection{Attributes: in.Attributes, Excluded: in.Excluded}
	if len(in.Attributes) > 0 {
		q.Projection.Attributes = append(q.Projection.Attributes, "meta") // type and version are always returned
	}
	return c.search(ctx, q, in.paging)
}

func (c *call) find(ctx context.Context, typ, filter string, without []string, page paging) (*resourcePage, error) {
	rt, err := typeNamed(c.Tenant, typ)
	if err != nil {
		return nil, err
	}
	return c.search(ctx, scim.Query{
		Types: []*schema.ResourceType{rt}, Filter: filter, HasFilter: filter != "",
		Projection: scim.Projection{Excluded: without},
	}, page)
}

// search returns one page of a query. The cursor is the Provider's, sealed and bound to the query.
func (c *call) search(ctx context.Context, q scim.Query, page paging) (*resourcePage, error) {
	for _, rt := range q.Types {
		if err := c.may(scim.Read, rt); err != nil {
			return nil, err
		}
	}
	q.By = c.Principal
	q.HasCursor, q.Cursor = true, page.Cursor
	q.HasCount, q.Count = true, sizeOf(page)
	found, err := c.o.Provider.Search(ctx, c.Tenant, q)
	if err != nil {
		c.plan = scim.AsError(err).Plan
		return nil, err
	}
	c.plan = found.Plan
	out := &resourcePage{NextCursor: found.Next}
	if found.Total >= 0 {
		out.Total = &found.Total
	}
	out.Resources, err = views(found.Resources)
	return out, err
}

func sizeOf(page paging) int {
	if page.Limit == 0 {
		return defaultPage
	}
	return min(page.Limit, maxPage)
}

func (c *call) get(ctx context.Context, typ, id string, without []string) (*resource, error) {
	rt, err := typeNamed(c.Tenant, typ)
	if err != nil {
		return nil, err
	}
	if err := c.may(scim.Read, rt); err != nil {
		return nil, err
	}
	c.about(rt, cleanText(id))
	res, err := c.o.Provider.Get(ctx, scim.Target{Tenant: c.Tenant, Type: rt, ID: id, By: c.Principal}, scim.Projection{Excluded: without})
	if err != nil {
		return nil, err
	}
	return view(res.Body)
}

// quoted returns a string as the literal of a filter; no value can end the literal early.
func quoted(s string) string { return string(schema.AppendString(nil, s)) }

// all joins the terms of a filter, which must all hold.
func all(terms []string) string { return strings.Join(terms, " and ") }
