package dynamo

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Usage is what a request has cost in DynamoDB.
type Usage struct {
	Calls      int     // requests sent, with retries; some of them at the same time
	ReadUnits  float64 // capacity as billed
	WriteUnits float64
}

// Meter counts the usage of one request. It is safe for concurrent use.
type Meter struct {
	mu sync.Mutex
	n  Usage
}

// Usage returns the count so far.
func (m *Meter) Usage() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

func (m *Meter) add(u Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.n.Calls += u.Calls
	m.n.ReadUnits += u.ReadUnits
	m.n.WriteUnits += u.WriteUnits
}

type meterKey struct{}

// WithMeter returns a context in which every call of a metered client is counted.
func WithMeter(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return context.WithValue(ctx, meterKey{}, m), m
}

func meterOf(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}

// Metered is an option of dynamodb.New for a client whose calls WithMeter counts. Clients of
// NewClient have it.
func Metered(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		if err := stack.Initialize.Add(middleware.InitializeMiddlewareFunc("meter", meterUnits), middleware.Before); err != nil {
			return err
		}
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("meterCalls", meterCalls), middleware.After)
	})
}

// meterCalls counts every request that is sent.
func meterCalls(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	if m := meterOf(ctx); m != nil {
		m.add(Usage{Calls: 1})
	}
	return next.HandleDeserialize(ctx, in)
}

// meterUnits asks DynamoDB for the consumed capacity and adds it.
func meterUnits(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	m := meterOf(ctx)
	if m == nil {
		return next.HandleInitialize(ctx, in)
	}
	askForCapacity(in.Parameters)
	out, meta, err := next.HandleInitialize(ctx, in)
	if err == nil {
		m.add(unitsOf(out.Result))
	}
	return out, meta, err
}

func askForCapacity(params any) {
	const total = types.ReturnConsumedCapacityTotal
	switch in := params.(type) {
	case *dynamodb.GetItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.BatchGetItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.QueryInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.PutItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.UpdateItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.DeleteItemInput:
		in.ReturnConsumedCapacity = total
	case *dynamodb.TransactWriteItemsInput:
		in.ReturnConsumedCapacity = total
	}
}

func unitsOf(result any) Usage {
	sum := func(list ...types.ConsumedCapacity) (units float64) {
		for _, c := range list {
			if c.CapacityUnits != nil {
				units += *c.CapacityUnits
			}
		}
		return units
	}
	one := func(c *types.ConsumedCapacity) float64 {
		if c == nil {
			return 0
		}
		return sum(*c)
	}
	switch out := result.(type) {
	case *dynamodb.GetItemOutput:
		return Usage{ReadUnits: one(out.ConsumedCapacity)}
	case *dynamodb.BatchGetItemOutput:
		return Usage{ReadUnits: sum(out.ConsumedCapacity...)}
	case *dynamodb.QueryOutput:
		return Usage{ReadUnits: one(out.ConsumedCapacity)}
	case *dynamodb.PutItemOutput:
		return Usage{WriteUnits: one(out.ConsumedCapacity)}
	case *dynamodb.UpdateItemOutput:
		return Usage{WriteUnits: one(out.ConsumedCapacity)}
	case *dynamodb.DeleteItemOutput:
		return Usage{WriteUnits: one(out.ConsumedCapacity)}
	case *dynamodb.TransactWriteItemsOutput:
		return Usage{WriteUnits: sum(out.ConsumedCapacity...)}
	}
	return Usage{}
}
