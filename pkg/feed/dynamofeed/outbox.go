package dynamofeed

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Attributes of a delivery.
const (
	attrResource = "rs"
	attrType     = "ty"
	attrTries    = "tr"
	attrFirst    = "fi"
	attrNext     = "nx"
	attrError    = "er"
	attrDead     = "de"
	attrTTL      = "ttl"
)

// waitsFor is how much longer than a dead letter a delivery is kept that waits, such as one of a webhook that is paused. It ends what a
// process has added to a webhook that was removed.
const waitsFor = 365 * 24 * time.Hour

func outboxPK(endpoint string) string { return "T#~#HOOK#" + endpoint }

// The beginnings of sort keys: of deliveries that wait, and of those that were given up. No tenant's name has a '#', so
// they sort by tenant first.
const (
	waits = "w#"
	dead  = "x#"
)

// resourcePrefix begins the keys of the deliveries of a resource that wait. A resource's id is hashed: a client may have
// chosen it.
func resourcePrefix(d *webhook.Delivery) string {
	sum := sha256.Sum256([]byte(d.Resource))
	return waits + d.Tenant.String() + "#" + hex.EncodeToString(sum[:16]) + "#"
}

func waitKey(d *webhook.Delivery) item {
	return key(outboxPK(d.Endpoint), resourcePrefix(d)+digits(d.Seq))
}

func deadKey(d *webhook.Delivery) item {
	return key(outboxPK(d.Endpoint), dead+d.Tenant.String()+"#"+digits(d.Seq))
}

// fill adds the content of a delivery to its key.
func (ws *Webhooks) fill(it item, d *webhook.Delivery) item {
	keep := ws.t.keep
	if d.Dead.IsZero() {
		keep += waitsFor
	}
	it[attrResource], it[attrType], it[attrNext], it[attrTTL] = text(d.Resource), text(d.Type), number(micro(d.Next)), number(ws.t.now().Add(keep).Unix())
	for name, n := range map[string]int64{attrTries: int64(d.Tries), attrFirst: micro(d.First), attrDead: micro(d.Dead)} {
		if n != 0 {
			it[name] = number(n)
		}
	}
	if d.Error != "" {
		it[attrError] = text(d.Error)
	}
	return it
}

func deliveryOf(it item) (d webhook.Delivery, err error) {
	sk := textOf(it, "SK")
	d = webhook.Delivery{
		Endpoint: strings.TrimPrefix(textOf(it, "PK"), outboxPK("")), Seq: lastDigits(sk), Resource: textOf(it, attrResource), Type: textOf(it, attrType),
		Tries: int(numberOf(it, attrTries)), First: timeOf(it, attrFirst), Next: timeOf(it, attrNext), Error: textOf(it, attrError), Dead: timeOf(it, attrDead),
	}
	name, _, _ := strings.Cut(sk[len(waits):], "#")
	d.Tenant, err = scim.ParseTenantID(name)
	return d, err
}

// put writes a delivery; the condition may be empty. It reports whether it held.
func (ws *Webhooks) putDelivery(ctx context.Context, it item, condition string) (bool, error) {
	in := &dynamodb.PutItemInput{TableName: &ws.t.name, Item: it}
	if condition != "" {
		in.ConditionExpression = aws.String(condition)
	}
	_, err := ws.t.api.PutItem(ctx, in)
	return holds(err)
}

// Follow implements webhook.Outbox. As a rule it is one read of nothing.
func (ws *Webhooks) Follow(ctx context.Context, d webhook.Delivery) (waits bool, err error) {
	s := all(outboxPK(d.Endpoint), resourcePrefix(&d))
	s.page = 1
	err = ws.t.walk(ctx, s, func(page []item) (bool, error) { waits = len(page) > 0; return false, nil })
	if err == nil && waits {
		_, err = ws.putDelivery(ctx, ws.fill(waitKey(&d), &d), "attribute_not_exists(PK)")
	}
	return waits, err
}

// Add implements webhook.Outbox. A dead letter that is to be delivered again is removed after it waits: an interruption
// leaves both, and Done removes both.
func (ws *Webhooks) Add(ctx context.Context, anew bool, list ...webhook.Delivery) error {
	return async.Each(ctx, parallel, list, func(ctx context.Context, d webhook.Delivery) error {
		condition := "attribute_not_exists(PK)"
		if anew {
			condition = ""
		} else if it, err := ws.t.get(ctx, deadKey(&d)); err != nil || it != nil {
			return err
		}
		_, err := ws.putDelivery(ctx, ws.fill(waitKey(&d), &d), condition)
		if err == nil && anew {
			err = ws.t.remove(ctx, deadKey(&d))
		}
		return err
	})
}

// Claim implements webhook.Outbox. It looks at the first delivery of each resource, in the order of their keys: one that
// fails is due later, so it does not keep others from their turn.
func (ws *Webhooks) Claim(ctx context.Context, endpoint string, now, until time.Time) (found *webhook.Delivery, err error) {
	s := span{outboxPK(endpoint), waits, waits + "~", 100}
	for found == nil && s.from != "" {
		if s.from, found, err = ws.claimIn(ctx, s, now, until); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// claimIn claims in one page of a span, and returns where to look next: after the deliveries of the last resource of
// the page, which may be many. next is "" at the end.
func (ws *Webhooks) claimIn(ctx context.Context, s span, now, until time.Time) (next string, found *webhook.Delivery, err error) {
	last := ""
	err = ws.t.walk(ctx, s, func(page []item) (bool, error) {
		for _, it := range page {
			sk := textOf(it, "SK")
			resource := sk[:strings.LastIndexByte(sk, '#')+1]
			if resource == last {
				continue
			}
			if last = resource; numberOf(it, attrNext) > micro(now) {
				continue
			}
			_, held, err := ws.t.update(ctx, update{
				key: key(s.pk, sk), set: "SET nx = :u", condition: "nx = :w", values: item{":u": number(micro(until)), ":w": it[attrNext]},
			})
			if err != nil {
				return false, err
			}
			if held {
				d, err := deliveryOf(it)
				d.Next, found = until, &d
				return false, err
			}
		}
		if len(page) == int(s.page) {
			next = last + "~"
		}
		return false, nil
	})
	return next, found, err
}

// Done implements webhook.Outbox.
func (ws *Webhooks) Done(ctx context.Context, d webhook.Delivery) error {
	if err := ws.locate(ctx, &d); err != nil {
		return err
	}
	if err := ws.t.remove(ctx, waitKey(&d)); err != nil {
		return err
	}
	return ws.t.remove(ctx, deadKey(&d))
}

// locate completes a delivery of which only the number is known.
func (ws *Webhooks) locate(ctx context.Context, d *webhook.Delivery) error {
	if d.Resource != "" {
		return nil
	}
	return ws.t.walk(ctx, all(outboxPK(d.Endpoint), waits+d.Tenant.String()+"#"), func(page []item) (bool, error) {
		for _, it := range page {
			if lastDigits(textOf(it, "SK")) == d.Seq {
				d.Resource = textOf(it, attrResource)
				return false, nil
			}
		}
		return true, nil
	})
}

// Failed implements webhook.Outbox. One that is given up is written as a dead letter before it stops to wait: an
// interruption leaves both, and it is tried once more.
func (ws *Webhooks) Failed(ctx context.Context, d webhook.Delivery) error {
	if err := ws.locate(ctx, &d); err != nil {
		return err
	}
	const exists = "attribute_exists(PK)"
	if d.Dead.IsZero() {
		_, err := ws.putDelivery(ctx, ws.fill(waitKey(&d), &d), exists)
		return err
	}
	it, err := ws.t.get(ctx, waitKey(&d))
	if err != nil || it == nil {
		return err
	}
	if _, err := ws.putDelivery(ctx, ws.fill(deadKey(&d), &d), ""); err != nil {
		return err
	}
	return ws.t.remove(ctx, waitKey(&d))
}

// Hurry implements webhook.Outbox.
func (ws *Webhooks) Hurry(ctx context.Context, endpoint string, at time.Time, anew bool) error {
	set := "SET nx = :n"
	if anew {
		set += " REMOVE tr, fi"
	}
	return ws.t.walk(ctx, all(outboxPK(endpoint), waits), func(page []item) (bool, error) {
		return true, async.Each(ctx, parallel, page, func(ctx context.Context, it item) error {
			_, _, err := ws.t.update(ctx, update{
				key: key(textOf(it, "PK"), textOf(it, "SK")), set: set, condition: "attribute_exists(PK)", values: item{":n": number(micro(at))},
			})
			return err
		})
	})
}

// Deliveries implements webhook.Outbox. Those that wait are sorted here: their keys are by resource.
func (ws *Webhooks) Deliveries(ctx context.Context, endpoint string, given bool, limit int) (out []webhook.Delivery, err error) {
	prefix := waits
	if given {
		prefix = dead
	}
	err = ws.t.walk(ctx, all(outboxPK(endpoint), prefix), func(page []item) (bool, error) {
		for _, it := range page {
			d, err := deliveryOf(it)
			if err != nil {
				return false, err
			}
			out = append(out, d)
		}
		return !given || len(out) < limit, nil
	})
	slices.SortFunc(out, func(a, b webhook.Delivery) int {
		return cmp.Or(strings.Compare(a.Tenant.String(), b.Tenant.String()), cmp.Compare(a.Seq, b.Seq))
	})
	return out[:min(len(out), limit)], err
}

// Letters implements webhook.LetterReader.
func (ws *Webhooks) Letters(ctx context.Context, endpoint string, t scim.TenantID, first int64, limit int) (out []webhook.Delivery, err error) {
	of := dead + t.String() + "#"
	s := span{outboxPK(endpoint), of + digits(max(first, 0)), of + "~", int32(min(limit, 1000))}
	err = ws.t.walk(ctx, s, func(page []item) (bool, error) {
		for _, it := range page {
			d, err := deliveryOf(it)
			if err != nil {
				return false, err
			}
			out = append(out, d)
		}
		return len(out) < limit, nil
	})
	return out[:min(len(out), limit)], err
}
