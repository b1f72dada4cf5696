package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Limits of All and Sum.
const (
	defaultLimit = 50
	maxLimit     = 1000
	atOnce       = 8   // tenants that are read at the same time
	namesAtOnce  = 500 // names in one question
)

// ErrCursor is returned by All for an after that is none of its own.
var ErrCursor = errors.New("not a cursor of the list of tenants")

// Page is a part of the answer to All.
type Page struct {
	Tenants []Tenant `json:"tenants"` // the worst first
	Next    string   `json:"next,omitempty"`
}

// severity orders what has the same state: the more failures in the last day, the longer the silence, or
// the sooner the end, the higher.
func (c *Connection) severity() int {
	switch c.State {
	case Failing, Degraded:
		return c.Spans.Day.Faults
	case Silent:
		return int(-c.LastContact.Unix() / 3600)
	case Expiring:
		return int(-c.Expires.Unix() / 3600)
	}
	return 0
}

// place is where a tenant is in the list: by state, then by severity, then by name.
type place struct {
	rank, severity int
	name           string
}

func (t *Tenant) place() place {
	p := place{rank: t.State.rank(), name: t.Name}
	switch {
	case t.State == Failing && (len(t.Connections) == 0 || t.Connections[0].State != Failing):
		p.severity = t.Strangers.Day.Refused
	case len(t.Connections) > 0:
		p.severity = t.Connections[0].severity()
	}
	return p
}

func (p place) compare(q place) int {
	if c := p.rank - q.rank; c != 0 {
		return c
	}
	if c := q.severity - p.severity; c != 0 {
		return c
	}
	return strings.Compare(p.name, q.name)
}

func (p place) String() string { return fmt.Sprintf("%d.%d.%s", p.rank, p.severity, p.name) }

// parsePlace reads a cursor.
func parsePlace(s string) (p place, err error) {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) != 3 {
		return p, ErrCursor
	}
	var bad [3]error
	p.rank, bad[0] = strconv.Atoi(parts[0])
	p.severity, bad[1] = strconv.Atoi(parts[1])
	_, bad[2] = scim.ParseTenantID(parts[2])
	p.name = parts[2]
	if errors.Join(bad[:]...) != nil {
		return p, ErrCursor
	}
	return p, nil
}

// All returns the health of all tenants, the worst first: by state in the order of States; within
// a state by the number of failures of the last day, the longest silence, or the nearest end; then by
// name. limit is 50 if it is 0, and at most 1000. after is Page.Next of the previous page, or "".
//
// Every page reads every tenant, because the order depends on all of them. A tenant whose state changes
// between two pages may be on both or on neither. One that is deleted meanwhile is left out.
//
//	ErrCursor  after is not a Page.Next
func (s *Service) All(ctx context.Context, after string, limit int) (Page, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	from := place{rank: -1}
	if after != "" {
		var err error
		if from, err = parsePlace(after); err != nil {
			return Page{}, err
		}
	}
	all, err := s.every(ctx)
	if err != nil {
		return Page{}, err
	}
	slices.SortFunc(all, func(a, b *Tenant) int { return a.place().compare(b.place()) })
	page := Page{Tenants: []Tenant{}}
	for _, t := range all {
		if after != "" && t.place().compare(from) <= 0 {
			continue
		}
		if len(page.Tenants) == limit {
			page.Next = page.Tenants[limit-1].place().String()
			break
		}
		page.Tenants = append(page.Tenants, *t)
	}
	return page, nil
}

// every returns the health of all tenants, in no order.
func (s *Service) every(ctx context.Context) ([]*Tenant, error) {
	var mu sync.Mutex
	var all []*Tenant
	for after := ""; ; {
		names, err := s.Tenants.Names(ctx, after, namesAtOnce)
		if err != nil {
			return nil, err
		}
		err = async.Each(ctx, atOnce, names, func(ctx context.Context, id scim.TenantID) error {
			t, err := s.Tenant(ctx, id)
			if errors.Is(err, tenant.ErrUnknown) {
				return nil // it is being deleted
			}
			if err != nil {
				return fmt.Errorf("tenant %s: %w", id, err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, t)
			return nil
		})
		if err != nil || len(names) < namesAtOnce {
			return all, err
		}
		after = names[len(names)-1].String()
	}
}

// Sum is what a monitoring system wants to know: numbers of tenants and connections.
type Sum struct {
	Tenants    int           `json:"tenants"`
	States     map[State]int `json:"states"`     // tenants by state
	Failing    int           `json:"failing"`    // connections, and tenants whose token is unknown
	Silent     int           `json:"silent"`     // connections
	Expiring   int           `json:"expiring"`   // credentials in use that end within 14 days, or have ended
	Quarantine int           `json:"quarantine"` // connections with a high risk
	// Worst are the tenants that are failing, silent or expiring, at most 100 of them, the worst first.
	Worst []Tenant `json:"worst"`
	// Ending are the warnings about credentials that end within 30 days, for Warn.
	Ending []Ending  `json:"-"`
	At     time.Time `json:"at"`
}

// soon is the last stage that counts as expiring in a Sum: earlier warnings are for people, not for alarms.
const soon = 14

// maxWorst bounds Sum.Worst.
const maxWorst = 100

// Sum returns the numbers of all tenants. Paused tenants count in States only.
func (s *Service) Sum(ctx context.Context) (Sum, error) {
	all, err := s.every(ctx)
	sum := Sum{Tenants: len(all), States: map[State]int{}, At: s.now()}
	if err != nil {
		return sum, err
	}
	slices.SortFunc(all, func(a, b *Tenant) int { return a.place().compare(b.place()) })
	for _, t := range all {
		sum.add(t)
	}
	return sum, nil
}

func (sum *Sum) add(t *Tenant) {
	sum.States[t.State]++
	if t.State == Paused {
		return
	}
	sum.Ending = append(sum.Ending, t.endings...)
	if t.State.rank() <= Expiring.rank() && len(sum.Worst) < maxWorst {
		sum.Worst = append(sum.Worst, *t)
	}
	failing := 0
	for _, c := range t.Connections {
		switch c.State { //nolint:exhaustive // the others are not counted
		case Failing:
			failing++
		case Silent:
			sum.Silent++
		}
		if c.stage > 0 && c.stage <= soon && c.State != Unused {
			sum.Expiring++
		}
		if c.Quarantine.Risk == High {
			sum.Quarantine++
		}
	}
	if t.State == Failing {
		failing = max(failing, 1)
	}
	sum.Failing += failing
}
