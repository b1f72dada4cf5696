package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
)

// errReplaced ends a lane whose endpoint was removed, and made again under the same id: perhaps for another tenant. What the lane
// still does concerns the one that was, and no delivery of the one goes to the URL of the other.
var errReplaced = errors.New("webhook: the endpoint was removed, and another one has its id")

// update changes the endpoint of the lane, and no other one that has its id now.
func (l *lane) update(ctx context.Context, change func(*Endpoint)) (Endpoint, error) {
	e, err := l.s.Store.Update(ctx, l.e.ID, func(e *Endpoint) error {
		if err := l.owns(e); err != nil {
			return err
		}
		change(e)
		return nil
	})
	return e, l.ended(err)
}

// owns returns an error if an endpoint with the id of the lane's is another one.
func (l *lane) owns(e *Endpoint) error {
	if !e.Created.Equal(l.e.Created) || e.Tenant != l.e.Tenant {
		return errReplaced
	}
	return nil
}

// ended ends the lane if its endpoint is gone.
func (l *lane) ended(err error) error {
	if errors.Is(err, errReplaced) || errors.Is(err, ErrUnknown) {
		l.stop()
	}
	return err
}

// stray handles a delivery of another tenant: one that the endpoint before this one has left is removed, and one of the endpoint after
// it is left to that one.
func (l *lane) stray(ctx context.Context, d Delivery) error {
	e, err := l.s.Store.Endpoint(ctx, l.e.ID)
	if err == nil {
		err = l.owns(&e)
	}
	if err != nil {
		return l.ended(err)
	}
	return l.s.Store.Done(ctx, d)
}

// places are the positions of a lane that goes on. A store may remove them with the endpoint: then a place is new, and a lane that has not
// noticed the removal would send all facts once more, from the first one on.
type places struct {
	feed.Positions
	l *lane
}

// Take implements feed.Positions.
func (p places) Take(ctx context.Context, at feed.Place, owner string, lease time.Duration) (feed.Position, error) {
	now, err := p.Positions.Take(ctx, at, owner, lease)
	if err != nil || !now.New {
		return now, err
	}
	e, err := p.l.s.Store.Endpoint(ctx, p.l.e.ID)
	if err == nil {
		err = p.l.owns(&e)
	}
	return now, p.l.ended(err)
}
