package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// answer is an answer of ours that was checked.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// fill makes users, and a group of the first ones. hello and same have nothing to keep; their users have names alone. A
// peer has the users that it could make within a bound.
func (s *server) fill(ctx context.Context, n int, bound time.Duration) error {
	if n < members {
		return fmt.Errorf("%d users are fewer than the %d members of the group", n, members)
	}
	s.users, s.group = make([]string, n+spare), "group"
	if s.sends() {
		for i := range s.users {
			s.users[i] = fmt.Sprintf("%036d", i)
		}
		return nil
	}
	const connections = 8
	var taken atomic.Int64 // so that there is no gap where a peer is stopped
	end := time.Now().Add(bound)
	err := async.Each(ctx, connections, numbers(connections), func(ctx context.Context, _ int) error {
		c, err := s.dial()
		if err != nil {
			return err
		}
		defer c.net.Close()
		for ctx.Err() == nil && (!s.isPeer() || time.Now().Before(end)) {
			i := int(taken.Add(1)) - 1
			if i >= len(s.users) {
				break
			}
			if s.users[i], err = c.create("/Users", userBody("user", i)); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if s.users = s.users[:min(int(taken.Load()), len(s.users))]; len(s.users) < members+spare {
		return fmt.Errorf("it made %d users in %v; at least %d are needed (raise -fill)", len(s.users), bound, members+spare)
	}
	c, err := s.dial()
	if err != nil {
		return err
	}
	defer c.net.Close()
	s.group, err = c.create("/Groups", groupBody(s.users[:members]))
	return err
}

// create makes a resource and returns its id.
func (c *conn) create(path, body string) (string, error) {
	_, got, err := c.do(call{"POST", path, body, http.StatusCreated}, true)
	if err != nil {
		return "", err
	}
	return idOf(got)
}

// check sends the first request of a case and checks its answer: the status, the content, and of the group
// that it has one more member and, after the second request, one less.
func (s *server) check(c benchCase) (answer, error) {
	at, err := s.dial()
	if err != nil {
		return answer{}, err
	}
	defer at.net.Close()
	r := c.make(s, 0, 0)
	res, body, err := at.do(r, true)
	if err != nil {
		return answer{}, err
	}
	if res.StatusCode != http.StatusNoContent && !c.holds(compact(body)) {
		return answer{}, fmt.Errorf("wrong answer: %s", detail(body))
	}
	if r.method == http.MethodPatch {
		_, now, err := at.do(call{"GET", r.path, "", http.StatusOK}, true)
		if err != nil {
			return answer{}, err
		}
		if !c.holds(compact(now)) {
			return answer{}, errors.New("it answers as if it had made the change, which is not there")
		}
	}
	if c.name == "±1 of 1,000 members" {
		for n, want := range []int{members + 1, members} {
			if n > 0 {
				if _, _, err := at.do(c.make(s, 0, n), false); err != nil {
					return answer{}, err
				}
			}
			_, group, err := at.do(call{"GET", "/Groups/" + s.group, "", http.StatusOK}, true)
			if err != nil {
				return answer{}, err
			}
			if got := bytes.Count(compact(group), []byte(`"value":`)); got != want {
				return answer{}, fmt.Errorf("the group has %d members, want %d", got, want)
			}
		}
	}
	return answer{res.StatusCode, res.Header, body}, nil
}

// compact is JSON without white space.
func compact(body []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, body) != nil {
		return body
	}
	return b.Bytes()
}

// answerWith makes hello or same send an answer.
func (s *server) answerWith(a answer) error {
	req, err := http.NewRequest(http.MethodPut, fmt.Sprintf("http://%s/?status=%d", s.host, a.status), bytes.NewReader(a.body))
	if err != nil {
		return err
	}
	for name, values := range a.header {
		if name != "Date" && name != "Content-Length" { // which every answer has
			req.Header[toSend+name] = values
		}
	}
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}
