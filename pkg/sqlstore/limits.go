package sqlstore

import (
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	// lostPause is how long a transaction that lost waits before its second try; each next wait is
	// twice as long.
	lostPause = time.Millisecond
	// narrowFor is how long the pool has no more connections than the server had room for.
	narrowFor = 30 * time.Second
	// renewEvery is how often a write that is refused as read-only may try other connections.
	renewEvery = time.Second
	// rollbackTime bounds the end of a transaction without effect.
	rollbackTime = 5 * time.Second
)

// reason is the cause of a busy database, for an operator, who needs more than "busy".
func reason(err error) error {
	var busy *scim.BusyError
	if errors.As(err, &busy) && busy.Cause != nil {
		return busy.Cause
	}
	return err
}
