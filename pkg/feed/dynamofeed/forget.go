package dynamofeed

import (
	"context"
	"errors"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Kept describes the webhooks for dynamo.Tenants.Delete. Those of the tenant are paused first, and removed when no
// process serves it any more: one that still sends finds its endpoint, and what it adds is found by the last look.
func (ws *Webhooks) Kept() dynamo.Kept {
	return dynamo.Kept{Name: "webhooks and deliveries", Clear: ws.forget}
}

// Forget implements webhook.Store. Deliveries are removed before their endpoint, so that an interrupted call can be
// repeated.
func (ws *Webhooks) Forget(ctx context.Context, t scim.TenantID) (int, error) {
	return ws.forget(ctx, t, false)
}

// forget is Forget; of a tenant that may still be written, endpoints are paused and stay.
func (ws *Webhooks) forget(ctx context.Context, t scim.TenantID, written bool) (n int, err error) {
	list, err := ws.Endpoints(ctx)
	if err != nil {
		return 0, err
	}
	for i := range list {
		some, err := ws.forgetAt(ctx, &list[i], t, written)
		if n += some; err != nil {
			return n, err
		}
	}
	return n, nil
}

// forgetAt removes what one endpoint has of a tenant.
func (ws *Webhooks) forgetAt(ctx context.Context, e *webhook.Endpoint, t scim.TenantID, written bool) (n int, err error) {
	if !e.Tenant.IsZero() && e.Tenant != t {
		return 0, nil
	}
	if e.Tenant == t && written {
		_, err := ws.Update(ctx, e.ID, func(e *webhook.Endpoint) error {
			e.Pause(ws.t.now(), "the tenant is being deleted")
			return nil
		})
		if err != nil && !errors.Is(err, webhook.ErrUnknown) {
			return 0, err
		}
	}
	for _, kind := range []string{waits, dead} {
		some, err := ws.clearSpan(ctx, all(outboxPK(e.ID), kind+t.String()+"#"))
		if n += some; err != nil {
			return n, err
		}
	}
	if e.Tenant != t || written {
		return n, nil
	}
	err = ws.Remove(ctx, e.ID)
	if errors.Is(err, webhook.ErrUnknown) {
		return n, nil
	}
	return n + 1, err
}
