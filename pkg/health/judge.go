package health

import (
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// credential is a token or a client.
type credential struct {
	key, name, kind, idp string
	expires, used        time.Time
	replacedBy           string
	revoked              bool
	live                 bool
}

// credentialsOf returns the credentials of a tenant, with the settings that they take from it.
func credentialsOf(r *tenant.Record, now time.Time) []credential {
	out := make([]credential, 0, len(r.Tokens)+len(r.Clients))
	for i := range r.Tokens {
		t := &r.Tokens[i]
		out = append(out, credential{t.KeyID, t.Name, "token", or(t.IdP, r.Settings.IdP), t.Expires, t.Used, t.ReplacedBy, t.Revoked, t.Live(now)})
	}
	for i := range r.Clients {
		c := &r.Clients[i]
		out = append(out, credential{c.ID, c.Name, "client", or(c.IdP, r.Settings.IdP), endOf(c), c.Used, "", c.Revoked, c.Live(now)})
	}
	return out
}

// endOf is when a client ends: with its last secret, if it has secrets and all of them end before the client does.
func endOf(c *tenant.Client) time.Time {
	var last time.Time
	for _, s := range c.Secrets {
		if s.Expires.IsZero() {
			return c.Expires
		}
		last = latest(last, s.Expires)
	}
	if last.IsZero() || !c.Expires.IsZero() && c.Expires.Before(last) {
		return c.Expires
	}
	return last
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// judge is the state of a connection by itself; its tenant may know better, see Service.judge.
func (s *Service) judge(c credential, tallies []activity.Tally, now time.Time) Connection {
	out := Connection{Key: c.key, Name: c.name, Kind: c.kind, IdP: c.idp, LastContact: c.used, Expires: c.expires}
	for _, t := range tallies {
		out.LastContact, out.LastSuccess = latest(out.LastContact, t.Last), latest(out.LastSuccess, t.Worked)
		if t.IdP != "" {
			out.IdP = or(c.idp, t.IdP)
		}
	}
	out.Spans = spansOf(tallies, now, out.IdP)
	out.Rhythm = rhythmOf(tallies, now)
	if !c.expires.IsZero() {
		left := daysLeft(c.expires, now)
		out.DaysLeft, out.stage = &left, s.stage(c.expires.Sub(now))
	}
	out.Quarantine = quarantineOf(&out)
	out.State, out.What, out.Todo = verdict(&out, c, now)
	return out
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// lockedOut reports whether the credential was refused in the last day, and has not worked since.
func (c *Connection) lockedOut() bool {
	return c.Spans.Day.Refused > 0 && c.LastContact.After(c.LastSuccess)
}

// mostFail is the period in which at least half of the requests failed, or nil.
func (c *Connection) mostFail() (counts *Counts, period string) {
	switch {
	case c.Spans.Hour.share(2, 5):
		return &c.Spans.Hour, "hour"
	case c.Spans.Day.share(2, 10):
		return &c.Spans.Day, "day"
	}
	return nil, ""
}

// verdict decides, the worst first.
func verdict(c *Connection, of credential, now time.Time) (state State, what, todo string) {
	if c.lockedOut() {
		cause := refusal(&c.Spans.Day)
		return Failing, fmt.Sprintf("%s: %s in the last day, and none has worked since.", cause.Title, requests(c.Spans.Day.Refused)), cause.Todo
	}
	if counts, period := c.mostFail(); counts != nil {
		cause := counts.worst()
		return Failing, fmt.Sprintf("%d of %s in the last %s failed, most often: %s.", counts.Faults, requests(counts.Requests), period, cause.Title), cause.Todo
	}
	switch {
	case of.revoked:
		return Unused, "The credential was revoked.", "No action is needed."
	case of.replacedBy != "" && !c.expiredIn(now):
		return Unused, "The credential was rotated to " + of.replacedBy + ".", "Identity provider administrator: enter the new one before this one ends."
	case of.replacedBy != "":
		return Unused, "The credential was rotated to " + of.replacedBy + ", and has ended.", "No action is needed."
	case !c.Rhythm.Since.IsZero():
		return Silent, fmt.Sprintf("No request for %s; usually the longest pause is %s.", span(now.Sub(c.Rhythm.Since)), span(c.Rhythm.Longest)), silentTodo
	case c.LastContact.IsZero():
		return expiring(c, now, Unused, "No request has come yet.", "Identity provider administrator: enter the base URL and the token in the provisioning settings, and test the connection.")
	case now.Sub(c.LastContact) > activity.TalliesFor:
		return Silent, fmt.Sprintf("No request for %s.", span(now.Sub(c.LastContact))), silentTodo
	case c.Spans.Day.share(10, 3) && c.Spans.Day.Faults >= 3:
		cause := c.Spans.Day.worst()
		return expiring(c, now, Degraded, fmt.Sprintf("%d of %s in the last day failed, most often: %s.", c.Spans.Day.Faults, requests(c.Spans.Day.Requests), cause.Title), cause.Todo)
	}
	return expiring(c, now, OK, "Requests come and work.", "No action is needed.")
}

const silentTodo = "Identity provider administrator: look whether provisioning is on, and for its last run and errors there. Service operator: if the connection is not used any more, revoke the token."

func (c *Connection) expiredIn(now time.Time) bool {
	return !c.Expires.IsZero() && !now.Before(c.Expires)
}

// expiring is the verdict about a credential that ends soon; otherwise that of its requests.
func expiring(c *Connection, now time.Time, state State, what, todo string) (State, string, string) {
	if c.stage == 0 {
		return state, what, todo
	}
	const renew = "Service operator: rotate the token, and give the new one to the administrator of the identity provider, who enters it there."
	at := c.Expires.UTC().Format(time.DateOnly)
	if c.expiredIn(now) {
		return Expiring, "The credential has ended on " + at + ".", renew
	}
	return Expiring, fmt.Sprintf("The credential ends on %s, in %s.", at, span(c.Expires.Sub(now))), renew
}

// refusal is the most frequent cause for which a credential was refused.
func refusal(c *Counts) Cause {
	for _, cause := range c.Causes {
		if refused(scim.Code(cause.Code)) {
			return cause
		}
	}
	return Cause{}
}

// quarantineOf is the risk that the identity provider suspends the connection. Entra ID is the one that
// documents it: it does so if most or all calls fail, tries once a day from then on, and turns
// provisioning off after four weeks. It names no number, so the risk is high from one half on.
func quarantineOf(c *Connection) Quarantine {
	if c.IdP != "entra" {
		return Quarantine{None, "Only Entra ID is known to quarantine a connection."}
	}
	const then = " Entra ID then tries once a day, and turns provisioning off after four weeks."
	if c.lockedOut() {
		return Quarantine{High, "The credential is refused, so that all calls fail." + then}
	}
	if counts, period := c.mostFail(); counts != nil {
		return Quarantine{High, fmt.Sprintf("%d of %s in the last %s failed; Entra ID quarantines a job whose calls mostly fail.%s", counts.Faults, requests(counts.Requests), period, then)}
	}
	if c.Spans.Day.share(10, 3) {
		return Quarantine{Low, fmt.Sprintf("%d of %s in the last day failed; at about half of them, Entra ID quarantines the job.", c.Spans.Day.Faults, requests(c.Spans.Day.Requests))}
	}
	return Quarantine{None, "Few calls fail, or none."}
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

// span writes a duration for people.
func span(d time.Duration) string {
	plural := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d >= 2*day:
		return plural(int(d/day), "day")
	case d >= time.Hour:
		return plural(int((d+time.Hour/2)/time.Hour), "hour")
	}
	return plural(max(int(d/time.Minute), 1), "minute")
}
