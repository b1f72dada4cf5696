package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// How much of the answer to a Post is read after its status, and for how long, so that the connection can be used again. A receiver
// whose answers do not end holds up no delivery for longer.
const (
	maxAnswer   = 64 << 10
	longestRest = time.Second
)

// StatusError is an answer to Post that is not 2xx.
type StatusError struct {
	Status     int
	RetryAfter string // the header
}

func (e *StatusError) Error() string { return fmt.Sprintf("the answer has the status %d", e.Status) }

// Post sends a body, of JSON unless the header says otherwise. The answer must have a status of 2xx, otherwise the error is a *StatusError; a
// redirect is one, too: it is not followed. Of the answer nothing but the status is used. An error does not
// contain the URL, whose path may be a secret.
func (c *Client) Post(ctx context.Context, raw string, header http.Header, body []byte) error {
	if err := c.Check(raw); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, raw, bytes.NewReader(body))
	if err != nil {
		return ErrURL
	}
	req.Header = header.Clone()
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", "scimstack")
	once := *c.http
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := once.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return err
	}
	defer time.AfterFunc(longestRest, cancel).Stop()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	_ = res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return &StatusError{res.StatusCode, res.Header.Get("Retry-After")}
	}
	return nil
}
