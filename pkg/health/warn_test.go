package health_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/health"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// warnings returns the records of warnings of a tenant, oldest first.
func (w *world) warnings(name string) (out []string) {
	w.t.Helper()
	page, err := w.log.Query(w.t.Context(), id(w.t, name), activity.Query{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range slices.Backward(page.Records) {
		if r.Entry == activity.EntryExpiry {
			out = append(out, fmt.Sprint(r.Operation, " ", r.Resource, " ", r.Values["days"]))
		}
	}
	return out
}

// TestWarn: while a service looks at its connections every hour, two processes at a time, each credential gets one record
// at 30, 14, 3 and 1 days before its end. A credential that was rotated or revoked gets none, and a client that is
// about to lose its last secret gets one of it.
func TestWarn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := now
	w.Now = func() time.Time { return at }
	end := now.Add(31 * day)
	w.tenants.Set(tenant.Record{
		Settings: tenant.Settings{ID: id(t, "acme"), IdP: "okta"},
		Tokens: []tenant.Token{
			{KeyID: "k1", Name: "Okta", Expires: end}, {KeyID: "old", Expires: end, ReplacedBy: "k1"}, {KeyID: "off", Expires: end, Revoked: true},
			{KeyID: "never"}, {KeyID: "short", Created: now.Add(-hour), Expires: now.Add(2 * day)},
		},
		Clients: []tenant.Client{
			{ID: "oc1", Method: tenant.Issued, Expires: end.Add(time.Minute)},
			{ID: "oc2", Method: tenant.ClientSecret, Expires: end.Add(300 * day), Secrets: []tenant.Secret{{Expires: end.Add(2 * time.Minute)}}},
		},
	})
	w.tenant("globex", tenant.Settings{Paused: "not paid"}, tenant.Token{KeyID: "k2", Expires: end})
	lines := 0
	for ; at.Before(end.Add(day)); at = at.Add(hour) {
		sum, err := w.Sum(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			written, err := health.Warn(t.Context(), w.log, sum)
			if err != nil {
				t.Fatal(err)
			}
			lines += len(written)
		}
	}
	want := []string{"token.expiring short 3", "token.expiring short 1"}
	for _, days := range []string{"30", "14", "3", "1"} {
		want = append(want, "token.expiring k1 "+days, "client.expiring oc1 "+days, "secret.expiring oc2 "+days)
	}
	got := w.warnings("acme")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || lines != len(want) {
		t.Errorf("%d lines, records\n%s\nwant\n%s", lines, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := w.warnings("globex"); len(got) > 0 {
		t.Errorf("a paused tenant: %v", got)
	}
}

// TestWarnExplained: a record says what ends, when, and the command that makes a new one.
func TestWarnExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w     tenant.Warning
		title string
		todo  string
	}{
		{tenant.Warning{Key: "k1", Name: "Okta", Days: 14}, "Token ends within 14 days", "`scimstack token rotate acme k1`"},
		{tenant.Warning{Key: "oc1", Client: true, Days: 1}, "OAuth client ends within a day", "`scimstack client set acme oc1 --expires 365d`"},
		{tenant.Warning{Key: "oc2", Client: true, Secret: true, Days: 3}, "Secret of the OAuth client ends within 3 days", "`scimstack client rotate acme oc2`"},
	} {
		c.w.Expires = now.Add(time.Duration(c.w.Days) * day)
		r := health.Ending{Tenant: id(t, "acme"), Warning: c.w, Due: now}.Record()
		e := activity.Explain(&r)
		if e.Title != c.title || !strings.Contains(e.Todo, c.todo) || !strings.Contains(e.Did, c.w.Expires.Format(time.RFC3339)) || !activity.ValidID(r.ID) {
			t.Errorf("%s: %+v", c.title, e)
		}
	}
}

// full is a log that refuses the records of one tenant.
type full struct {
	*activity.Memory
	of scim.TenantID
}

var errFull = errors.New("full")

func (f full) Append(ctx context.Context, r activity.Record) error {
	if r.Tenant == f.of {
		return errFull
	}
	return f.Memory.Append(ctx, r)
}

// TestWarnGoesOn: a log that fails for one tenant has the warnings of the others, and the error names what is missing.
func TestWarnGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"acme", "globex"} {
		w.tenant(name, tenant.Settings{}, tenant.Token{KeyID: "of-" + name, Expires: now.Add(2 * day)})
	}
	sum, err := w.Sum(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	written, err := health.Warn(t.Context(), full{w.log, id(t, "acme")}, sum)
	if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "of-acme of tenant acme") || len(written) != 1 || written[0].Key != "of-globex" {
		t.Errorf("%v %v", written, err)
	}
}

// TestSecretEnds: a client whose last secret ends is expiring, although the client itself goes on.
func TestSecretEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id(t, "acme")}, Clients: []tenant.Client{{
		ID: "oc1", Method: tenant.ClientSecret, Secrets: []tenant.Secret{{Expires: now.Add(-day)}, {Expires: now.Add(2*day + hour)}},
	}}})
	w.polled("acme", "oc1", 3*day, 0)
	got, err := w.Tenant(t.Context(), id(t, "acme"))
	if err != nil || got.State != health.Expiring || got.Connections[0].DaysLeft == nil || *got.Connections[0].DaysLeft != 2 {
		t.Errorf("%v %+v", err, got)
	}
	sum, err := w.Sum(t.Context())
	if err != nil || sum.Expiring != 1 || len(sum.Ending) != 1 || !sum.Ending[0].Secret {
		t.Errorf("%v %+v", err, sum)
	}
}

// TestStagesAgree: the stage of health and the days of the warnings are the same for what is accepted.
func TestStagesAgree(t *testing.T) {
	t.Parallel()
	for left := hour / 2; left < 32*day; left += hour {
		r := tenant.Record{Tokens: []tenant.Token{{KeyID: "k", Expires: now.Add(left)}}}
		days := 0
		for _, w := range r.Warnings(now) {
			days = w.Days
		}
		if got := health.Stage(left); got != days {
			t.Errorf("%v: stage %d, warning %d", left, got, days)
		}
	}
}
