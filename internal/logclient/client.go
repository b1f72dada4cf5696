// Package logclient reads the provisioning log of a tenant over HTTP, for the command line.
//
//	base URL of a tenant ──► /activity/{tenant}   records with explanations
//	                    └──► /Users?filter=…      the id of a userName
package logclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/tenantclient"
	"github.com/scimstack/scimstack/pkg/activity"
)

// Client reads the log of one tenant. It is safe for concurrent use.
type Client struct{ *tenantclient.Client }

// New returns a client for a tenant's SCIM base URL, for example
// https://scim.example.com/scim/v2/acme, and a token with the scope activity.
func New(base, token string) (*Client, error) {
	c, err := tenantclient.New(base, token, activity.Prefix, 30*time.Second)
	return &Client{c}, err
}

// StatusError is a response with a status other than 200.
type StatusError = tenantclient.StatusError

// Query returns one page of records, newest first.
func (c *Client) Query(ctx context.Context, q activity.Query) (activity.Answer, error) {
	return c.query(ctx, q, "")
}

// query is Query for the resources that have or had a name; "" is for all.
func (c *Client) query(ctx context.Context, q activity.Query, name string) (activity.Answer, error) {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("resource", q.Resource)
	set("user", name)
	set("idp", q.IdP)
	set("operation", q.Operation)
	set("request", q.RequestID)
	set("cursor", q.After)
	if q.Status != 0 {
		set("status", strconv.Itoa(q.Status))
	}
	if q.Failed {
		set("failed", "true")
	}
	if !q.From.IsZero() {
		set("from", q.From.Format(time.RFC3339Nano))
	}
	if !q.Until.IsZero() {
		set("until", q.Until.Format(time.RFC3339Nano))
	}
	if q.Limit > 0 {
		set("count", strconv.Itoa(q.Limit))
	}
	var a activity.Answer
	return a, c.Read(ctx, c.Place+"?"+v.Encode(), &a)
}

// maxRecords limits the records that Collect keeps.
const maxRecords = 10_000

// Collect returns up to limit records, newest first, from as many pages as that takes; with limit 0,
// all records of the query, but at most 10,000.
func (c *Client) Collect(ctx context.Context, q activity.Query, limit int) ([]activity.Explained, error) {
	return c.collect(ctx, q, "", limit)
}

func (c *Client) collect(ctx context.Context, q activity.Query, name string, limit int) ([]activity.Explained, error) {
	if limit <= 0 {
		limit = maxRecords
	}
	var all []activity.Explained
	for len(all) < limit {
		q.Limit = min(limit-len(all), activity.MaxLimit)
		a, err := c.query(ctx, q, name)
		if err != nil {
			return nil, err
		}
		all = append(all, a.Records...)
		if q.After = a.Next; q.After == "" {
			break
		}
	}
	return all, nil
}

// Get returns the record with this id, or all records of the request with this id.
func (c *Client) Get(ctx context.Context, id string) ([]activity.Explained, error) {
	var one activity.Explained
	err := c.Read(ctx, c.Place+"/"+url.PathEscape(id), &one)
	if err == nil {
		return []activity.Explained{one}, nil
	}
	var status *StatusError
	if !errors.As(err, &status) || status.Status != http.StatusNotFound {
		return nil, err
	}
	records, err := c.Collect(ctx, activity.Query{RequestID: id}, 0)
	if err == nil && len(records) == 0 {
		err = fmt.Errorf("the log has no record and no request %q", id)
	}
	return records, err
}

// Named returns up to limit records, newest first, of the users and groups that have a name now, or had it:
// a userName, a displayName or an externalId. With limit 0, all that the log has, but at most 10,000.
func (c *Client) Named(ctx context.Context, name string, q activity.Query, limit int) ([]activity.Explained, error) {
	records, err := c.collect(ctx, q, name, limit)
	if err != nil {
		return nil, err
	}
	id, err := c.living(ctx, name)
	var status *StatusError
	if errors.As(err, &status) && (status.Status == http.StatusForbidden || status.Status == http.StatusUnauthorized) {
		return records, nil // the token reads the log only
	}
	if err != nil || id == "" {
		return records, err
	}
	q.Resource = id
	more, err := c.Collect(ctx, q, limit)
	if err != nil {
		return nil, err
	}
	records = append(records, more...)
	slices.SortStableFunc(records, func(a, b activity.Explained) int { return strings.Compare(b.ID, a.ID) })
	records = slices.CompactFunc(records, func(a, b activity.Explained) bool { return a.ID == b.ID })
	if limit > 0 && len(records) > limit {
		records = records[:limit]
	}
	return records, nil
}

// Resource returns the id of a user by userName or of a group by displayName; if there is none, of one
// that the log knows by that name, such as a deleted one. An id is returned unchanged. The look-up needs
// the scope read.
func (c *Client) Resource(ctx context.Context, name string) (string, error) {
	if len(name) == 36 && strings.Count(name, "-") == 4 {
		return name, nil
	}
	id, err := c.living(ctx, name)
	if err != nil || id != "" {
		return id, err
	}
	a, err := c.query(ctx, activity.Query{Limit: 1}, name)
	if err == nil && len(a.Records) > 0 {
		return a.Records[0].Resource, nil
	}
	if err == nil {
		err = fmt.Errorf("no user and no group has the name %q, and the log knows none that had it", name)
	}
	return "", err
}

// living returns the id of a user by userName or of a group by displayName, or "".
func (c *Client) living(ctx context.Context, name string) (string, error) {
	quoted, err := json.Marshal(name)
	if err != nil {
		return "", err
	}
	for _, place := range []string{"/Users?filter=userName+eq+", "/Groups?filter=displayName+eq+"} {
		var list struct {
			Resources []struct {
				ID string `json:"id"`
			}
		}
		if err := c.Read(ctx, c.SCIM+place+url.QueryEscape(string(quoted))+"&attributes=id", &list); err != nil {
			return "", err
		}
		if len(list.Resources) > 0 {
			return list.Resources[0].ID, nil
		}
	}
	return "", nil
}
