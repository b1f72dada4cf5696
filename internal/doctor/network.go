package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
)

// port is the port of the URL.
func (r *run) port() string {
	if p := r.base.Port(); p != "" {
		return p
	}
	if r.base.Scheme == "https" {
		return "443"
	}
	return "80"
}

// dns looks the name up.
func (r *run) dns(ctx context.Context) {
	r.connectWith()
	host := r.base.Hostname()
	switch {
	case r.proxied:
		r.skip("the proxy of this machine (HTTPS_PROXY) connects")
		return
	case net.ParseIP(host) != nil:
		r.skip("%s is an address", host)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		var dns *net.DNSError
		if errors.As(err, &dns) && dns.IsNotFound {
			r.add(Fail, "the person who runs DNS must add a record for "+host+", or correct the URL", "there is no host %s", host)
		} else {
			r.add(Fail, "check the network of this machine and its name server", "the name server does not answer for %s", host)
		}
		r.stop("the host has no address")
		return
	}
	r.ok("%s is %s", host, strings.Join(addresses, ", "))
}

// connectWith makes the client of the requests.
func (r *run) connectWith() {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: r.Roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true, TLSHandshakeTimeout: r.Timeout, ResponseHeaderTimeout: r.Timeout,
	}
	r.client = &http.Client{Transport: transport, Timeout: r.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: r.base})
	r.proxied = err == nil && proxy != nil
}

// tcp connects.
func (r *run) tcp(ctx context.Context) {
	if r.proxied {
		r.skip("the proxy of this machine (HTTPS_PROXY) connects")
		return
	}
	address := net.JoinHostPort(r.base.Hostname(), r.port())
	conn, err := (&net.Dialer{Timeout: r.Timeout}).DialContext(ctx, "tcp", address)
	if err != nil {
		todo := "the operator must start the service, or correct the port of the URL"
		if timedOut(err) {
			todo = "the person who runs the network must let this machine connect to " + address + " (firewall, security group), or correct the URL"
		}
		r.add(Fail, todo, "cannot connect to %s: %s", address, Reason(err))
		r.stop("there is no connection")
		return
	}
	_ = conn.Close()
	r.ok("%s accepts connections", conn.RemoteAddr())
}

// tls looks at the certificate. The connection is made without a check, so that the certificate can be described, and
// carries nothing.
func (r *run) tls(ctx context.Context) {
	switch {
	case r.base.Scheme == "http":
		r.skip("the URL begins with http")
		return
	case r.proxied:
		r.skip("the proxy of this machine (HTTPS_PROXY) connects")
		return
	}
	host := r.base.Hostname()
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: r.Timeout}, Config: &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}} //nolint:gosec // nothing is sent; the certificate is checked below
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, r.port()))
	if err != nil {
		todo := "the operator must look at the TLS settings of the server or its proxy"
		var record tls.RecordHeaderError
		if errors.As(err, &record) {
			todo = "correct the URL (http, or another port), or the operator must set up TLS: scimstack serve --tls-cert FILE --tls-key FILE, or a proxy"
		}
		r.add(Fail, todo, "no TLS connection: %s", Reason(err))
		r.stop("there is no TLS connection")
		return
	}
	state := conn.(*tls.Conn).ConnectionState()
	_ = conn.Close()
	r.certificate(host, &state)
}

// certificate checks what the server has shown.
func (r *run) certificate(host string, state *tls.ConnectionState) {
	leaf, others := state.PeerCertificates[0], x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		others.AddCert(c)
	}
	now := r.Now()
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: r.Roots, Intermediates: others, CurrentTime: now})
	const whoRenews = "the operator must renew the certificate (for AWS: the certificate of the custom domain in ACM)"
	var authority x509.UnknownAuthorityError
	todo := ""
	switch {
	case err == nil:
	case now.After(leaf.NotAfter):
		todo = whoRenews
	case now.Before(leaf.NotBefore):
		todo = "correct the clock of this machine, or wait until the certificate is valid"
	case errors.As(err, &authority) && len(state.PeerCertificates) == 1 && leaf.Issuer.String() != leaf.Subject.String():
		todo = "the operator must serve the whole chain: the certificate, and then those of its intermediate authorities. If its authority is a private one, for this machine: --ca FILE"
	case errors.As(err, &authority):
		todo = "the operator must use a certificate of a public authority; identity providers accept no other. For a private one on this machine: --ca FILE"
	default:
		todo = "the operator must use a certificate for " + host + ", or correct the URL"
	}
	until := leaf.NotAfter.UTC().Format(time.DateOnly)
	switch {
	case err != nil:
		r.add(Fail, todo, "%s", CertificateReason(err))
		r.stop("the certificate is not valid, and nothing is sent")
	case state.Version < tls.VersionTLS12:
		r.add(Fail, "the operator must allow TLS 1.2 or 1.3", "%s only, which identity providers refuse", tls.VersionName(state.Version))
		r.stop("the TLS version is too old, and nothing is sent")
	case leaf.NotAfter.Sub(now) < expiresSoon:
		r.add(Warn, whoRenews, "%s; the certificate ends on %s, in %d days", tls.VersionName(state.Version), until, int(leaf.NotAfter.Sub(now).Hours()/24))
	default:
		r.ok("%s; the certificate is valid until %s", tls.VersionName(state.Version), until)
	}
}
