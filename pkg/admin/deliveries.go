package admin

import (
	"context"
	"fmt"
	"time"
)

// MostDeliveries bounds the deliveries that one call lists, counts or sends again.
const MostDeliveries = 5000

// Delivery is a fact that a webhook has not taken.
type Delivery struct {
	Fact     string    `json:"fact" doc:"id of the fact"`
	Type     string    `json:"type"`
	Resource string    `json:"resource" doc:"type and id"`
	Tries    int       `json:"tries"`
	Time     time.Time `json:"time" doc:"when it was given up or, if it waits, of its next try"`
	Error    string    `json:"error,omitempty" doc:"of the last try"`
}

// DeliveryList are deliveries of a webhook, by tenant and number.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries"`
}

// MostRedelivered bounds the facts that one call of Redeliver looks at, so that it ends before the request does.
const MostRedelivered = 1000

// Redelivery selects the facts of a tenant that Redeliver sends: by one of facts, a range, a time, or its dead letters.
type Redelivery struct {
	Tenant string     `json:"tenant"`
	Facts  []string   `json:"facts,omitempty" maxItems:"1000" doc:"ids of facts, such as acme.41"`
	First  int64      `json:"first,omitempty" minimum:"0" doc:"number of the first fact of a range or, with deadLetters, of the first dead letter"`
	Last   int64      `json:"last,omitempty" minimum:"0" doc:"number of the last one; absent: the last one that there is"`
	Since  *time.Time `json:"since,omitempty" doc:"all facts since a time"`
	Dead   bool       `json:"deadLetters,omitempty" doc:"the dead letters of the tenant"`
}

// Redelivered says what Redeliver did.
type Redelivered struct {
	Facts   int   `json:"facts" doc:"that are sent again, or will be"`
	Expired int   `json:"expired,omitempty" doc:"that were selected and are kept no longer"`
	Other   int   `json:"otherTypes,omitempty" doc:"that were named and have a type that the webhook does not get"`
	Paused  bool  `json:"paused,omitempty" doc:"the webhook is paused: they are sent when it is resumed"`
	Next    int64 `json:"next,omitempty" doc:"one call handles 1,000 facts: repeat it with this number as first, and without since; absent: all is done"`
}

// Deliveries implements API.
func (s *Service) Deliveries(ctx context.Context, id string, waiting bool, limit int) (*DeliveryList, error) {
	h, _, err := s.webhook(ctx, id)
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = 100
	}
	list, err := h.Store.Deliveries(ctx, id, !waiting, min(limit, MostDeliveries))
	if err != nil {
		return nil, AsError(err)
	}
	out := &DeliveryList{Deliveries: make([]Delivery, len(list))}
	for i := range list {
		d := &list[i]
		out.Deliveries[i] = Delivery{Fact: fmt.Sprintf("%s.%d", d.Tenant, d.Seq), Type: d.Type, Resource: d.Resource, Tries: d.Tries, Time: d.Dead, Error: d.Error}
		if waiting {
			out.Deliveries[i].Time = d.Next
		}
	}
	return out, nil
}
