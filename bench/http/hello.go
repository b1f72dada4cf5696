package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// sent is what hello answers: the bytes of ours, with four headers.
type sent struct {
	status int
	etag   string
	body   []byte
}

// hello is the least that a server over net/http does: it reads the body and sends an answer that it has
// already. What ours takes beside it is the cost of SCIM.
type hello struct{ answer atomic.Pointer[sent] }

func (h *hello) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut { // the answer to send from now on
		body, err := io.ReadAll(r.Body)
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		if err != nil || status == 0 {
			http.Error(w, "no answer", http.StatusBadRequest)
			return
		}
		h.answer.Store(&sent{status, r.URL.Query().Get("etag"), body})
		w.WriteHeader(http.StatusOK)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	a := h.answer.Load()
	head := w.Header()
	head.Set("Content-Type", "application/scim+json")
	head.Set("Etag", a.etag)
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
	case "hello":
		handler = &hello{}
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
