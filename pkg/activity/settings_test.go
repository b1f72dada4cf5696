package activity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestTenantSettings: what the log of a tenant records, and for how long, is a setting of the tenant.
func TestTenantSettings(t *testing.T) {
	t.Parallel()
	for _, skip := range []bool{false, true} {
		w := newWorld(t, func(s *tenant.Settings) { s.SkipReads, s.LogDays = skip, 7 })
		id := w.create("/Users", user)
		w.send("GET", w.base+"/Users/"+id, "")
		w.send("GET", w.base+"/Users?count=1", "")
		w.send("GET", w.base+"/Users/"+noID, "") // a failure stays
		want := "refused searched read created"
		if skip {
			want = "refused created"
		}
		var got []string
		for _, r := range w.ask("") {
			got = append(got, r.Verb)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("SkipReads %v: %v, want %s", skip, got, want)
		}
	}
	log := activity.NewMemory(0)
	w := newWorldOver(t, log, func(s *tenant.Settings) { s.NoLog = true })
	w.create("/Users", user)
	w.send("GET", w.base+"/Users/"+noID, "")
	if err := w.rec.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.ask(""); len(got) != 0 {
		t.Errorf("NoLog: %+v", got)
	}
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.rec.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	sum := activity.Tally{}
	tallies, err := log.Tallies(t.Context(), acme, time.Time{})
	for _, one := range tallies {
		sum.Add(one)
	}
	if err != nil || sum.Writes != 1 || sum.Failures() != 1 {
		t.Errorf("NoLog: %+v %v, want one write and one failure", sum, err)
	}
	for days, want := range map[int]time.Duration{0: time.Hour, 7: 7 * 24 * time.Hour} {
		r := activity.Record{Days: days}
		if got := r.KeptFor(time.Hour); got != want {
			t.Errorf("%d days: %v, want %v", days, got, want)
		}
	}
}
