package dynamo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Tenants keeps tenants and their tokens in the table. It implements tenant.Resolver without a
// cache; the Authenticator above it has one. It is safe for concurrent use.
type Tenants struct {
	store   *Store
	version versionGuard
}

var _ tenant.Resolver = (*Tenants)(nil)

// ErrTenantExists is returned by Create for a tenant that exists.
var ErrTenantExists = errors.New("the tenant already exists")

// directory is the partition of the index that lists all tenants. It is the only key outside a
// tenant, and its entries contain the tenants' names alone.
const directory = "TENANTS"

// NewTenants returns the Tenants of an existing table. If now is nil, it is time.Now.
func NewTenants(api API, table string, now func() time.Time) *Tenants {
	return NewTenantsWith(api, Options{Table: table, Now: now})
}

// NewTenantsWith is NewTenants with all options.
func NewTenantsWith(api API, o Options) *Tenants { return &Tenants{store: New(api, o)} }

// Resolve implements tenant.Resolver in one round trip: settings beside tokens, and the first time the
// version of the table beside both. It returns a *VersionError for a table, or for a tenant, of a newer
// build.
func (ts *Tenants) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	reading := async.Start(func() ([]tenant.Token, error) { return ts.tokens(ctx, id) })
	defer func() { _, _ = reading() }() // on every path
	checking := async.Start(func() (bool, error) { return true, ts.version.check(ctx, ts.store) })
	defer func() { _, _ = checking() }() // on every path
	it, err := ts.store.getItem(ctx, settingsKey(id), true)
	if err != nil {
		return nil, err
	}
	tokens, err := reading()
	if err != nil {
		return nil, err
	}
	if _, err := checking(); err != nil {
		return nil, err
	}
	if it == nil || it[attrDeleted] != nil { // a tenant that is being deleted takes no requests
		return nil, tenant.ErrUnknown
	}
	settings, err := readSettings(id, it)
	if err != nil {
		return nil, err
	}
	return &tenant.Record{Settings: settings, Tokens: tokens}, nil
}

// Create adds a tenant, or returns ErrTenantExists, also while one of this name is being deleted. A
// zero CursorKey is replaced by a random one. All indexes of a new tenant are complete.
func (ts *Tenants) Create(ctx context.Context, s tenant.Settings) error {
	if s.CursorKey == [32]byte{} {
		if _, err := rand.Read(s.CursorKey[:]); err != nil {
			return err
		}
	}
	if s.ID.IsZero() {
		return scim.ErrTenantID
	}
	wanted, err := wantedIndexes(s)
	if err != nil {
		return err
	}
	if err := ts.version.check(ctx, ts.store); err != nil {
		return err
	}
	err = ts.putSettings(ctx, s, &settingsWrite{indexes: completeIndexes(wanted), condition: ifAbsent()})
	var failed *conditionFailed
	switch {
	case !errors.As(err, &failed):
		return err
	case failed.current[0][attrDeleted] != nil:
		return fmt.Errorf("%w: it is being deleted; complete its deletion first", ErrTenantExists)
	}
	return ErrTenantExists
}

// Put replaces the settings of a tenant, or returns tenant.ErrUnknown. An index that the new settings
// ask for is built afterwards: by the Consumer, or by Reindex. Resource types that the new settings do
// not name keep their resources, and are deleted with the tenant.
func (ts *Tenants) Put(ctx context.Context, s tenant.Settings) error {
	if s.ID.IsZero() {
		return scim.ErrTenantID
	}
	wanted, err := wantedIndexes(s)
	if err != nil {
		return err
	}
	for round := range maxRounds {
		was, err := ts.readState(ctx, s.ID)
		if err != nil {
			return err
		}
		if was.doc.ask(wanted) {
			was.doc.begin(wanted, ts.store.o.Now().UnixMilli(), false)
		}
		err = ts.putSettings(ctx, s, &settingsWrite{indexes: was.doc, revision: was.revision + 1, ever: was.ever, condition: was.unchanged()})
		var failed *conditionFailed
		if !errors.As(err, &failed) {
			return err
		}
		if err := pause(ctx, round); err != nil {
			return err
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: other processes are changing the settings")}
}

// settingsWrite is what is written with settings, and the condition of the write.
type settingsWrite struct {
	indexes   indexDocument
	revision  int64
	ever      map[string]bool // names of the resource types of earlier settings
	condition expression
}

// putSettings is a transaction for the sake of its token: a repeated try of it neither conflicts
// with an earlier one whose response was lost, nor overwrites what was written since.
func (ts *Tenants) putSettings(ctx context.Context, s tenant.Settings, w *settingsWrite) error {
	doc, err := s.Document()
	if err != nil {
		return err
	}
	indexes, err := json.Marshal(w.indexes)
	if err != nil {
		return err
	}
	it := settingsKey(s.ID).item()
	it["doc"], it["ck"] = bin(doc), bin(s.CursorKey[:])
	it[attrGPK], it[attrGSK] = str(directory), str(s.ID.String())
	it[attrNeeds], it[attrIndexes], it[attrRevision] = num(needs), bin(indexes), num(w.revision)
	ever := everUsed(s.ID, it)
	maps.Copy(ever, w.ever)
	it[attrTypes] = namesOf(ever)
	return ts.store.transact(ctx, []types.TransactWriteItem{ts.store.putAction(it, w.condition)})
}

// List returns the ids of all tenants, ascending, with those whose deletion is not complete. A new tenant
// may be missing for a moment.
func (ts *Tenants) List(ctx context.Context) ([]scim.TenantID, error) {
	var out []scim.TenantID
	var bad error
	err := ts.store.query(ctx, &dynamodb.QueryInput{
		TableName: &ts.store.table, IndexName: aws.String(gsiName),
		KeyConditionExpression: aws.String("GSI1PK = :p"), ExpressionAttributeValues: item{":p": str(directory)},
	}, func(it item) {
		id, err := scim.ParseTenantID(stringOf(it, attrGSK))
		if err != nil {
			bad = fmt.Errorf("dynamo: %q in the list of tenants: %w", stringOf(it, attrGSK), err)
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
		{ConditionCheck: &types.ConditionCheck{TableName: &ts.store.table, Key: settingsKey(id).item(), ConditionExpression: aws.String(notDeleted)}},
		ts.store.putAction(it, expression{}),
	})
	var failed *conditionFailed
	if errors.As(err, &failed) {
		return tenant.ErrUnknown
	}
	return err
}

// tokens returns all tokens of a tenant, with revoked and expired ones, ordered by creation.
func (ts *Tenants) tokens(ctx context.Context, id scim.TenantID) ([]tenant.Token, error) {
	var out []tenant.Token
	err := ts.store.query(ctx, &dynamodb.QueryInput{
		TableName: &ts.store.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: item{":p": str(tokenPK(id))},
	}, func(it item) { out = append(out, readToken(it)) })
	slices.SortStableFunc(out, func(a, b tenant.Token) int { return a.Created.Compare(b.Created) })
	return out, err
}

func readToken(it item) tenant.Token {
	token := tenant.Token{KeyID: stringOf(it, attrSK), Scopes: scim.Scope(numberOf(it, "sc")), UserID: stringOf(it, "us"),
		Created: time.UnixMilli(numberOf(it, "cr")).UTC(), Revoked: numberOf(it, "rv") != 0}
	copy(token.Hash[:], bytesOf(it, "h"))
	if ms := numberOf(it, "ex"); ms != 0 {
		token.Expires = time.UnixMilli(ms).UTC()
	}
	return token
}

// Revoke revokes a token and reports whether it exists. Processes with the tenant in their cache
// accept it for up to one more minute.
func (ts *Tenants) Revoke(ctx context.Context, id scim.TenantID, keyID string) (bool, error) {
	if !storable(keyID) {
		return false, nil
	}
	e := onlyIf(itemExists)
	e.set("rv", e.bind(":one", num(1)))
	_, err := ts.store.updateItem(ctx, tokenKey(id, keyID), e, types.ReturnValueNone)
	var failed *conditionFailed
	if errors.As(err, &failed) {
		if failed.lost { // it may have been revoked, and deleted since
			return false, unknownOutcome()
		}
		return false, nil
	}
	return err == nil, err
}
