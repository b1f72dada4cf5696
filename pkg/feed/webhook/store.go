package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Store keeps endpoints, and the deliveries that wait or were given up. Deliveries that succeed at the first try
// are not in it. Several processes share one. Implementations are safe for concurrent use, and return ErrUnknown
// and ErrExists where they are named, or an error of their own.
type Store interface {
	// Create adds an endpoint, without deliveries: what a process has added to a former one of this id is removed. ErrExists: there
	// is one with this id.
	Create(ctx context.Context, e Endpoint) error
	// Endpoint returns an endpoint. ErrUnknown: there is none with this id.
	Endpoint(ctx context.Context, id string) (Endpoint, error)
	// Endpoints returns all endpoints, by their ids.
	Endpoints(ctx context.Context) ([]Endpoint, error)
	// Update changes an endpoint, but not its id and tenant: change gets it as it is, and may be called again.
	// An error of change changes nothing, and is returned. ErrUnknown: there is none.
	Update(ctx context.Context, id string, change func(*Endpoint) error) (Endpoint, error)
	// Remove removes an endpoint and its deliveries. ErrUnknown: there is none.
	Remove(ctx context.Context, id string) error
	// Forget removes the endpoints of a tenant, and all deliveries of its facts: also those of endpoints of all tenants.
	// It returns how many it has removed. A process that sends facts of the tenant may add others after it: a caller that
	// deletes a tenant calls it until it has nothing to remove.
	Forget(ctx context.Context, t scim.TenantID) (int, error)

	Outbox
}

// Outbox keeps deliveries. Its key is the endpoint, the tenant and the number of the fact.
type Outbox interface {
	// Follow adds a delivery if another one of its endpoint, tenant and resource waits, and reports whether one
	// does. It changes nothing if the delivery is there.
	Follow(ctx context.Context, d Delivery) (waits bool, err error)
	// Add adds deliveries. One that is there stays as it is, unless anew says to replace it.
	Add(ctx context.Context, anew bool, d ...Delivery) error
	// Claim returns a delivery of an endpoint that is due at now, and the first that waits of its resource, and
	// makes it due again at until, so that no one else has it meanwhile. It returns nil if there is none.
	Claim(ctx context.Context, endpoint string, now, until time.Time) (*Delivery, error)
	// Done removes a delivery.
	Done(ctx context.Context, d Delivery) error
	// Failed replaces a delivery that is there. A dead letter is kept for 30 days, as its fact is, and may then be
	// removed; a delivery that waits is kept.
	Failed(ctx context.Context, d Delivery) error
	// Hurry makes all deliveries of an endpoint that wait due at a time; anew also forgets their tries.
	Hurry(ctx context.Context, endpoint string, at time.Time, anew bool) error
	// Deliveries returns deliveries of an endpoint, the dead ones or those that wait, by tenant and number, at
	// most limit.
	Deliveries(ctx context.Context, endpoint string, dead bool, limit int) ([]Delivery, error)
}

// LetterReader is an optional ability of a Store: it finds the dead letters of one tenant, however many others the endpoint
// has. Safe for concurrent use.
type LetterReader interface {
	// Letters returns the dead letters of an endpoint that are of a tenant, from the number first on, by number, at most
	// limit.
	Letters(ctx context.Context, endpoint string, t scim.TenantID, first int64, limit int) ([]Delivery, error)
}

// Errors of a Store.
var (
	ErrUnknown = errors.New("there is no webhook with this id")
	ErrExists  = errors.New("there is a webhook with this id")
)

// Delivery is a fact that an endpoint has not taken yet, or will not get.
type Delivery struct {
	Endpoint string        `json:"-"`
	Tenant   scim.TenantID `json:"-"`
	Seq      int64         `json:"-"`
	Resource string        `json:"resource"` // type and id: deliveries of one resource wait for each other
	Type     string        `json:"type"`     // of the fact
	Tries    int           `json:"tries"`
	First    time.Time     `json:"first,omitzero"` // of the tries
	Next     time.Time     `json:"-"`              // not before then
	Error    string        `json:"error,omitempty"`
	// Dead is when the delivery was given up; zero: it waits.
	Dead time.Time `json:"dead,omitzero"`
}

// deliveryOf is the delivery of a fact that is due at a time.
func deliveryOf(endpoint string, t scim.TenantID, f *feed.Fact, at time.Time) Delivery {
	return Delivery{Endpoint: endpoint, Tenant: t, Seq: f.Seq, Resource: f.Resource.Type + "/" + f.Resource.ID, Type: f.Type, Next: at}
}
