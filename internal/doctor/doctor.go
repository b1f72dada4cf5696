package doctor

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// State is the result of a check.
type State string

// The states, from good to bad. A check that was skipped says nothing about the service.
const (
	OK      State = "ok"
	Skipped State = "skipped"
	Warn    State = "warn"
	Fail    State = "fail"
)

// Check is one thing that was looked at.
type Check struct {
	Name  string `json:"check"`
	State State  `json:"state"`
	Found string `json:"found"` // one line
	Todo  string `json:"todo"`  // who must do what; "" if nothing is to be done
}

// Options say what is checked. URL is required.
type Options struct {
	URL     string         // the base URL of a tenant, as identity providers use it
	Token   string         // "" skips what needs one
	Timeout time.Duration  // of each request; 10 s if zero
	Roots   *x509.CertPool // authorities that are trusted; nil for those of the machine
	Now     func() time.Time
	// Known says what the store knows about the token, for the line about it; nil if there is no store to ask.
	Known func(ctx context.Context, tenant, token string) (found, todo string, state State)
}

// expiresSoon is when a certificate is reported before it ends.
const expiresSoon = 21 * 24 * time.Hour

// run is one run of the checks.
type run struct {
	Options
	base    *url.URL
	tenant  string // the last element of the path
	client  *http.Client
	proxied bool
	checks  []Check
	silent  string // why no further request makes sense
	secret  string // why the token is not sent

	date     *answer // the first one of the service
	found    *answer // to a search with the token
	unusable string  // why the token is of no use
}

// Run makes all checks, in their order. Every check is in the result, also those that were skipped.
func Run(ctx context.Context, o Options) []Check {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &run{Options: o}
	for _, step := range []struct {
		name string
		run  func(context.Context)
	}{
		{"url", r.address}, {"https", r.https}, {"dns", r.dns}, {"tcp", r.tcp}, {"tls", r.tls}, {"health", r.health}, {"base", r.service},
		{"clock", r.clock}, {"no-token", r.noToken}, {"wrong-token", r.wrongToken}, {"token", r.token},
		{"provider-config", r.providerConfig}, {"resource-types", r.resourceTypes}, {"schemas", r.schemas}, {"search", r.search},
	} {
		before := len(r.checks)
		if r.silent == "" {
			step.run(ctx)
		}
		if len(r.checks) == before {
			r.skip("%s", r.silent)
		}
		r.checks[before].Name = step.name
	}
	return r.checks
}

func (r *run) add(s State, todo, found string, args ...any) {
	r.checks = append(r.checks, Check{State: s, Found: fmt.Sprintf(found, args...), Todo: todo})
}

func (r *run) ok(found string, args ...any)   { r.add(OK, "", found, args...) }
func (r *run) skip(found string, args ...any) { r.add(Skipped, "", found, args...) }

// stop skips all checks that follow.
func (r *run) stop(why string) { r.silent = why }
