package webhook

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Sender sends facts to the endpoints of a Store. Source, Positions and Store are required. The fields must not be
// changed once it is used; it is then safe for concurrent use.
type Sender struct {
	Source    *feed.Source
	Positions feed.Positions
	Store     Store
	// Tenants lists the tenants, for endpoints of all tenants.
	Tenants func(ctx context.Context) ([]scim.TenantID, error)
	// Forms are other ways to send a fact, by Endpoint.Form.
	Forms map[string]Form
	// Paused is called when an endpoint was paused because it failed, with the tenant whose fact failed last: for
	// a log that people read. Logger has it too.
	Paused func(ctx context.Context, e Endpoint, t scim.TenantID)
	// Loopback also allows http and https to this machine, for development.
	Loopback bool
	Logger   *slog.Logger     // slog.Default by default
	Now      func() time.Time // time.Now by default

	// Pause is that before the second delivery; 5 seconds by default, and twice as long before each next
	// one, up to 6 hours. Window is how long a delivery is tried again, and how long an endpoint that takes
	// nothing is not paused: 3 days by default. Refresh is how often the Store is asked for endpoints and for
	// deliveries that are due; a second by default.
	Pause, Window, Refresh time.Duration

	resolver *net.Resolver // for tests
}

const (
	longest = 6 * time.Hour      // pause between two tries
	window  = 3 * 24 * time.Hour // of all tries
)

func (s *Sender) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Run sends facts to all endpoints until ctx ends, and returns its error. An endpoint gets what has happened since
// it was created. Endpoints that are created, changed, paused or removed meanwhile are noticed.
func (s *Sender) Run(ctx context.Context) error {
	whole, err := s.whole()
	if err != nil {
		return err
	}
	m := &manager{Sender: whole, lanes: map[string]*lane{}}
	defer m.end()
	for {
		if err := m.look(ctx); err != nil && ctx.Err() == nil {
			whole.Logger.WarnContext(ctx, "the webhooks cannot be listed", "cause", err)
		}
		if err := async.Sleep(ctx, whole.Refresh); err != nil {
			return err
		}
	}
}

// whole is the sender with its defaults.
func (s *Sender) whole() (*Sender, error) {
	if s.Source == nil || s.Positions == nil || s.Store == nil {
		return nil, errors.New("webhook: a Sender needs Source, Positions and Store")
	}
	whole := *s
	whole.Logger = cmp.Or(s.Logger, slog.Default())
	whole.Pause, whole.Window, whole.Refresh = cmp.Or(s.Pause, 5*time.Second), cmp.Or(s.Window, window), cmp.Or(s.Refresh, time.Second)
	return &whole, nil
}

// manager keeps a lane for each endpoint that is not paused.
type manager struct {
	*Sender
	lanes map[string]*lane
}

// look makes the lanes what the Store says.
func (m *manager) look(ctx context.Context) error {
	list, err := m.Store.Endpoints(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]*Endpoint{}
	for i := range list {
		if list[i].Paused.IsZero() {
			wanted[list[i].ID] = &list[i]
		}
	}
	for id, l := range m.lanes {
		if e := wanted[id]; e == nil || !e.same(&l.e) || l.over() {
			l.end()
			delete(m.lanes, id)
		} else {
			l.health.noticed(!e.Failing.IsZero())
		}
	}
	for id, e := range wanted {
		if m.lanes[id] == nil {
			m.lanes[id] = m.open(ctx, *e)
		}
	}
	return nil
}

func (m *manager) end() {
	for _, l := range m.lanes {
		l.stop()
	}
	for _, l := range m.lanes {
		l.end()
	}
}
