package function

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Stream returns the consumer of the table's stream. It answers a failed batch with the sequence
// number from which Lambda must retry (ReportBatchItemFailures); the function itself does not fail.
// It writes its log to out, unless there is a logger.
func (c Config) Stream(out io.Writer, log *slog.Logger) (lambda.Handler, error) {
	if log == nil {
		log = slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: c.Level}))
	}
	return &streamHandler{
		process: c.Consumer(log),
		recount: recounter{c.Tenants(), c.tenantContext, log}.run,
		health:  c.checker(out).run,
		wake:    c.Wake,
		log:     log,
	}, nil
}

type streamHandler struct {
	process func(context.Context, []dynamo.StreamRecord) (failed string, err error)
	recount func(context.Context, recountEvent) error
	health  func(context.Context, healthEvent) error
	wake    func(context.Context, []scim.TenantID) error // nil: for no one
	log     *slog.Logger
}

// streamEvent is a batch of the stream, or what the nightly or the hourly schedule sends.
type streamEvent struct {
	events.DynamoDBEvent
	Recount *recountEvent `json:"recount"`
	Health  *healthEvent  `json:"health"`
}

// Invoke implements lambda.Handler for events.DynamoDBEvent, for {"recount":{}} and for {"health":{}}.
func (h *streamHandler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event streamEvent
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	if event.Recount != nil {
		return []byte("{}"), h.recount(ctx, *event.Recount)
	}
	if event.Health != nil {
		return []byte("{}"), h.health(ctx, *event.Health)
	}
	start := time.Now()
	records := make([]dynamo.StreamRecord, len(event.Records))
	for i, r := range event.Records {
		records[i] = streamRecord(r)
	}
	answer := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	failed, err := h.process(ctx, records)
	h.tell(ctx, records)
	switch {
	case err != nil && len(records) > 0:
		if failed == "" {
			failed = records[0].Sequence
		}
		answer.BatchItemFailures = append(answer.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: failed})
		h.log.ErrorContext(ctx, "batch", "records", len(records), "failed", failed, "cause", err)
	default:
		h.log.InfoContext(ctx, "batch", "records", len(records), "latency", float64(time.Since(start).Microseconds())/1000)
	}
	return json.Marshal(answer)
}

// tell wakes who sends facts of the tenants of a batch, also if a part of it failed: there may be facts of the other.
func (h *streamHandler) tell(ctx context.Context, records []dynamo.StreamRecord) {
	if h.wake == nil {
		return
	}
	var tenants []scim.TenantID
	for _, r := range records {
		if t := dynamo.TenantOfResource(r); !t.IsZero() && !slices.Contains(tenants, t) {
			tenants = append(tenants, t)
		}
	}
	if len(tenants) == 0 {
		return
	}
	if err := h.wake(ctx, tenants); err != nil {
		h.log.ErrorContext(ctx, "facts are sent later, because no one could be woken", "tenants", len(tenants), "cause", err)
	}
}

func streamRecord(r events.DynamoDBEventRecord) dynamo.StreamRecord {
	return dynamo.StreamRecord{
		EventID: r.EventID, Sequence: r.Change.SequenceNumber, Kind: r.EventName,
		Keys: image(r.Change.Keys), Old: image(r.Change.OldImage), New: image(r.Change.NewImage),
		ByTTL: r.UserIdentity != nil && r.UserIdentity.Type == "Service",
	}
}

func image(in map[string]events.DynamoDBAttributeValue) map[string]types.AttributeValue {
	if in == nil {
		return nil
	}
	out := make(map[string]types.AttributeValue, len(in))
	for k, v := range in {
		out[k] = attribute(v)
	}
	return out
}

func attribute(v events.DynamoDBAttributeValue) types.AttributeValue {
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}
	case events.DataTypeMap:
		return &types.AttributeValueMemberM{Value: image(v.Map())}
	case events.DataTypeList:
		list := make([]types.AttributeValue, len(v.List()))
		for i, e := range v.List() {
			list[i] = attribute(e)
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}
