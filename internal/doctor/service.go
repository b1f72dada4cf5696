package doctor

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// health reads the pages for load balancers. Not every deployment has them.
func (r *run) health(ctx context.Context) {
	root := *r.base
	if i := strings.Index(root.Path, prefix); i >= 0 {
		root.Path = root.Path[:i]
	}
	live, err := r.get(ctx, root.String()+"/healthz", "")
	if err != nil {
		r.noAnswer(err)
		return
	}
	if live.status != http.StatusOK || strings.TrimSpace(string(live.body)) != "ok" {
		r.skip("/healthz is not served here")
		return
	}
	ready, err := r.get(ctx, root.String()+"/readyz", "")
	switch {
	case err != nil:
		r.noAnswer(err)
	case ready.status == http.StatusOK:
		r.ok("the service runs, and its store answers")
	default:
		r.add(Fail, "the operator must look at the log of the service: its store does not answer", "/readyz answers %d: %s", ready.status, line(string(ready.body)))
	}
}

// service asks for the document that every SCIM service has, and looks at who answers.
func (r *run) service(ctx context.Context) {
	if r.tenant == "" {
		r.stop("the URL names no tenant")
		return
	}
	a := r.scim(ctx, "/ServiceProviderConfig", nil, "")
	if a == nil {
		return
	}
	r.date = a
	if found, todo := r.stranger(a); found != "" {
		r.add(Fail, todo, "%s", found)
		r.stop("the service is not reached")
		return
	}
	switch {
	case a.status >= 500:
		r.add(Fail, "the operator must look at the log of the service: "+a.text("detail"), "the service answers %d", a.status)
		r.stop("the service fails")
	case a.status == http.StatusOK:
		r.publicBase(a)
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		r.ok("a SCIM service answers, in %s; it asks for a token", a.took.Round(time.Millisecond))
	default:
		r.add(Fail, "correct the base URL, or ask the operator for it", "the service answers %d: %s", a.status, a.text("detail"))
		r.stop("the service does not know the URL")
	}
}

// publicBase compares the URL with the one that answers have. Clients follow meta.location.
func (r *run) publicBase(a *answer) {
	meta, _ := a.members()["meta"].(map[string]any)
	location, _ := meta["location"].(string)
	own := strings.TrimSuffix(location, "/ServiceProviderConfig")
	if u, err := url.Parse(own); err == nil && location != "" && u.IsAbs() && !sameBase(u, r.base) {
		r.add(Warn, "the operator must set the public base URL (scimstack serve --public-base, or the domain of the customer file), or correct the URL",
			"the service calls itself %s", line(own))
		return
	}
	r.ok("a SCIM service answers, in %s", a.took.Round(time.Millisecond))
}

func sameBase(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host) && strings.TrimRight(a.Path, "/") == b.Path
}

// Bounds of the difference of two clocks. Signatures of AWS are refused after 5 minutes, assertions of OAuth before.
const (
	clockWarns = 30 * time.Second
	clockFails = 5 * time.Minute
)

// clock compares the clock of the server with that of this machine. Date has whole seconds.
func (r *run) clock(context.Context) {
	date, err := http.ParseTime(r.date.header.Get("Date"))
	if err != nil {
		r.skip("the answer has no Date")
		return
	}
	by := r.date.at.Add(-r.date.took / 2).Sub(date)
	if by > 0 {
		by = max(0, by-time.Second)
	}
	const todo = "set the clocks of this machine and of the server by NTP: tokens and signatures have times"
	switch by = by.Round(time.Second); {
	case by.Abs() >= clockFails:
		r.add(Fail, todo, "the clock of the server differs by %s", by.Abs())
	case by.Abs() >= clockWarns:
		r.add(Warn, todo, "the clock of the server differs by %s", by.Abs())
	default:
		r.ok("the clock of the server differs by %s", by.Abs())
	}
}
