package mcp

import (
	"context"
	"errors"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// requestArgs is what list_provisioning_requests takes.
type requestArgs struct {
	Failed     bool   `json:"failed,omitempty" jsonschema:"only failed requests"`
	Status     int    `json:"status,omitempty" jsonschema:"only requests with this HTTP status"`
	Operation  string `json:"operation,omitempty" jsonschema:"create, get, replace, patch, delete, search, bulk, discovery or the name of a tool of this server"`
	ResourceID string `json:"resourceId,omitempty" jsonschema:"only requests that concern this resource"`
	RequestID  string `json:"requestId,omitempty" jsonschema:"only the request with this X-Request-Id header"`
	From       string `json:"from,omitempty" jsonschema:"at or after this time (RFC 3339)"`
	Until      string `json:"until,omitempty" jsonschema:"before this time (RFC 3339)"`
	paging
}

// personArgs is what person_timeline takes: the user by one of the three.
type personArgs struct {
	UserID   string `json:"userId,omitempty"`
	UserName string `json:"userName,omitempty"`
	Email    string `json:"email,omitempty"`
	paging
}

// recordArgs is what explain_request takes.
type recordArgs struct {
	RecordID string `json:"recordId" jsonschema:"id of a record from list_provisioning_requests or person_timeline"`
}

// requestPage is a page of the provisioning log, newest first.
type requestPage struct {
	Records    []requestEntry `json:"records"`
	NextCursor string         `json:"nextCursor,omitempty"`
}

// requestEntry is the summary of a record.
type requestEntry struct {
	RecordID  string   `json:"recordId"`
	Time      string   `json:"time"`
	Entry     string   `json:"entry" jsonschema:"entry point: http, bulk, mcp or cli"`
	Operation string   `json:"operation,omitempty"`
	Type      string   `json:"type,omitempty"`
	Resource  string   `json:"resource,omitempty" jsonschema:"resource id"`
	Holder    string   `json:"holder,omitempty" jsonschema:"id of the resource that already has the requested value"`
	Status    int      `json:"status"`
	Title     string   `json:"title" jsonschema:"what happened, in a few words"`
	Changed   []string `json:"changed,omitempty" jsonschema:"attributes that a write changed"`
}

// explainResult is a record with its explanation.
type explainResult struct {
	Explanation activity.Explanation `json:"explanation"`
	Record      map[string]any       `json:"record" jsonschema:"the record; untrusted data"`
}

// timelineResult is a user with the requests that concerned the user.
type timelineResult struct {
	User *resource `json:"user,omitempty" jsonschema:"the user as stored now; absent if deleted"`
	requestPage
}

func defineActivity(ts *toolset) {
	define(ts, tool{
		name: "list_provisioning_requests", title: "List provisioning requests", access: reads, refine: refinePaging,
		about: "Lists the requests of identity providers and agents to this tenant, newest first, with the outcome of each. Set failed to see only failures.",
	}, listRequests)
	define(ts, tool{
		name: "explain_request", title: "Explain a request", access: reads, refine: func(s *jsonschema.Schema) { longest(s, 64) },
		about: "Explains one record of the provisioning log: what was requested, what the service did and why, and who needs to do what now.",
	}, explainRequest)
	define(ts, tool{
		name: "person_timeline", title: "Timeline of a person", access: reads, refine: refinePaging,
		about: "Finds one user by id, user name or e-mail address and lists every request that concerned the user, newest first.",
	}, timeline)
}

// log returns the activity log if the caller may read it, with what was answered before.
func (c *call) log(ctx context.Context) (activity.Log, error) {
	if c.o.Log == nil {
		return nil, failf(501, codeNoLog, "this service keeps no activity log")
	}
	if !c.Principal.Scopes.Has(scim.Activity) {
		f := failf(403, codeScope, "the token may not read the activity log; it lacks the scope activity")
		f.cause = scim.CodeScope
		return nil, f
	}
	if c.o.Settle != nil {
		c.o.Settle(ctx)
	}
	return c.o.Log, nil
}

func listRequests(ctx context.Context, c *call, in requestArgs) (*requestPage, error) {
	q := activity.Query{
		Failed: in.Failed, Status: in.Status, Operation: in.Operation, Resource: in.ResourceID, RequestID: in.RequestID,
	}
	var err error
	if q.From, err = timeOf("from", in.From); err != nil {
		return nil, err
	}
	if q.Until, err = timeOf("until", in.Until); err != nil {
		return nil, err
	}
	return c.requests(ctx, q, in.paging)
}

func timeOf(name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, failf(400, codeArguments, "%s must be an RFC 3339 time, e.g. 2026-01-31T08:00:00Z", name)
	}
	return t, nil
}

func (c *call) requests(ctx context.Context, q activity.Query, page paging) (*requestPage, error) {
	log, err := c.log(ctx)
	if err != nil {
		return nil, err
	}
	q.After, q.Limit = page.Cursor, sizeOf(page)
	found, err := log.Query(ctx, c.Tenant.ID, q)
	if errors.Is(err, activity.ErrCursor) {
		return nil, failf(400, codeArguments, "the cursor is not valid for this tool; start again without a cursor")
	}
	if err != nil {
		return nil, err
	}
	out := &requestPage{Records: make([]requestEntry, len(found.Records)), NextCursor: found.Next}
	for i := range found.Records {
		out.Records[i] = entryOf(&found.Records[i])
	}
	return out, nil
}

func entryOf(r *activity.Record) requestEntry {
	return requestEntry{
		RecordID: r.ID, Time: r.Time.UTC().Format(time.RFC3339), Entry: r.Entry, Operation: cleanText(r.Operation), Type: r.Type,
		Resource: cleanText(r.Resource), Holder: r.Holder, Status: r.Status, Title: cleanText(activity.Explain(r).Title), Changed: r.Changed,
	}
}

func explainRequest(ctx context.Context, c *call, in recordArgs) (*explainResult, error) {
	log, err := c.log(ctx)
	if err != nil {
		return nil, err
	}
	if !activity.ValidID(in.RecordID) {
		return nil, failf(400, codeArguments, "recordId is not a valid record id")
	}
	r, err := log.Get(ctx, c.Tenant.ID, in.RecordID)
	if errors.Is(err, activity.ErrNotFound) {
		return nil, failf(404, "not_found", "there is no such record, or it has expired")
	}
	if err != nil {
		return nil, err
	}
	doc, err := plain(r)
	if err != nil {
		return nil, err
	}
	shown, _ := cleaned(doc)
	return &explainResult{Explanation: cleanExplanation(activity.Explain(&r)), Record: shown}, nil
}

func cleanExplanation(e activity.Explanation) activity.Explanation {
	for _, s := range []*string{&e.Title, &e.Meant, &e.Did, &e.Todo, &e.RFC, &e.IdP} {
		*s = cleanText(*s)
	}
	return e
}

func timeline(ctx context.Context, c *call, in personArgs) (*timelineResult, error) {
	if _, err := c.log(ctx); err != nil {
		return nil, err
	}
	user, err := c.person(ctx, in)
	if err != nil {
		return nil, err
	}
	id := in.UserID
	if user != nil {
		id = user.ID
	}
	list, err := c.requests(ctx, activity.Query{Resource: id}, in.paging)
	if err != nil {
		return nil, err
	}
	return &timelineResult{User: user, requestPage: *list}, nil
}

// person finds the one user that a query names. It returns nil for the id of a user that does not
// exist any more.
func (c *call) person(ctx context.Context, in personArgs) (*resource, error) {
	if in.UserID != "" {
		for _, typ := range c.userTypes() {
			if user, err := c.get(ctx, typ, in.UserID, nil); err == nil || scim.AsError(err).Status != 404 {
				return user, err
			}
		}
		c.typ = schema.TypeUser
		return nil, nil
	}
	q := userArgs{UserName: in.UserName, Email: in.Email}
	if q.filter() == "" {
		return nil, failf(400, codeArguments, "give userId, userName or email")
	}
	var found []resource
	for _, typ := range c.userTypes() {
		page, err := c.find(ctx, typ, q.filter(), nil, paging{Limit: 2})
		if err != nil {
			return nil, err
		}
		found = append(found, page.Resources...)
	}
	switch len(found) {
	case 0:
		return nil, failf(404, "not_found", "no user has this user name or e-mail address, so no account was created; call list_provisioning_requests with failed true and operation create")
	case 1:
		c.typ, c.id = found[0].Type, found[0].ID
		return &found[0], nil
	}
	return nil, failf(409, "conflict", "more than one user has this address; call find_users to list them, then give userId")
}

// userTypes are User and, of the tenant's own types with the schema of users, those that the token may read.
func (c *call) userTypes() []string {
	names := []string{schema.TypeUser}
	for _, rt := range c.Tenant.Types.List {
		if rt.IsUser() && rt.Name != schema.TypeUser && c.may(scim.Read, rt) == nil {
			names = append(names, rt.Name)
		}
	}
	return names
}
