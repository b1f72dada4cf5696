package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"strings"
)

// place is where a server listens, as its users reach it.
type place struct {
	listener net.Listener
	url      string   // without a path
	others   []string // further URLs, if it listens on all addresses
	open     bool     // other machines reach it, over plain HTTP
}

// hostAndPort checks the form of an address to listen on. Whether it is one of this machine, and free, is found by listen.
func hostAndPort(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	number, noNumber := strconv.ParseUint(port, 10, 64)
	service := strings.Trim(port, "abcdefghijklmnopqrstuvwxyz") == "" // such as https
	if addr != "" && (err != nil || noNumber == nil && number > math.MaxUint16 || noNumber != nil && !service) {
		return usagef("%q is not HOST:PORT; write an address of this machine and a port, such as 127.0.0.1:8080, or :8080 for all addresses", addr)
	}
	return nil
}

// listen opens the address that a flag names.
func listen(ctx context.Context, flag, addr string) (*place, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w; use a free port of this machine, such as 127.0.0.1:0", flag, addr, err)
	}
	p := &place{listener: l, url: "http://" + l.Addr().String()}
	at, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return p, nil
	}
	p.open = !at.IP.IsLoopback()
	if at.IP.IsUnspecified() {
		host, _, _ := net.SplitHostPort(addr)
		p.url, p.others = everywhere(at.Port, cmp.Or(host, "::") == "0.0.0.0")
	}
	return p, nil
}

// everywhere returns the URLs of a server that listens on all addresses: no client can connect to
// 0.0.0.0 or [::] itself.
func everywhere(port int, only4 bool) (url string, others []string) {
	at := func(host string) string { return "http://" + net.JoinHostPort(host, strconv.Itoa(port)) }
	addresses, _ := net.InterfaceAddrs() // without them, localhost is left
	for _, a := range addresses {
		n, ok := a.(*net.IPNet)
		if !ok || !n.IP.IsGlobalUnicast() || only4 && n.IP.To4() == nil {
			continue
		}
		others = append(others, at(n.IP.String()))
	}
	return at("localhost"), others
}

// announce prints further URLs, and warns if other machines can read what is sent.
func (p *place) announce(out io.Writer) {
	for _, url := range p.others {
		fmt.Fprintf(out, "also at   %s\n", url)
	}
	if p.open {
		fmt.Fprintf(out, "warning   plain HTTP on an address that other machines reach: tokens and personal data can be read on the network.\n"+
			"          Listen on 127.0.0.1, or put a proxy with TLS before this server.\n\n")
	}
}

// secure serves TLS there; nil leaves plain HTTP.
func (p *place) secure(certificates *tls.Config) {
	if certificates != nil {
		p.listener = tls.NewListener(p.listener, certificates)
		p.url, p.open = "https"+strings.TrimPrefix(p.url, "http"), false
	}
}
