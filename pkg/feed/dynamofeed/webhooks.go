package dynamofeed

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	mathrand "math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Webhooks implements webhook.Store. It is safe for concurrent use, by several processes too. Secrets are kept as they
// are, because they sign: who may read the partition T#~#HOOKS has them.
type Webhooks struct{ t table }

var _ webhook.Store = (*Webhooks)(nil)

// NewWebhooks returns the webhooks in a table.
func NewWebhooks(api dynamo.API, o Options) *Webhooks { return &Webhooks{on(api, o)} }

// hooksPK is the partition of the endpoints, which are of no tenant: '~' is in no tenant's name.
const hooksPK = "T#~#HOOKS"

// Attributes of an endpoint.
const (
	attrTenant = "t" // there is none for an endpoint of all tenants
	attrWriter = "w" // of the last write, so that one whose answer was lost is known again
)

func endpointItem(e *webhook.Endpoint) (it item, writer string, err error) {
	doc, err := json.Marshal(e)
	if err != nil {
		return nil, "", err
	}
	writer = rand.Text()
	it = key(hooksPK, e.ID)
	it[attrDoc], it[attrWriter] = text(string(doc)), text(writer)
	if !e.Tenant.IsZero() {
		it[attrTenant] = text(e.Tenant.String())
	}
	return it, writer, nil
}

func endpointOf(it item) (e webhook.Endpoint, err error) {
	if err = json.Unmarshal([]byte(textOf(it, attrDoc)), &e); err == nil && it[attrTenant] != nil {
		e.Tenant, err = scim.ParseTenantID(textOf(it, attrTenant))
	}
	return e, err
}

// put writes an endpoint under a condition, and reports whether it held.
func (ws *Webhooks) put(ctx context.Context, e *webhook.Endpoint, condition string, values item) (bool, error) {
	it, writer, err := endpointItem(e)
	if err != nil {
		return false, err
	}
	_, err = ws.t.api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &ws.t.name, Item: it, ConditionExpression: &condition, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return textOf(failed.Item, attrWriter) == writer, nil
	}
	return err == nil, err
}

// Create implements webhook.Store. What an endpoint of the same id has left, whose removal was interrupted, is removed.
func (ws *Webhooks) Create(ctx context.Context, e webhook.Endpoint) error {
	it, err := ws.t.get(ctx, key(hooksPK, e.ID))
	if err == nil && it != nil {
		return webhook.ErrExists
	}
	if err == nil {
		err = ws.clear(ctx, e.ID)
	}
	if err != nil {
		return err
	}
	held, err := ws.put(ctx, &e, "attribute_not_exists(PK)", nil)
	if err == nil && !held {
		err = webhook.ErrExists
	}
	return err
}

// Endpoint implements webhook.Store.
func (ws *Webhooks) Endpoint(ctx context.Context, id string) (webhook.Endpoint, error) {
	it, err := ws.t.get(ctx, key(hooksPK, id))
	if err == nil && it == nil {
		err = webhook.ErrUnknown
	}
	if err != nil {
		return webhook.Endpoint{}, err
	}
	return endpointOf(it)
}

// Endpoints implements webhook.Store.
func (ws *Webhooks) Endpoints(ctx context.Context) (out []webhook.Endpoint, err error) {
	err = ws.t.walk(ctx, all(hooksPK, ""), func(page []item) (bool, error) {
		for _, it := range page {
			e, err := endpointOf(it)
			if err != nil {
				return false, err
			}
			out = append(out, e)
		}
		return true, nil
	})
	return out, err
}

// Update implements webhook.Store.
func (ws *Webhooks) Update(ctx context.Context, id string, change func(*webhook.Endpoint) error) (e webhook.Endpoint, err error) {
	const tries, pause, longest = 100, 10 * time.Millisecond, 500 * time.Millisecond
	for try := range tries {
		it, err := ws.t.get(ctx, key(hooksPK, id))
		if err == nil && it == nil {
			err = webhook.ErrUnknown
		}
		if err != nil {
			return e, err
		}
		if e, err = endpointOf(it); err != nil {
			return e, err
		}
		if err := change(&e); err != nil {
			return e, err
		}
		held, err := ws.put(ctx, &e, "w = :w", item{":w": it[attrWriter]})
		if err != nil || held {
			return e, err
		}
		if err := async.Sleep(ctx, time.Duration(mathrand.Int64N(int64(min(pause*time.Duration(try+1), longest))))); err != nil {
			return e, err
		}
	}
	return e, errors.New("dynamofeed: other processes are changing the webhook")
}

// Remove implements webhook.Store. Deliveries are removed before the endpoint, so that an interrupted call can be
// repeated, and after it, because a process may have added some meanwhile.
func (ws *Webhooks) Remove(ctx context.Context, id string) error {
	if err := ws.clear(ctx, id); err != nil {
		return err
	}
	_, err := ws.t.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &ws.t.name, Key: key(hooksPK, id), ConditionExpression: aws.String("attribute_exists(PK)")})
	held, err := holds(err)
	switch {
	case err != nil:
		return err
	case !held:
		return webhook.ErrUnknown
	}
	return ws.clear(ctx, id)
}

// clear removes all deliveries of an endpoint.
func (ws *Webhooks) clear(ctx context.Context, id string) error {
	_, err := ws.clearSpan(ctx, all(outboxPK(id), ""))
	return err
}

// clearSpan removes the deliveries of a span, and returns how many.
func (ws *Webhooks) clearSpan(ctx context.Context, s span) (n int, err error) {
	err = ws.t.walk(ctx, s, func(page []item) (bool, error) {
		n += len(page)
		return true, async.Each(ctx, parallel, page, func(ctx context.Context, it item) error {
			return ws.t.remove(ctx, key(textOf(it, "PK"), textOf(it, "SK")))
		})
	})
	return n, err
}

// parallel is how many items are written at a time.
const parallel = 16
