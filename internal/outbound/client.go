package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// Limits of a request.
const (
	maxRedirects = 3
	timeout      = 5 * time.Second
)

// ErrURL is returned for a URL that is not fetched, whatever its address.
var ErrURL = errors.New("the URL must be https, with a host and without a user")

// Options of New. The zero value is right outside tests and development.
type Options struct {
	// Loopback also allows http and https to addresses of this machine. It is for tests and development: a
	// client with it reaches every service of the machine.
	Loopback bool
	// Timeout limits a whole request with its redirects and its answer. 0 is 5 seconds.
	Timeout time.Duration
	// Resolver looks up names instead of the system's, for tests: addresses are checked all the same.
	Resolver *net.Resolver
	// Client sends the requests instead, for tests. URLs are still checked, addresses are not.
	Client *http.Client
}

// Client fetches URLs from outside. Make it with New. It is safe for concurrent use.
type Client struct {
	http     *http.Client
	loopback bool
}

// New returns a Client.
func New(o Options) *Client {
	c := &Client{loopback: o.Loopback}
	if o.Timeout == 0 {
		o.Timeout = timeout
	}
	h := http.Client{}
	if o.Client != nil {
		h = *o.Client
	} else {
		dialer := &net.Dialer{Timeout: o.Timeout, Control: c.control, Resolver: o.Resolver}
		h.Transport = &http.Transport{ // no Proxy: it would look up names itself
			DialContext: dialer.DialContext, TLSHandshakeTimeout: o.Timeout, ResponseHeaderTimeout: o.Timeout,
			MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 1, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
		}
	}
	h.Timeout, h.CheckRedirect = o.Timeout, c.redirect
	c.http = &h
	return c
}

// Check reports whether a URL may be fetched, without a look at its addresses, which may change.
func (c *Client) Check(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return ErrURL
	}
	return c.check(u)
}

func (c *Client) check(u *url.URL) error {
	if u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return ErrURL
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !c.allowed(a) {
		return ErrAddress
	}
	if u.Scheme == "https" || c.loopback && u.Scheme == "http" && loopback(u.Hostname()) {
		return nil
	}
	return ErrURL
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

func (c *Client) allowed(a netip.Addr) bool {
	return Public(a) || c.loopback && a.Unmap().IsLoopback()
}

// control is called with the address that a connection is opened to: after DNS, for every attempt.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !c.allowed(at.Addr()) {
		return fmt.Errorf("%w: %s", ErrAddress, address)
	}
	return nil
}

func (c *Client) redirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("too many redirects")
	}
	return c.check(r.URL)
}

// Answer is the answer to Get.
type Answer struct {
	Header http.Header
	Body   []byte
}

// Get fetches a URL. The answer must have the status 200 and at most limit bytes.
func (c *Client) Get(ctx context.Context, raw string, limit int) (*Answer, error) {
	if err := c.Check(raw); err != nil {
		return nil, fmt.Errorf("%s: %w", raw, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, raw, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "scimstack")
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", raw, err)
	}
	switch {
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s: the answer has the status %d", raw, res.StatusCode)
	case len(body) > limit:
		return nil, fmt.Errorf("%s: the answer has more than %d bytes", raw, limit)
	}
	return &Answer{Header: res.Header, Body: body}, nil
}
