package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Tenants keeps tenants and their tokens in the table. It is a tenant.Resolver: the
// Authenticator over it caches. Safe for concurrent use.
type Tenants struct{ store *Store }

var _ tenant.Resolver = (*Tenants)(nil)

// ErrTenantExists is returned when a tenant is created twice.
var ErrTenantExists = errors.New("the tenant exists already")

// directory is the partition of the index that lists all tenants. It is the only key that
// belongs to no tenant, and holds nothing but their names.
const directory = "TENANTS"

// NewTenants makes Tenants on an existing table; now may be nil.
func NewTenants(api API, table string, now func() time.Time) *Tenants {
	return &Tenants{store: New(api, Options{Table: table, Now: now})}
}

// Resolve implements tenant.Resolver: settings and tokens in one round trip.
func (ts *Tenants) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	reading := async.Start(func() ([]tenant.Token, error) { return ts.Tokens(ctx, id) })
	defer func() { _, _ = reading() }() // on every path
	it, err := ts.store.getItem(ctx, settingsKey(id), true)
	if err != nil {
		return nil, err
	}
	tokens, err := reading()
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, tenant.ErrUnknown
	}
	settings, err := readSettings(id, it)
	if err != nil {
		return nil, err
	}
	return &tenant.Record{Settings: settings, Tokens: tokens}, nil
}

// Create adds a tenant. A CursorKey that is zero is made.
func (ts *Tenants) Create(ctx context.Context, s tenant.Settings) error {
	if s.CursorKey == [32]byte{} {
		if _, err := rand.Read(s.CursorKey[:]); err != nil {
			return err
		}
	}
	err := ts.putSettings(ctx, s, "attribute_not_exists(PK)")
	var r *refused
	if errors.As(err, &r) {
		return ErrTenantExists
	}
	return err
}

// Put replaces the settings of a tenant, or returns tenant.ErrUnknown.
func (ts *Tenants) Put(ctx context.Context, s tenant.Settings) error {
	err := ts.putSettings(ctx, s, "attribute_exists(PK)")
	var r *refused
	if errors.As(err, &r) {
		return tenant.ErrUnknown
	}
	return err
}

func (ts *Tenants) putSettings(ctx context.Context, s tenant.Settings, cond string) error {
	if s.ID.IsZero() {
		return scim.ErrTenantID
	}
	doc, err := marshalSettings(s)
	if err != nil {
		return err
	}
	it := settingsKey(s.ID).item()
	it["doc"], it["ck"] = bin(doc), bin(s.CursorKey[:])
	it[attrGPK], it[attrGSK] = str(directory), str(s.ID.String())
	return retry(ctx, func() error {
		_, err := ts.store.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &ts.store.table, Item: it, ConditionExpression: &cond})
		return err
	})
}

// List gives the names of all tenants, in order. A tenant shows a moment after its creation.
func (ts *Tenants) List(ctx context.Context) ([]scim.TenantID, error) {
	var out []scim.TenantID
	var bad error
	err := ts.store.query(ctx, &dynamodb.QueryInput{
		TableName: &ts.store.table, IndexName: aws.String(gsiName),
		KeyConditionExpression: aws.String("GSI1PK = :p"), ExpressionAttributeValues: item{":p": str(directory)},
	}, func(it item) {
		id, err := scim.ParseTenantID(textOf(it, attrGSK))
		if err != nil {
			bad = fmt.Errorf("dynamo: %q in the list of tenants: %w", textOf(it, attrGSK), err)
		}
		out = append(out, id)
	})
	return out, errors.Join(err, bad)
}

// AddToken adds a token to a tenant, or returns tenant.ErrUnknown.
func (ts *Tenants) AddToken(ctx context.Context, id scim.TenantID, token tenant.Token) error {
	it := tokenKey(id, token.KeyID).item()
	it["h"], it["sc"] = bin(token.Hash[:]), num(int64(token.Scopes))
	created := token.Created
	if created.IsZero() {
		created = ts.store.o.Now()
	}
	it["cr"] = num(created.UnixMilli())
	if !token.Expires.IsZero() {
		it["ex"] = num(token.Expires.UnixMilli())
	}
	if token.UserID != "" {
		it["us"] = str(token.UserID)
	}
	if token.Revoked {
		it["rv"] = num(1)
	}
	err := ts.store.transact(ctx, []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{TableName: &ts.store.table, Key: settingsKey(id).item(), ConditionExpression: aws.String("attribute_exists(PK)")}},
		{Put: &types.Put{TableName: &ts.store.table, Item: it}},
	})
	var r *refused
	if errors.As(err, &r) {
		return tenant.ErrUnknown
	}
	return err
}

// Tokens gives the tokens of a tenant, revoked and expired ones among them.
func (ts *Tenants) Tokens(ctx context.Context, id scim.TenantID) ([]tenant.Token, error) {
	var out []tenant.Token
	err := ts.store.query(ctx, &dynamodb.QueryInput{
		TableName: &ts.store.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: item{":p": str(tokenPK(id))},
	}, func(it item) { out = append(out, readToken(it)) })
	slices.SortStableFunc(out, func(a, b tenant.Token) int { return a.Created.Compare(b.Created) })
	return out, err
}

func readToken(it item) tenant.Token {
	token := tenant.Token{KeyID: textOf(it, attrSK), Scopes: scim.Scope(numberOf(it, "sc")), UserID: textOf(it, "us"),
		Created: time.UnixMilli(numberOf(it, "cr")).UTC(), Revoked: numberOf(it, "rv") != 0}
	copy(token.Hash[:], bytesOf(it, "h"))
	if ms := numberOf(it, "ex"); ms != 0 {
		token.Expires = time.UnixMilli(ms).UTC()
	}
	return token
}

// Revoke ends a token; it reports whether there was one. Processes that have the tenant in
// their cache accept it for up to a minute more.
func (ts *Tenants) Revoke(ctx context.Context, id scim.TenantID, keyID string) (bool, error) {
	if !storable(keyID) {
		return false, nil
	}
	err := retry(ctx, func() error {
		_, err := ts.store.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &ts.store.table, Key: tokenKey(id, keyID).item(),
			UpdateExpression: aws.String("SET rv = :one"), ConditionExpression: aws.String("attribute_exists(PK)"),
			ExpressionAttributeValues: item{":one": num(1)}})
		return err
	})
	var r *refused
	if errors.As(err, &r) {
		return false, nil
	}
	return err == nil, err
}
