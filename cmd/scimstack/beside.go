package main

import (
	"context"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/scim"
)

// beside is the service that an administration runs beside, in one process. Before there is one, and with nil, it does
// nothing.
type beside struct{ service *scimstack.Service }

func (b *beside) there() bool { return b != nil && b.service != nil }

// changed has the service use a change at once.
func (b *beside) changed(id scim.TenantID) {
	if b.there() {
		b.service.Forget(id)
	}
}

// settleLog has what the service has answered be in the log.
func (b *beside) settleLog(ctx context.Context) {
	if b.there() {
		b.service.SettleLog(ctx)
	}
}
