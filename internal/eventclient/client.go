package eventclient

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/tenantclient"
	"github.com/scimstack/scimstack/pkg/feed"
)

// Client reads the feed of one tenant. It is safe for concurrent use.
type Client struct{ *tenantclient.Client }

// New returns a client for a tenant's SCIM base URL, for example https://scim.example.com/scim/v2/acme, and a
// token with the scope events.
func New(base, token string) (*Client, error) {
	c, err := tenantclient.New(base, token, feed.Path, time.Minute)
	return &Client{c}, err
}

// Query selects facts.
type Query struct {
	After string // a number, or "now"
	Types string // with commas; "" is all
	Limit int    // of facts in all; 0 is no limit
}

// Facts returns the facts after a number, as they were sent: those that are there, or with follow also those
// that come later, until ctx ends. While it follows, an answer 5xx or a broken connection is tried again.
func (c *Client) Facts(ctx context.Context, q Query, follow bool) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		left, pause := q.Limit, time.Second
		for {
			v := url.Values{"after": {q.After}, "limit": {"500"}}
			if left > 0 {
				v.Set("limit", strconv.Itoa(left))
			}
			if follow && q.After != "now" { // its number is learnt at once: asked again after a broken connection, "now" is a later one
				v.Set("wait", "25")
			}
			if q.Types != "" {
				v.Set("types", q.Types)
			}
			page, err := c.page(ctx, c.Place+"?"+v.Encode())
			if again(err) && follow && ctx.Err() == nil {
				_ = async.Sleep(ctx, pause)
				pause = min(2*pause, 30*time.Second)
				continue
			}
			if err != nil {
				yield(nil, err)
				return
			}
			pause = time.Second
			for _, f := range page.Facts {
				if !yield(f, nil) {
					return
				}
				if left--; left == 0 {
					return
				}
			}
			after := strconv.FormatInt(page.Next, 10)
			if !follow && after == q.After { // a page without facts may be one of many that Types leaves out
				return
			}
			q.After = after
		}
	}
}

// Snapshot returns all that the tenant has.
func (c *Client) Snapshot(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for cursor := ""; ; {
			page, err := c.page(ctx, c.Place+"/snapshot?limit=500&cursor="+url.QueryEscape(cursor))
			if err != nil {
				yield(nil, err)
				return
			}
			for _, f := range page.Facts {
				if !yield(f, nil) {
					return
				}
			}
			if cursor = page.Cursor; cursor == "" {
				return
			}
		}
	}
}

// First returns the number of the first fact that is kept.
func (c *Client) First(ctx context.Context) (int64, error) {
	_, err := c.page(ctx, c.Place+"?after=0&limit=1")
	var gone *StatusError
	if errors.As(err, &gone) && gone.Status == http.StatusGone && gone.First > 0 {
		return gone.First, nil
	}
	return 1, err
}

func (c *Client) page(ctx context.Context, url string) (*feed.Answer, error) {
	var page feed.Answer
	return &page, c.Read(ctx, url, &page)
}

// StatusError is a response with a status other than 200.
type StatusError = tenantclient.StatusError

// again reports whether a request may succeed later.
func again(err error) bool {
	if status, ok := err.(*StatusError); ok { //nolint:errorlint // Read returns it as it is
		return status.Status >= 500 || status.Status == http.StatusTooManyRequests
	}
	return err != nil
}
