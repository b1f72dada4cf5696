package dynamotest_test

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
)

// A fact is a behaviour of DynamoDB, shown by requests and responses alone. Facts about single
// expressions are rows of a list. All facts share one table, each in partitions of its own.
type fact struct {
	name string
	// show runs the requests. Its error says what differs.
	show func(b *bench) error
}

func facts() []fact {
	var all []fact
	for _, list := range [][]fact{
		conditionFacts(), updateFacts(), numberFacts(), expressionFacts(), limitFacts(), returnFacts(),
		transactFacts(), queryFacts(), indexFacts(), batchFacts(), capacityFacts(), tableFacts(), streamFacts(), wallFacts(),
	} {
		all = append(all, list...)
	}
	return all
}

// TestContract checks the facts on the engine.
func TestContract(t *testing.T) {
	t.Parallel()
	s, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	contract(t, "dynamotest", s.URL)
}

// TestContractUnkind checks the facts on the engine with transactions that take their time. A limit
// of the keys would only make the facts slower, which write up to 16 MB to one key.
func TestContractUnkind(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	e := dynamotest.New()
	e.Unkind(dynamotest.Unkind{Hold: dynamotest.Service().Hold})
	s, err := dynamotest.Listen("127.0.0.1:0", e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	contract(t, "unkind", s.URL)
}

// TestContractEndpoint checks the same facts on the endpoint in DYNAMODB_ENDPOINT: the engine is
// trusted only as far as others agree with it.
func TestContractEndpoint(t *testing.T) {
	t.Parallel()
	url := os.Getenv("DYNAMODB_ENDPOINT")
	if url == "" {
		t.Skip("DYNAMODB_ENDPOINT names no other DynamoDB")
	}
	contract(t, engineName(t, url), url)
}

// engineName is the name of an endpoint's engine in differences.txt: moto has an API of its own,
// others are named by DYNAMODB_ENGINE.
func engineName(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url + "/moto-api/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if name := os.Getenv("DYNAMODB_ENGINE"); name != "" {
		return name
	}
	if res.StatusCode == http.StatusOK {
		return "moto"
	}
	return "endpoint"
}

func contract(t *testing.T, engine, url string) {
	t.Helper()
	known := differences(t, engine)
	b := newBench(t, url)
	seen := map[string]bool{}
	t.Run(engine, func(t *testing.T) {
		for _, f := range facts() {
			if seen[f.name] {
				t.Fatalf("two facts are called %q", f.name)
			}
			seen[f.name] = true
			t.Run(f.name, func(t *testing.T) {
				if engine != "moto" { // a cancelled transaction there undoes what others wrote meanwhile
					t.Parallel()
				}
				err := f.show(b.in(f.name))
				reason, differs := known[f.name]
				switch {
				case strings.HasPrefix(reason, "sometimes: "):
					t.Logf("may differ: %s: %v", reason, err)
				case err != nil && !differs:
					t.Error(err)
				case err == nil && differs:
					t.Errorf("differences.txt says %q, and yet it holds: take the line out", reason)
				case err != nil:
					t.Logf("known difference: %s: %v", reason, err)
				}
			})
		}
	})
	for name := range known {
		if !seen[name] {
			t.Errorf("differences.txt names %q, which is no fact", name)
		}
	}
}

//go:embed differences.txt
var differencesText string

// differences returns the lines "engine | fact | reason" of one engine.
func differences(t *testing.T, engine string) map[string]string {
	t.Helper()
	out := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(differencesText))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.SplitN(line, " | ", 3)
		if len(parts) != 3 || parts[2] == "" {
			t.Fatalf("differences.txt: not engine | fact | reason: %q", line)
		}
		if parts[0] == engine {
			out[parts[1]] = parts[2]
		}
	}
	return out
}

// bench has the clients, the shared table and the partitions of a fact.
type bench struct {
	ctx     context.Context
	c       *dynamodb.Client
	streams *dynamodbstreams.Client
	table   *string
	pk      string
}

type item = map[string]types.AttributeValue

const index = "byG"

func newBench(t *testing.T, url string) *bench {
	t.Helper()
	key := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		id, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
		if id == "" {
			id, secret = "contract", "contract"
		}
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: os.Getenv("AWS_SESSION_TOKEN")}, nil
	})
	b := &bench{
		ctx:     context.Background(),
		c:       dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: key}),
		streams: dynamodbstreams.New(dynamodbstreams.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: key}),
		table:   aws.String(fmt.Sprintf("contract-%d", time.Now().UnixNano())),
	}
	if _, err := b.c.CreateTable(b.ctx, definition(*b.table)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := b.c.DeleteTable(b.ctx, &dynamodb.DeleteTableInput{TableName: b.table}); err != nil {
			t.Error(err)
		}
	})
	wait := dynamodb.NewTableExistsWaiter(b.c)
	if err := wait.Wait(b.ctx, &dynamodb.DescribeTableInput{TableName: b.table}, time.Minute); err != nil {
		t.Fatal(err)
	}
	return b
}

// definition is a table with keys pk and sk, an index with keys gpk and gsk that projects x, and a
// stream.
func definition(name string) *dynamodb.CreateTableInput {
	keys := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &hash, KeyType: "HASH"}, {AttributeName: &sort, KeyType: "RANGE"}}
	}
	var attrs []types.AttributeDefinition
	for _, a := range []string{"pk", "sk", "gpk", "gsk"} {
		attrs = append(attrs, types.AttributeDefinition{AttributeName: aws.String(a), AttributeType: "S"})
	}
	return &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest, AttributeDefinitions: attrs, KeySchema: keys("pk", "sk"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String(index), KeySchema: keys("gpk", "gsk"),
			Projection: &types.Projection{ProjectionType: "INCLUDE", NonKeyAttributes: []string{"x"}},
		}},
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: "NEW_AND_OLD_IMAGES"},
	}
}

// in returns the bench with a partition of its own.
func (b *bench) in(fact string) *bench {
	c := *b
	c.pk = fact
	return &c
}

func S(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func N(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
func B(s string) types.AttributeValue { return &types.AttributeValueMemberB{Value: []byte(s)} }
func L(v ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: v}
}
func M(m item) types.AttributeValue       { return &types.AttributeValueMemberM{Value: m} }
func SS(s ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: s} }
func NS(s ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: s} }

// key is the key of an item of this bench, of is an item with it.
func (b *bench) key(sk string) item { return item{"pk": S(b.pk), "sk": S(sk)} }

func (b *bench) of(sk string, attrs item) item {
	out := b.key(sk)
	for k, v := range attrs {
		out[k] = v
	}
	return out
}

func (b *bench) put(sk string, attrs item) error {
	_, err := b.c.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: b.table, Item: b.of(sk, attrs)})
	return err
}

// get returns an item without its key, nil if it does not exist.
func (b *bench) get(sk string) (item, error) {
	out, err := b.c.GetItem(b.ctx, &dynamodb.GetItemInput{TableName: b.table, Key: b.key(sk), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	delete(out.Item, "pk")
	delete(out.Item, "sk")
	return out.Item, nil
}

// holds compares an item with the expected one.
func (b *bench) holds(sk string, want item) error {
	got, err := b.get(sk)
	if err != nil {
		return err
	}
	return same(want, got)
}

func same(want, got any) error {
	if d := cmp.Diff(want, got, ignoreOrder()...); d != "" {
		return fmt.Errorf("-want +got:\n%s", d)
	}
	return nil
}

// code requires an error with the given code, and with detail in its message unless it is empty.
func code(err error, want, detail string) error {
	var api smithy.APIError
	switch {
	case err == nil:
		return fmt.Errorf("no error instead of %s", want)
	case !errors.As(err, &api) || api.ErrorCode() != want:
		return fmt.Errorf("want %s, got: %w", want, err)
	case !strings.Contains(api.ErrorMessage(), detail):
		return fmt.Errorf("message %q does not tell of %q", api.ErrorMessage(), detail)
	}
	return nil
}

func invalid(err error) error { return code(err, "ValidationException", "") }
