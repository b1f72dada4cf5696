package dynamo

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/scim"
)

// notNestedFor is how long a process believes that a tenant nests no groups. A mark that
// another process sets is seen at the latest after this time; indirect groups show then.
const notNestedFor = time.Minute

// maxNests bounds the memory of nesting.
const maxNests = 10000

// nesting remembers which tenants have ever put a group into a group.
type nesting struct {
	mu    sync.Mutex
	known map[scim.TenantID]nested
}

type nested struct {
	yes   bool
	until time.Time // of a no
}

// Nested implements scim.Nester.
func (s *Store) Nested(ctx context.Context, t scim.TenantID) (bool, error) {
	if n, ok := s.nests.get(t); ok && (n.yes || s.o.Now().Before(n.until)) {
		return n.yes, nil
	}
	it, err := s.getItem(ctx, nestedKey(t), false)
	if err != nil {
		return false, err
	}
	s.nests.set(t, nested{yes: it != nil, until: s.o.Now().Add(notNestedFor)})
	return it != nil, nil
}

// markNested sets the mark for ever, ahead of the first edge that needs it.
func (s *Store) markNested(ctx context.Context, t scim.TenantID, members []scim.Member) error {
	if n, _ := s.nests.get(t); n.yes {
		return nil
	}
	for _, m := range members {
		if m.Type == "User" {
			continue
		}
		err := retry(ctx, func() error {
			_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: nestedKey(t).item()})
			return err
		})
		if err == nil {
			s.nests.set(t, nested{yes: true})
		}
		return err
	}
	return nil
}

func (n *nesting) get(t scim.TenantID) (nested, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.known[t]
	return v, ok
}

func (n *nesting) set(t scim.TenantID, v nested) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= maxNests {
		n.known = map[scim.TenantID]nested{}
	}
	n.known[t] = v
}
