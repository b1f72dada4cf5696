package eventclient

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
)

// Client reads the feed of one tenant. It is safe for concurrent use.
type Client struct {
	events, token string
	http          *http.Client
}

// New returns a client for a tenant's SCIM base URL, for example https://scim.example.com/scim/v2/acme, and a
// token with the scope events.
func New(base, token string) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not a base URL", base)
	}
	before, tenant, ok := strings.Cut(u.Path, "/scim/v2/")
	if !ok || tenant == "" || strings.Contains(tenant, "/") {
		return nil, fmt.Errorf("%q is not the base URL of a tenant; it ends with /scim/v2/ and the tenant", base)
	}
	u.Path = before + feed.Path + "/" + tenant
	return &Client{events: u.String(), token: token, http: &http.Client{Timeout: time.Minute}}, nil
}

// Query selects facts.
type Query struct {
	After string // a number, or "now"
	Types string // with commas; "" is all
	Limit int    // of facts in all; 0 is no limit
}

// maxAnswer limits the size of a response, in bytes.
const maxAnswer = 32 << 20

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
			if follow {
				v.Set("wait", "25")
			}
			if q.Types != "" {
				v.Set("types", q.Types)
			}
			page, err := c.page(ctx, c.events+"?"+v.Encode())
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
			if !follow && (len(page.Facts) == 0 || after == q.After) {
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
			page, err := c.page(ctx, c.events+"/snapshot?limit=500&cursor="+url.QueryEscape(cursor))
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

func (c *Client) page(ctx context.Context, url string) (*feed.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		var e struct{ Detail string }
		_ = json.Unmarshal(body, &e) // without a detail, the status is enough
		return nil, &StatusError{Status: res.StatusCode, Detail: e.Detail}
	}
	var page feed.Answer
	return &page, json.Unmarshal(body, &page)
}

// StatusError is a response with a status other than 200.
type StatusError struct {
	Status int
	Detail string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the service answered %d: %s", e.Status, e.Detail)
}

// again reports whether a request may succeed later.
func again(err error) bool {
	if status, ok := err.(*StatusError); ok { //nolint:errorlint // page returns it as it is
		return status.Status >= 500 || status.Status == http.StatusTooManyRequests
	}
	return err != nil
}
