package doctor

import (
	"context"
	"net"
	"net/url"
	"strings"
)

// prefix is the path before the tenant.
const prefix = "/scim/v2"

// address reads the URL, and repairs nothing silently: an identity provider would not either.
func (r *run) address(context.Context) {
	u, err := url.Parse(strings.TrimSpace(r.URL))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.add(Fail, "write it as https://scim.example.com/scim/v2/TENANT", "this is not a URL")
		r.stop("the URL cannot be read")
		return
	}
	u.User, u.Fragment = nil, ""
	r.base = u
	right := *u
	right.RawQuery = ""
	right.Path = strings.TrimRight(right.Path, "/")
	if i := strings.Index(right.Path, prefix+"/"); i >= 0 {
		tenant, rest, _ := strings.Cut(right.Path[i+len(prefix)+1:], "/")
		r.tenant = tenant
		right.Path = strings.TrimSuffix(right.Path, "/"+rest)
		if rest == "" {
			right.Path = right.Path[:i] + prefix + "/" + tenant
		}
	}
	given := strings.TrimSpace(r.URL)
	*r.base = right
	switch {
	case r.tenant == "":
		r.base.Path = strings.TrimRight(right.Path, "/")
		r.add(Fail, "the base URL ends with "+prefix+"/TENANT; scimstack tenant list shows the tenants", "%s names no tenant", right.String())
	case strings.TrimRight(given, "/") != right.String():
		r.add(Warn, "give identity providers "+right.String(), "the URL has more than the base URL of a tenant; %s is checked", right.String())
	case given != right.String():
		r.add(Warn, "give identity providers "+right.String()+": some append /Users to what they are given", "the URL ends with /")
	default:
		r.ok("%s is the base URL of tenant %s", right.String(), r.tenant)
	}
}

// https checks that what is sent cannot be read on the way.
func (r *run) https(context.Context) {
	const todo = "the operator must serve HTTPS, for example behind a proxy with TLS; identity providers accept nothing else"
	host := r.base.Hostname()
	ip := net.ParseIP(host)
	switch {
	case r.base.Scheme == "https":
		r.ok("the URL begins with https")
	case loopback(host):
		r.skip("plain HTTP on this machine")
	case ip != nil && ip.IsPrivate():
		r.add(Warn, todo, "plain HTTP to another machine: tokens and personal data can be read on the network")
	default:
		r.secret = "the token is not sent over plain HTTP"
		r.add(Fail, todo, "plain HTTP to a public address; the token is not sent")
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
