package health_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/health"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// now is a Wednesday, at noon.
var now = time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)

const (
	hour = time.Hour
	day  = 24 * hour
)

// world is a service with tenants and counts.
type world struct {
	t       *testing.T
	tenants *tenant.Memory
	log     *activity.Memory
	*health.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, tenants: tenant.NewMemory(), log: activity.NewMemory(0)}
	s, err := health.New(w.tenants, w.log, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	w.Service = s
	return w
}

func id(t *testing.T, name string) scim.TenantID {
	t.Helper()
	v, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// tenant adds a tenant with tokens.
func (w *world) tenant(name string, s tenant.Settings, tokens ...tenant.Token) {
	w.t.Helper()
	s.ID = id(w.t, name)
	w.tenants.Set(tenant.Record{Settings: s, Tokens: tokens})
}

// saw counts requests of a token, some time ago.
func (w *world) saw(name, key string, ago time.Duration, reads int, failed ...string) {
	w.t.Helper()
	at := now.Add(-ago)
	one := activity.Tally{Tenant: id(w.t, name), Hour: activity.HourOf(at), Key: key, Last: at, Reads: reads, Failed: map[string]int{}}
	if reads > 0 {
		one.Worked = at
	}
	for _, code := range failed {
		one.Failed[code]++
		one.Last = at.Add(time.Second)
	}
	if err := w.log.AppendCounted(w.t.Context(), nil, []activity.Tally{one}); err != nil {
		w.t.Fatal(err)
	}
}

// polled counts a request in each hour of a period that ended some time ago.
func (w *world) polled(name, key string, from, until time.Duration) {
	w.t.Helper()
	for ago := from; ago >= until; ago -= hour {
		w.saw(name, key, ago, 2)
	}
}

func repeat(code string, n int) []string { return slices.Repeat([]string{code}, n) }

// TestStates: each state, by what a tenant's connection has done.
func TestStates(t *testing.T) {
	t.Parallel()
	token := tenant.Token{KeyID: "k1", Expires: now.Add(300 * day)}
	for _, c := range []struct {
		name  string
		token tenant.Token
		set   tenant.Settings
		do    func(*world)
		want  health.State
		says  string
	}{
		{"works", token, tenant.Settings{}, func(w *world) { w.polled("acme", "k1", 3*day, 0) }, health.OK, "Requests come and work"},
		{"never used", token, tenant.Settings{}, func(*world) {}, health.Unused, "No request has come yet"},
		{"paused", token, tenant.Settings{Paused: "migration"}, func(w *world) { w.saw("acme", "k1", 0, 0, repeat("other", 20)...) }, health.Paused, "migration"},
		{"expired and refused", tenant.Token{KeyID: "k1", Expires: now.Add(-hour)}, tenant.Settings{}, func(w *world) {
			w.polled("acme", "k1", 3*day, hour)
			w.saw("acme", "k1", 0, 0, "token.expired")
		}, health.Failing, "Expired token: 1 request in the last day"},
		{"refused for a while, and works again", token, tenant.Settings{}, func(w *world) {
			w.polled("acme", "k1", 3*day, 10*hour)
			w.saw("acme", "k1", 5*hour, 0, "token.user")
			w.polled("acme", "k1", 4*hour, 0)
		}, health.OK, ""},
		{"most fail", token, tenant.Settings{}, func(w *world) { w.saw("acme", "k1", 0, 5, repeat("attribute.required", 5)...) }, health.Failing, "5 of 10 requests in the last hour failed, most often: Required attribute missing"},
		{"four of ten fail", token, tenant.Settings{}, func(w *world) { w.saw("acme", "k1", 0, 6, repeat("attribute.required", 4)...) }, health.Degraded, "4 of 10"},
		{"a few fail", token, tenant.Settings{}, func(w *world) { w.saw("acme", "k1", 0, 98, repeat("attribute.required", 2)...) }, health.OK, ""},
		{"look-ups of what is gone", token, tenant.Settings{}, func(w *world) {
			w.saw("acme", "k1", 0, 5, append(repeat("resource.unknown", 15), "tenant.throttled", "resource.stale")...)
		}, health.OK, ""},
		{"silent around the clock", token, tenant.Settings{}, func(w *world) { w.polled("acme", "k1", 3*day, 5*hour) }, health.Silent, "No request for 5 hours; usually the longest pause is 1 hour"},
		{"two hours are no silence", token, tenant.Settings{}, func(w *world) { w.polled("acme", "k1", 3*day, 2*hour) }, health.OK, ""},
		{"quiet at night", token, tenant.Settings{}, func(w *world) {
			for d := 9 * day; d >= 0; d -= day {
				w.polled("acme", "k1", d+4*hour, d+hour) // 08:00 to 11:00
			}
		}, health.OK, ""},
		{"silent for a day and a half, of a daily rhythm", token, tenant.Settings{}, func(w *world) {
			for d := 9 * day; d >= day; d -= day {
				w.polled("acme", "k1", d+18*hour, d+16*hour)
			}
		}, health.Silent, "usually the longest pause is 22 hours"},
		{"too new to have a rhythm", token, tenant.Settings{}, func(w *world) { w.polled("acme", "k1", 12*hour, 8*hour) }, health.OK, ""},
		{"a first day, then a night", token, tenant.Settings{}, func(w *world) {
			w.polled("acme", "k1", 44*hour, 40*hour)
			w.polled("acme", "k1", 20*hour, 16*hour)
		}, health.OK, ""},
		{"forgotten", tenant.Token{KeyID: "k1", Used: now.Add(-40 * day)}, tenant.Settings{}, func(*world) {}, health.Silent, "No request for 40 days"},
		{"ends in 20 days", tenant.Token{KeyID: "k1", Expires: now.Add(20*day + hour)}, tenant.Settings{}, func(w *world) { w.polled("acme", "k1", 3*day, 0) }, health.Expiring, "ends on 2026-06-02, in 20 days"},
		{"has ended, unused", tenant.Token{KeyID: "k1", Expires: now.Add(-3 * day)}, tenant.Settings{}, func(*world) {}, health.Expiring, "has ended on 2026-05-10"},
		{"rotated", tenant.Token{KeyID: "k1", Expires: now.Add(2 * day), ReplacedBy: "k2"}, tenant.Settings{}, func(w *world) { w.polled("acme", "k1", 3*day, 0) }, health.Unused, "rotated to k2"},
		{"never ends", tenant.Token{KeyID: "k1"}, tenant.Settings{}, func(w *world) { w.polled("acme", "k1", 3*day, 0) }, health.OK, ""},
		{"a wrong token", token, tenant.Settings{}, func(w *world) { w.saw("acme", "", hour, 0, repeat("token.wrong", 4)...) }, health.Failing, "Unknown token: 4 requests"},
		{"probes of strangers", token, tenant.Settings{}, func(w *world) {
			w.saw("acme", "", hour, 0, repeat("token.wrong", 400)...)
			w.polled("acme", "k1", 3*day, 0)
		}, health.OK, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.tenant("acme", c.set, c.token)
			c.do(w)
			got, err := w.Tenant(t.Context(), id(t, "acme"))
			if err != nil || got.State != c.want || !strings.Contains(got.What, c.says) || got.Todo == "" {
				t.Errorf("%v: %s %q, want %s %q; to do: %s", err, got.State, got.What, c.want, c.says, got.Todo)
			}
		})
	}
}

// TestCounts: requests and causes of an hour, a day and a week.
func TestCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tenant("acme", tenant.Settings{IdP: "okta"}, tenant.Token{KeyID: "k1", Name: "Okta production"})
	w.saw("acme", "k1", 0, 1, "attribute.taken")
	w.saw("acme", "k1", 5*hour, 10, "attribute.taken", "attribute.taken", "resource.unknown")
	w.saw("acme", "k1", 6*day, 100, "token.expired")
	w.saw("acme", "k1", 9*day, 1000)
	got, err := w.Tenant(t.Context(), id(t, "acme"))
	if err != nil {
		t.Fatal(err)
	}
	s := got.Connections[0].Spans
	have := fmt.Sprint(s.Hour.Requests, s.Hour.Failed, s.Day.Requests, s.Day.Failed, s.Day.Faults, s.Week.Requests, s.Week.Failed, s.Week.Refused)
	if have != "2 1 15 4 3 116 5 1" {
		t.Error(have)
	}
	if len(s.Day.Causes) != 2 || s.Day.Causes[0].Count != 3 || s.Day.Causes[0].Title == "" || !strings.Contains(s.Day.Causes[0].Todo, "Okta") || s.Day.Causes[1].Fault {
		t.Errorf("%+v", s.Day.Causes)
	}
	if c := got.Connections[0]; c.Name != "Okta production" || c.IdP != "okta" || !c.LastContact.Equal(now.Add(time.Second)) || !c.LastSuccess.Equal(now) {
		t.Errorf("%+v", c)
	}
}

// TestQuarantine: the risk is that of Entra ID, which documents it, and says why.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		idp    string
		works  int
		failed []string
		want   health.Risk
	}{
		{"entra", 10, nil, health.None}, {"entra", 17, repeat("attribute.value", 3), health.Low}, {"entra", 10, repeat("attribute.value", 10), health.High},
		{"entra", 0, []string{"token.expired"}, health.High}, {"entra", 5, repeat("resource.unknown", 50), health.None},
		{"okta", 0, repeat("attribute.value", 50), health.None}, {"", 0, repeat("attribute.value", 50), health.None},
	} {
		w := newWorld(t)
		w.tenant("acme", tenant.Settings{}, tenant.Token{KeyID: "k1", Connection: tenant.Connection{IdP: c.idp}})
		w.saw("acme", "k1", hour, c.works, c.failed...)
		got, err := w.Tenant(t.Context(), id(t, "acme"))
		if err != nil || got.Connections[0].Quarantine.Risk != c.want || got.Connections[0].Quarantine.Reason == "" {
			t.Errorf("%v %+v: %+v", err, c, got.Connections[0].Quarantine)
		}
	}
}

// TestConnections: two connections of a tenant are judged apart, and the one that took over excuses the
// silence of the other.
func TestConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tenant("acme", tenant.Settings{IdP: "okta"}, tenant.Token{KeyID: "old"},
		tenant.Token{KeyID: "new", Connection: tenant.Connection{IdP: "entra"}}, tenant.Token{KeyID: "gone", Expires: now.Add(-day)})
	w.polled("acme", "old", 5*day, 2*day)
	w.polled("acme", "new", 2*day, 0)
	got, err := w.Tenant(t.Context(), id(t, "acme"))
	if err != nil || got.State != health.OK {
		t.Fatalf("%v %+v", err, got)
	}
	states := map[string]health.State{}
	for _, c := range got.Connections {
		states[c.Key] = c.State
	}
	if d := cmp.Diff(map[string]health.State{"old": health.Unused, "new": health.OK, "gone": health.Unused}, states); d != "" {
		t.Error(d)
	}
	w.saw("acme", "new", 0, 0, repeat("attribute.value", 30)...)
	if got, _ = w.Tenant(t.Context(), id(t, "acme")); got.State != health.Failing || got.Connections[0].Key != "new" || got.Connections[0].IdP != "entra" {
		t.Errorf("%+v", got)
	}
}

// TestAll: the worst come first, by the documented order, on pages of any size.
func TestAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := tenant.Token{KeyID: "k1"}
	for _, name := range []string{"fine-a", "fine-b", "fails-much", "fails", "silent-long", "silent", "slow", "new"} {
		w.tenant(name, tenant.Settings{}, token)
	}
	w.tenant("ends-late", tenant.Settings{}, tenant.Token{KeyID: "k1", Expires: now.Add(25 * day)})
	w.tenant("ends-soon", tenant.Settings{}, tenant.Token{KeyID: "k1", Expires: now.Add(2 * day)})
	w.tenant("rests", tenant.Settings{Paused: "x"}, token)
	w.tenant("empty", tenant.Settings{})
	for _, name := range []string{"fine-a", "fine-b", "ends-late", "ends-soon", "slow"} {
		w.polled(name, "k1", 3*day, 0)
	}
	w.polled("silent", "k1", 3*day, day)
	w.polled("silent-long", "k1", 4*day, 2*day)
	w.saw("fails", "k1", 0, 0, repeat("other", 20)...)
	w.saw("fails-much", "k1", 0, 0, repeat("other", 90)...)
	w.saw("slow", "k1", 5*hour, 0, repeat("other", 20)...)
	want := []string{"fails-much", "fails", "silent-long", "silent", "ends-soon", "ends-late", "slow", "empty", "new", "rests", "fine-a", "fine-b"}
	for _, limit := range []int{0, 1, 5, 12, 100000} {
		var got []string
		for after := ""; ; {
			page, err := w.All(t.Context(), after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range page.Tenants {
				got = append(got, one.Name)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("limit %d: %s", limit, d)
		}
	}
	for _, bad := range []string{"x", "1.2", "1.x.acme", "..", "1.2.not a tenant"} {
		if _, err := w.All(t.Context(), bad, 0); !errors.Is(err, health.ErrCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	sum, err := w.Sum(t.Context())
	if err != nil || sum.Tenants != 12 || sum.Failing != 2 || sum.Silent != 2 || sum.Expiring != 1 || sum.States[health.OK] != 2 || len(sum.Worst) != 6 {
		t.Errorf("%v %+v", err, sum)
	}
}

// TestStage: the stages of the warnings.
func TestStage(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]int{31 * day: 0, 30 * day: 30, 14*day + 1: 30, 14 * day: 14, 3 * day: 3, day: 1, 0: 1, -day: 1} {
		if got := health.Stage(left); got != want {
			t.Errorf("%v: %d, want %d", left, got, want)
		}
	}
}

// TestRefusedCredentials: every cause of a failed authentication counts as a refused credential and against the
// connection, those of OAuth clients too; what an identity provider waits for does not.
func TestRefusedCredentials(t *testing.T) {
	t.Parallel()
	for code, want := range map[scim.Code]bool{
		scim.CodeTokenWrong: true, scim.CodeTokenExpired: true, scim.CodeTokenRevoked: true, scim.CodeTokenUser: true, scim.CodeTokenSubject: true,
		scim.CodeTokenTenant: true, scim.CodeTokenDamaged: true, scim.CodeClientWrong: true, scim.CodeClientReplayed: true,
		scim.CodeThrottled: false, scim.CodePausedRetry: false, scim.CodeRequest: false, scim.CodePaused: false,
	} {
		w := newWorld(t)
		w.tenant("acme", tenant.Settings{}, tenant.Token{KeyID: "k1", Expires: now.Add(300 * day)})
		w.saw("acme", "k1", 0, 0, repeat(string(code), 4)...)
		got, err := w.Tenant(t.Context(), id(t, "acme"))
		if err != nil || len(got.Connections) != 1 {
			t.Fatal(got, err)
		}
		if c := got.Connections[0].Spans.Day; (c.Refused == 4) != want || (c.Faults == 4) == (code == scim.CodeThrottled || code == scim.CodePausedRetry) {
			t.Errorf("%s: %+v", code, c)
		}
	}
}
