package tenantclient

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client sends GET requests for one tenant. It is safe for concurrent use.
type Client struct {
	// SCIM is the base URL of the tenant, and Place the URL of the tenant beside SCIM; neither ends with a slash.
	SCIM, Place string

	token string
	http  *http.Client
}

// New returns a client for a tenant's SCIM base URL, for example https://scim.example.com/scim/v2/acme. prefix is what
// Place has instead of /scim/v2, and timeout the time of one request.
func New(base, token, prefix string, timeout time.Duration) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not a base URL", base)
	}
	before, tenant, ok := strings.Cut(u.Path, "/scim/v2/")
	if !ok || tenant == "" || strings.Contains(tenant, "/") {
		return nil, fmt.Errorf("%q is not the base URL of a tenant; it ends with /scim/v2/ and the tenant", base)
	}
	place := *u
	place.Path = before + strings.TrimRight(prefix, "/") + "/" + tenant
	return &Client{SCIM: u.String(), Place: place.String(), token: token, http: &http.Client{Timeout: timeout}}, nil
}

// maxAnswer limits the size of a response, in bytes.
const maxAnswer = 32 << 20

// Read reads a URL into a value. A status other than 200 is a *StatusError.
func (c *Client) Read(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		e := &StatusError{Status: res.StatusCode}
		_ = json.Unmarshal(body, e) // without a body, the status is enough
		e.Status = res.StatusCode
		return e
	}
	return json.Unmarshal(body, into)
}

// StatusError is a response with a status other than 200.
type StatusError struct {
	Status int    `json:"-"`
	Detail string `json:"detail"`
	First  int64  `json:"first"` // of a feed: the first fact that is kept
}

func (e *StatusError) Error() string {
	if e.Detail == "" {
		return fmt.Sprintf("%d %s, and not as scimstack answers; check scheme, host and port of the base URL, and what is before the service", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("the service answered %d: %s", e.Status, e.Detail)
}
