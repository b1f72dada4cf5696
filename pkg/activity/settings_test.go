package activity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
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
	for days, want := range map[int]time.Duration{0: time.Hour, 7: 7 * 24 * time.Hour} {
		r := activity.Record{Days: days}
		if got := r.KeptFor(time.Hour); got != want {
			t.Errorf("%d days: %v, want %v", days, got, want)
		}
	}
}
