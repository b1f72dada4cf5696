package tenant

import (
	"cmp"
	"slices"
	"time"
)

// warnAt are the days before the end of a credential at which people are warned.
var warnAt = [...]int{1, 3, 14, 30}

// Warning says that a token, a client or its last secret ends soon.
type Warning struct {
	Key     string // key id or client id
	Name    string
	Client  bool
	Secret  bool // of the client: its last secret ends, not the client
	Expires time.Time
	// Days is the smallest of 1, 3, 14 and 30 that Expires is at most away: a new warning is due whenever it
	// becomes smaller.
	Days int
}

// Warnings returns what ends within 30 days of a time and is accepted at it, the nearest first. A token that
// was rotated ends as planned, and is left out.
func (r *Record) Warnings(now time.Time) []Warning {
	var out []Warning
	add := func(w Warning) {
		if w.Days = daysLeft(w.Expires, now); w.Days > 0 {
			out = append(out, w)
		}
	}
	for i := range r.Tokens {
		if t := &r.Tokens[i]; t.Live(now) && t.ReplacedBy == "" {
			add(Warning{Key: t.KeyID, Name: t.Name, Expires: t.Expires})
		}
	}
	for i := range r.Clients {
		c := &r.Clients[i]
		if !c.Live(now) {
			continue
		}
		if last, ends := c.secretEnds(now); ends && (c.Expires.IsZero() || last.Before(c.Expires)) {
			add(Warning{Key: c.ID, Name: c.Name, Client: true, Secret: true, Expires: last})
			continue
		}
		add(Warning{Key: c.ID, Name: c.Name, Client: true, Expires: c.Expires})
	}
	slices.SortStableFunc(out, func(a, b Warning) int { return cmp.Or(a.Expires.Compare(b.Expires), cmp.Compare(a.Key, b.Key)) })
	return out
}

// secretEnds is when the last secret of a client ends that is accepted now; ends is false if one never does,
// and for clients without secrets.
func (c *Client) secretEnds(now time.Time) (last time.Time, ends bool) {
	if c.Method != ClientSecret {
		return last, false
	}
	for _, s := range c.Secrets {
		switch {
		case s.Expires.IsZero():
			return last, false
		case now.Before(s.Expires) && s.Expires.After(last):
			last = s.Expires
		}
	}
	return last, !last.IsZero()
}

// daysLeft is the step of warnAt for an end, 0 if it is not near.
func daysLeft(expires, now time.Time) int {
	if expires.IsZero() || !now.Before(expires) {
		return 0
	}
	for _, days := range warnAt {
		if expires.Sub(now) <= time.Duration(days)*24*time.Hour {
			return days
		}
	}
	return 0
}
