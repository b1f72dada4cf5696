package main

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// sent is what hello and same answer: the body of ours, and header fields of it.
type sent struct {
	status int
	header http.Header
	body   []byte
}

// hello is the least that a server over net/http does: it reads the body and sends an answer that it has
// already. What ours takes beside it is the cost of SCIM. It sends four header fields, with Content-Length and Date, or,
// as the server same, all those of ours.
type hello struct {
	all    bool
	answer atomic.Pointer[sent]
}

// toSend is before the name of a header field that is to be sent.
const toSend = "To-Send-"

// told is the answer to send from now on, as the request has it.
func (h *hello) told(r *http.Request) (*sent, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	a := &sent{header: http.Header{}, body: body}
	if a.status, err = strconv.Atoi(r.URL.Query().Get("status")); err != nil {
		return nil, err
	}
	for name, values := range r.Header {
		if name, ok := strings.CutPrefix(name, toSend); ok && (h.all || name == "Etag" || name == "Content-Type") {
			a.header[name] = values
		}
	}
	return a, nil
}

func (h *hello) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		a, err := h.told(r)
		if err != nil {
			http.Error(w, "no answer", http.StatusBadRequest)
			return
		}
		h.answer.Store(a)
		w.WriteHeader(http.StatusOK)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	a := h.answer.Load()
	head := w.Header()
	maps.Copy(head, a.header)
	if len(a.body) > 0 {
		head.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// serveAs is the process of a server other than ours.
func serveAs(name string) error {
	var handler http.Handler
	switch name {
	case "hello", "same":
		handler = &hello{all: name == "same"}
	case "elimity":
		peer, err := newPeer()
		if err != nil {
			return err
		}
		handler = peer
	default:
		return fmt.Errorf("no server %s", name)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("base URL  http://%s\nready\n", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute} // as ours
	return server.Serve(listener)
}
