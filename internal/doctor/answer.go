package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 4 << 20

// answer is what a server sent.
type answer struct {
	status int
	header http.Header
	body   []byte
	at     time.Time     // when it arrived, by this machine
	took   time.Duration // from the request to its end
}

// get sends a GET request to a URL, with a token unless it is "".
func (r *run) get(ctx context.Context, address, token string) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/scim+json")
	req.Header.Set("User-Agent", "scimstack-doctor")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	started := time.Now()
	res, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errors.New("the answer is longer than 4 MiB")
	}
	return &answer{status: res.StatusCode, header: res.Header, body: body, at: r.Now(), took: time.Since(started)}, err
}

// scim sends a request to the tenant. Without an answer it reports that, stops the run and returns nil.
func (r *run) scim(ctx context.Context, path string, query url.Values, token string) *answer {
	u := *r.base
	u.Path += path
	u.RawQuery = query.Encode()
	a, err := r.get(ctx, u.String(), token)
	if err != nil {
		r.noAnswer(err)
		return nil
	}
	return a
}

// noAnswer reports a request without an answer.
func (r *run) noAnswer(err error) {
	todo := "the operator must look at the log of the service and of what is before it"
	if strings.Contains(err.Error(), "malformed HTTP") {
		todo = "correct the URL: what listens there is no web server, or it needs https"
	}
	r.add(Fail, todo, "%s %s", "no answer:", Reason(err))
	r.stop("the service does not answer")
}

func (a *answer) mediaType() string {
	t, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// members are those of a JSON object; nil if the body is something else.
func (a *answer) members() map[string]any {
	var m map[string]any
	if json.Unmarshal(a.body, &m) != nil {
		return nil
	}
	return m
}

// has reports whether the answer has a schema.
func (a *answer) has(urn string) bool {
	list, _ := a.members()["schemas"].([]any)
	for _, s := range list {
		if text, ok := s.(string); ok && strings.EqualFold(text, urn) {
			return true
		}
	}
	return false
}

const (
	urnError  = "urn:ietf:params:scim:api:messages:2.0:Error"
	urnList   = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	urnConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	urnUser   = "urn:ietf:params:scim:schemas:core:2.0:User"
)

// text returns a member as one short line.
func (a *answer) text(member string) string {
	s, _ := a.members()[member].(string)
	return line(s)
}

// line makes one short line of what a server sent.
func line(s string) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)), " ")
	const limit = 160
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return s
}

var titles = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// page returns the title of a web page.
func (a *answer) page() (title string, ok bool) {
	if m := titles.FindSubmatch(a.body); m != nil {
		title = line(string(m[1]))
	}
	return title, a.mediaType() == "text/html" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(string(a.body))), "<!doctype html")
}
