package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// sample is one measurement.
type sample struct {
	rate     float64 // answers per second
	p50, p99 time.Duration
	cpu      float64 // µs of the server per request
}

// conn is one connection. It writes requests by hand, so that the clients take little of the machine.
type conn struct {
	s   *server
	net net.Conn
	in  *bufio.Reader
	out []byte
}

func (s *server) dial() (*conn, error) {
	c, err := net.Dial("tcp", s.host)
	if err != nil {
		return nil, err
	}
	return &conn{s: s, net: c, in: bufio.NewReaderSize(c, 1<<16)}, nil
}

// do sends a request and reads its answer, and the body of it if it is wanted.
func (c *conn) do(r call, keep bool) (res *http.Response, body []byte, err error) {
	if err := c.net.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, nil, err
	}
	c.out = append(append(append(append(c.out[:0], r.method...), ' '), c.s.path...), r.path...)
	c.out = append(c.out, " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+token+"\r\nAccept: application/scim+json\r\n"...)
	if r.body != "" {
		c.out = append(c.out, "Content-Type: application/scim+json\r\nContent-Length: "...)
		c.out = append(strconv.AppendInt(c.out, int64(len(r.body)), 10), "\r\n"...)
	}
	c.out = append(append(c.out, "\r\n"...), r.body...)
	if _, err := c.net.Write(c.out); err != nil {
		return nil, nil, lost(err)
	}
	if res, err = http.ReadResponse(c.in, nil); err != nil {
		return nil, nil, lost(err)
	}
	defer res.Body.Close()
	if keep || !r.fits(res.StatusCode) {
		body, err = io.ReadAll(res.Body)
	} else {
		_, err = io.Copy(io.Discard, res.Body)
	}
	if err == nil && !r.fits(res.StatusCode) {
		err = fmt.Errorf("%s %s: status %d, want %d: %s", r.method, r.path, res.StatusCode, r.want, detail(body))
	}
	return res, body, err
}

// lost is why there is no answer, without the addresses of the connection.
func lost(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("no answer within %v", patience)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	return fmt.Errorf("no answer: %w", err)
}

// detail is what an error of SCIM says, or the beginning of a body that is none.
func detail(body []byte) string {
	var e struct{ Detail string }
	if json.Unmarshal(body, &e) == nil && e.Detail != "" {
		return e.Detail
	}
	return fmt.Sprintf("%.200s", body)
}

// load sends a case over many connections for a time.
func (s *server) load(ctx context.Context, c benchCase, d time.Duration) (sample, error) {
	took := make([][]time.Duration, s.clients)
	if s.next[c.name] == nil {
		s.next[c.name] = slices.Repeat([]int{2}, s.clients) // after those of check
	}
	before, start := s.used(), time.Now()
	err := async.Each(ctx, s.clients, numbers(s.clients), func(ctx context.Context, client int) (err error) {
		took[client], err = s.repeat(ctx, c, client, start.Add(d), start.Add(most*d))
		return err
	})
	elapsed := time.Since(start)
	if err != nil {
		return sample{}, err
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	return sample{
		rate: float64(len(all)) / elapsed.Seconds(), p50: all[len(all)/2], p99: all[len(all)*99/100],
		cpu: float64((s.used() - before).Microseconds()) / float64(len(all)),
	}, nil
}

// least is how many requests a connection sends at least: a busy machine must not leave a few, of which the
// processor time, which Linux counts in hundredths of a second, says nothing.
const least = 50

// most is how many times the duration a measurement takes at most: a server that takes a second for a request
// has used enough processor time by then.
const most = 5

// patience is how long a server may take for one request.
const patience = time.Minute

// repeat is the work of one connection: pairs of requests, so that a member that was added is removed.
func (s *server) repeat(ctx context.Context, c benchCase, client int, until, end time.Time) (took []time.Duration, err error) {
	at, err := s.dial()
	if err != nil {
		return nil, err
	}
	defer at.net.Close()
	next := &s.next[c.name][client]
	for ; *next%2 == 1 || ctx.Err() == nil; *next++ {
		if now := time.Now(); *next%2 == 0 && (now.After(end) || len(took) >= least && now.After(until)) {
			break
		}
		r := c.make(s, client, *next)
		start := time.Now()
		if _, _, err := at.do(r, false); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
	}
	return took, ctx.Err()
}

func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
