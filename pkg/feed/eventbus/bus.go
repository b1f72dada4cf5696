package eventbus

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Source is the source of all events.
const Source = "scimstack"

// Name is the name of the consumer, in feed.Positions.
const Name = "eventbus"

// API is the part of *eventbridge.Client that the package uses.
type API interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// Bus puts facts on a bus. All fields but Logger and Pause are required. It is safe for concurrent use.
type Bus struct {
	API       API
	Bus       string // name or ARN
	Source    *feed.Source
	Positions feed.Positions
	Since     time.Time // facts from then on are put
	Logger    *slog.Logger
	Pause     time.Duration // before refused entries are put again; 100 ms by default, then twice as long
}

// Drain puts what a tenant has now. Its errors are those of feed.Consumer.Drain.
func (b *Bus) Drain(ctx context.Context, t scim.TenantID) error {
	return feed.Consumer{Source: b.Source, Positions: b.Positions, Name: Name, Since: b.Since, Many: b.put, Logger: b.Logger}.Drain(ctx, t)
}

// Limits of PutEvents.
const (
	mostEntries = 10
	mostBytes   = 256 << 10
	putTries    = 4
)

// put puts facts in as few requests as it takes, and returns how many of them from the first one on are on the bus.
func (b *Bus) put(ctx context.Context, facts []feed.Fact) (done int, err error) {
	for done < len(facts) {
		list, err := b.request(facts[done:])
		if err != nil {
			return done, err
		}
		first, err := b.entries(ctx, list)
		if done += first; err != nil {
			return done, err
		}
	}
	return done, nil
}

// request are the entries of the first facts, as many as a request takes, and at least one.
func (b *Bus) request(facts []feed.Fact) (list []types.PutEventsRequestEntry, err error) {
	bytes := 0
	for i := range facts {
		e, err := b.entry(&facts[i])
		if err != nil {
			return nil, err
		}
		if bytes += size(&e); len(list) == mostEntries || bytes > mostBytes && len(list) > 0 {
			break
		}
		list = append(list, e)
	}
	return list, nil
}

// entries puts entries, and those again that are refused. It returns how many from the first one on are on the bus.
func (b *Bus) entries(ctx context.Context, list []types.PutEventsRequestEntry) (first int, err error) {
	waiting := make([]int, len(list)) // places in list
	for i := range waiting {
		waiting[i] = i
	}
	for try := range putTries {
		if try > 0 {
			if err := async.Sleep(ctx, cmp.Or(b.Pause, 100*time.Millisecond)<<(try-1)); err != nil {
				return waiting[0], err
			}
		}
		some := make([]types.PutEventsRequestEntry, len(waiting))
		for i, at := range waiting {
			some[i] = list[at]
		}
		out, fault := b.API.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: some})
		if fault != nil {
			err = fault
			continue
		}
		if waiting, err = refused(out, waiting); len(waiting) == 0 {
			return len(list), nil
		}
	}
	return waiting[0], err
}

// refused are the entries of a request that are not on the bus, and why.
func refused(out *eventbridge.PutEventsOutput, waiting []int) (left []int, err error) {
	if len(out.Entries) != len(waiting) {
		return waiting, fmt.Errorf("eventbus: the answer has %d entries instead of %d", len(out.Entries), len(waiting))
	}
	for i := range out.Entries {
		if e := &out.Entries[i]; e.ErrorCode != nil {
			left = append(left, waiting[i])
			err = fmt.Errorf("eventbus: an entry is refused: %s: %s", *e.ErrorCode, aws.ToString(e.ErrorMessage))
		}
	}
	return left, err
}

// size is the size of an entry as EventBridge counts it.
func size(e *types.PutEventsRequestEntry) int {
	n := len(aws.ToString(e.Source)) + len(aws.ToString(e.DetailType)) + len(aws.ToString(e.Detail))
	if e.Time != nil {
		n += 14
	}
	return n
}

// entry is the entry of a fact.
func (b *Bus) entry(f *feed.Fact) (types.PutEventsRequestEntry, error) {
	text, err := detail(f)
	e := types.PutEventsRequestEntry{
		EventBusName: &b.Bus, Source: aws.String(Source), DetailType: aws.String(detailType(f.Type)), Detail: &text, Time: &f.Time,
	}
	if err == nil && size(&e) > mostBytes {
		text, err = detail(brief(f))
	}
	return e, err
}

// shortened is a fact with ids instead of values.
type shortened struct {
	feed.Fact
	IDsOnly bool `json:"idsOnly"`
}

// mostNames bounds the names of attributes of a fact with ids.
const mostNames = 100

// brief is a fact without values. What it says can be read through SCIM, or /events.
func brief(f *feed.Fact) *shortened {
	s := shortened{*f, true}
	s.Before, s.After, s.SCIM, s.User, s.Group = nil, nil, nil, nil, nil
	s.Changed = s.Changed[:min(len(s.Changed), mostNames)]
	if s.Member != nil {
		m := *s.Member
		m.Display, s.Member = "", &m
	}
	return &s
}

// Pattern is the pattern of a rule for facts of some types; "user.*" is those of users. None are all.
func Pattern(factTypes ...string) map[string]any {
	p := map[string]any{"source": []string{Source}}
	if len(factTypes) == 0 {
		return p
	}
	list := make([]any, len(factTypes))
	for i, t := range factTypes {
		list[i] = detailType(t)
		if prefix, ok := strings.CutSuffix(t, "*"); ok {
			list[i] = map[string]string{"prefix": detailType(prefix)}
		}
	}
	p["detail-type"] = list
	return p
}
