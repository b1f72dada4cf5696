package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// remaining returns the edges of a removed resource as a member that are memberships, and those
// that a staged write in progress may still make true.
func (s *Store) remaining(ctx context.Context, t scim.TenantID, id string, shards int) ([]membership, error) {
	all, err := s.reverse(ctx, t, []string{id}, shards)
	if err != nil {
		return nil, err
	}
	var out []membership
	for _, m := range all {
		if m.marked() {
			leave, err := s.mayHold(ctx, t, m)
			if err != nil {
				return nil, err
			}
			if !leave {
				continue
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// mayHold reports whether a marked edge is a membership or may become one. It ends a staged write
// whose lease has expired. It fails while the group of the edge is being created.
func (s *Store) mayHold(ctx context.Context, t scim.TenantID, m membership) (bool, error) {
	k := resourceKey(t, m.groupType, m.groupID)
	it, err := s.getItem(ctx, k, true)
	if err != nil {
		return false, err
	}
	if it == nil {
		return true, s.notBeingCreated(ctx, t, m.groupID)
	}
	st := readState(it)
	switch {
	case st.visible(m.edge):
		return true, nil
	case st.Lease == nil || m.added != st.Lease.Op:
		return false, nil
	case s.held(st.Lease):
		return true, nil // the removal of the edge waits for the staged write
	}
	_, err = s.updateItem(ctx, k, st.breaking(), types.ReturnValueNone)
	return err != nil, ignoreFailedCondition(err)
}

// notBeingCreated fails while the intent of a staged write says that the group may be about to be
// created: the record of the stream is processed again later.
func (s *Store) notBeingCreated(ctx context.Context, t scim.TenantID, groupID string) error {
	intent, err := s.getItem(ctx, intentKey(t, groupID), true)
	if err != nil {
		return err
	}
	if intent == nil || !s.o.Now().Before(time.Unix(numberOf(intent, attrTTL), 0).Add(-intentGrace)) {
		return nil
	}
	return &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: a group with the removed member is being created")}
}
