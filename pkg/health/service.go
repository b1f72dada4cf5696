package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Tenants is the part of a tenant.Directory that the package uses.
type Tenants interface {
	tenant.Resolver
	Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error)
}

// Service answers how connections are. Tenants and Counts are required. It keeps no state, and is safe
// for concurrent use if its parts are.
type Service struct {
	Tenants Tenants
	Counts  activity.Counter // the provisioning log, in which the requests are counted
	Now     func() time.Time // time.Now by default
	// Stage returns the stage of the warnings about a credential that ends after a time, as the function
	// Stage does, which is the default.
	Stage func(left time.Duration) (days int)
}

func (s *Service) stage(left time.Duration) int {
	if s.Stage != nil {
		return s.Stage(left)
	}
	return Stage(left)
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Tenant returns the health of one tenant, or tenant.ErrUnknown.
func (s *Service) Tenant(ctx context.Context, id scim.TenantID) (*Tenant, error) {
	record, err := s.Tenants.Resolve(ctx, id)
	if err != nil {
		return nil, err
	}
	now := s.now()
	tallies, err := s.Counts.Tallies(ctx, id, now.Add(-activity.TalliesFor))
	if err != nil {
		return nil, err
	}
	return s.assess(record, tallies, now), nil
}

// assess judges the connections of a tenant, and the tenant by them.
func (s *Service) assess(record *tenant.Record, tallies []activity.Tally, now time.Time) *Tenant {
	by := map[string][]activity.Tally{}
	for _, t := range tallies {
		by[t.Key] = append(by[t.Key], t)
	}
	t := &Tenant{Tenant: record.Settings.ID, Name: record.Settings.ID.String(), Connections: []Connection{}, endings: endings(record, now)}
	credentials := credentialsOf(record, now)
	alive := 0
	for _, c := range credentials {
		if c.live {
			alive++
		}
	}
	for _, c := range credentials {
		one := s.judge(c, by[c.key], now)
		if one.State == Expiring && !c.live && alive > 0 {
			one.State, one.What, one.Todo = Unused, "The credential has ended; the tenant has another one.", "No action is needed."
		}
		t.Connections = append(t.Connections, one)
		t.LastContact = latest(t.LastContact, one.LastContact)
	}
	t.supersede()
	slices.SortFunc(t.Connections, compareConnections)
	t.Strangers = spansOf(by[""], now, record.Settings.IdP)
	t.State, t.What, t.Todo = t.verdict(by[""])
	if why := record.Settings.Paused; why != "" {
		t.State, t.What, t.Todo = Paused, "The operator has paused the tenant: "+why, "Service operator: resume the tenant when the reason is gone."
	}
	return t
}

// supersede marks connections that are silent because another one of the tenant is in use.
func (t *Tenant) supersede() {
	for i := range t.Connections {
		c := &t.Connections[i]
		if c.State != Silent {
			continue
		}
		for _, other := range t.Connections {
			if other.Key != c.Key && other.Rhythm.Since.IsZero() && other.LastSuccess.After(c.LastContact) {
				c.State, c.What = Unused, "Not used any more; "+other.Key+" is used instead."
				c.Todo = "Service operator: revoke the credential if it was replaced for good."
				break
			}
		}
	}
}

// verdict is the state of the tenant: the worst of its connections, unless an unknown token is in use.
func (t *Tenant) verdict(strangers []activity.Tally) (state State, what, todo string) {
	if len(t.Connections) == 0 {
		return Unused, "The tenant has no token and no client.", "Service operator: create a token, and give it to the administrator of the identity provider."
	}
	worst := t.Connections[0]
	if since := lastOf(strangers); t.Strangers.Day.Refused >= 3 && !t.workedAfter(since) {
		cause := refusal(&t.Strangers.Day)
		return Failing, fmt.Sprintf("%s: %s in the last day, and no connection has worked since.", cause.Title, requests(t.Strangers.Day.Refused)), cause.Todo
	}
	if len(t.Connections) > 1 && worst.State == Unused { // others may work
		for _, c := range t.Connections[1:] {
			if c.State == OK {
				return c.State, c.What, c.Todo
			}
		}
	}
	return worst.State, worst.What, worst.Todo
}

func lastOf(tallies []activity.Tally) (last time.Time) {
	for _, t := range tallies {
		last = latest(last, t.Last)
	}
	return last
}

func (t *Tenant) workedAfter(at time.Time) bool {
	return slices.ContainsFunc(t.Connections, func(c Connection) bool { return c.LastSuccess.After(at) })
}

// errNotCounted says that a log has no counts.
var errNotCounted = errors.New("health: the provisioning log counts nothing; use one that is an activity.Counter")

// New returns the service over a directory and a log, or an error if the log is no activity.Counter.
func New(tenants Tenants, log activity.Log, now func() time.Time) (*Service, error) {
	counts, ok := log.(activity.Counter)
	if !ok {
		return nil, errNotCounted
	}
	return &Service{Tenants: tenants, Counts: counts, Now: now}, nil
}

func compareConnections(a, b Connection) int {
	if c := a.State.rank() - b.State.rank(); c != 0 {
		return c
	}
	if c := b.severity() - a.severity(); c != 0 {
		return c
	}
	return strings.Compare(a.Key, b.Key)
}
