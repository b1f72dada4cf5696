package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

func record(pk, sequence string) dynamo.StreamRecord {
	return dynamo.StreamRecord{Sequence: sequence, Keys: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: pk}}}
}

// TestByTenant: the records of each tenant are processed with its session, in their order. A failure of
// one tenant holds up no other, and everything from the earliest failure on is processed again.
func TestByTenant(t *testing.T) {
	t.Parallel()
	batch := []dynamo.StreamRecord{
		record("T#acme#E#User#0", "1"), record("T#globex#E#User#0", "2"), record("T#acme#X#User.userName", "3"), record("TENANTS", "4"),
		record("T#globex#D", "5"), record("T#acme#E#User#0", "6"),
	}
	for fails, want := range map[string]string{"": "", "3": "3", "5": "5", "3 5": "3", "6": "6", "2 3": "2", "all of globex": "2"} {
		var seen []string
		failed, err := session.ByTenant(func(ctx context.Context, records []dynamo.StreamRecord) (string, error) {
			name := "-"
			if t, ok := session.Of(ctx); ok {
				name = t.String()
			}
			for _, r := range records {
				seen = append(seen, name+r.Sequence)
				if strings.Contains(fails, r.Sequence) {
					return r.Sequence, errors.New("failed")
				}
			}
			if strings.HasSuffix(fails, name) {
				return "", errors.New("failed")
			}
			return "", nil
		})(t.Context(), batch)
		if failed != want || (err == nil) != (want == "") {
			t.Errorf("%q: %q, %v", fails, failed, err)
		}
		if got := strings.Join(seen, " "); fails == "" && got != "acme1 acme3 acme6 globex2 globex5 -4" {
			t.Error(got)
		}
	}
}

// logBase records the tenant of each batch.
type logBase struct {
	session.LogBase
	batches []string
	fail    string
}

func (l *logBase) AppendCounted(ctx context.Context, records []activity.Record, tallies []activity.Tally) error {
	t, _ := session.Of(ctx)
	for _, c := range tallies {
		l.batches = append(l.batches, t.String()+"/"+c.Tenant.String()+"/"+c.Key)
	}
	for _, r := range records {
		l.batches = append(l.batches, t.String()+"/"+r.Tenant.String()+"/"+r.ID)
	}
	switch l.fail {
	case t.String():
		return &activity.LostError{Lost: 1, Cause: errors.New("one")}
	case t.String() + "!":
		return errors.New("all")
	}
	return nil
}

// TestLog: a request with items of two tenants has no session that allows it, so there is none.
func TestLog(t *testing.T) {
	t.Parallel()
	for fail, want := range map[string]int{"": 0, "acme": 1, "acme!": 2, "globex": 1} {
		base := &logBase{fail: fail}
		err := session.NewLog(base).AppendCounted(t.Context(),
			[]activity.Record{{Tenant: id(t, "acme"), ID: "1"}, {Tenant: id(t, "globex"), ID: "2"}, {Tenant: id(t, "acme"), ID: "3"}},
			[]activity.Tally{{Tenant: id(t, "acme"), Key: "k"}, {Tenant: id(t, "initech"), Key: "k"}})
		if got := strings.Join(base.batches, " "); got != "acme/acme/k acme/acme/1 acme/acme/3 globex/globex/2 initech/initech/k" {
			t.Error(got)
		}
		var lost *activity.LostError
		if errors.As(err, &lost) != (want > 0) || want > 0 && lost.Lost != want {
			t.Errorf("%q: %v", fail, err)
		}
	}
}
