package health

import (
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
)

const (
	// leastSilence is the shortest silence that is reported.
	leastSilence = 3 * time.Hour
	// firstWeekSilence is the shortest one as long as no whole week was seen: until then a connection
	// that rests at night and at weekends is not known to do so.
	firstWeekSilence = 72 * time.Hour
	// wholeWeek is a week with the hours at its ends.
	wholeWeek = 7*day + 12*time.Hour
)

// rhythmOf compares a connection with itself: it is silent if the time since its last request is longer
// than one and a half times the longest gap of the days before, and an hour. tallies are those of one
// connection, in the order of time. Gaps are known to an hour, and taken as long as they may have been.
func rhythmOf(tallies []activity.Tally, now time.Time) Rhythm {
	if len(tallies) < 3 {
		return Rhythm{}
	}
	first, last := tallies[0], tallies[len(tallies)-1]
	r := Rhythm{}
	for i := 1; i < len(tallies); i++ {
		r.Longest = max(r.Longest, tallies[i].Last.Sub(tallies[i-1].Last))
	}
	seen := last.Last.Sub(first.Hour)
	r.Known = seen >= day
	if !r.Known {
		return Rhythm{}
	}
	hours := int(last.Hour.Sub(first.Hour)/time.Hour) + 1
	r.Around = len(tallies)*10 >= hours*9
	r.Limit = max(r.Longest*3/2+time.Hour, leastSilence)
	if !r.Around && seen < wholeWeek {
		r.Limit = max(r.Limit, firstWeekSilence)
	}
	if now.Sub(last.Last) > r.Limit {
		r.Since = last.Last
	}
	return r
}
