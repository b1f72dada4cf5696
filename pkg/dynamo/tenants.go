package dynamo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Tenants keeps tenants and their credentials in the table. It implements tenant.Directory without a
// cache; the Authenticator above it has one. It is safe for concurrent use.
type Tenants struct {
	store   *Store
	version versionGuard
}

var _ tenant.Directory = (*Tenants)(nil)

// directory is the partition of the index that lists all tenants. It is the only key outside a
// tenant, and its entries contain the tenants' names alone.
const directory = "TENANTS"

// NewTenants returns the Tenants of an existing table. If now is nil, it is time.Now.
func NewTenants(api API, table string, now func() time.Time) *Tenants {
	return NewTenantsWith(api, Options{Table: table, Now: now})
}

// NewTenantsWith is NewTenants with all options.
func NewTenantsWith(api API, o Options) *Tenants { return &Tenants{store: New(api, o)} }

// Resolve implements tenant.Resolver in one round trip: settings beside credentials, and the first time the
// version of the table beside both. It returns a *VersionError for a table, or for a tenant, of a newer
// build.
func (ts *Tenants) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	if id.IsZero() {
		return nil, tenant.ErrUnknown
	}
	reading := async.Start(func() (*tenant.Record, error) { return ts.credentials(ctx, id) })
	defer func() { _, _ = reading() }() // on every path
	checking := async.Start(func() (bool, error) { return true, ts.version.check(ctx, ts.store) })
	defer func() { _, _ = checking() }() // on every path
	it, err := ts.store.getItem(ctx, settingsKey(id), true)
	if err != nil {
		return nil, err
	}
	r, err := reading()
	if err != nil {
		return nil, err
	}
	if _, err := checking(); err != nil {
		return nil, err
	}
	if it == nil || it[attrDeleted] != nil { // a tenant that is being deleted takes no requests
		return nil, tenant.ErrUnknown
	}
	r.Settings, err = readSettings(id, it)
	return r, err
}

// Create implements tenant.Directory. All indexes of a new tenant are complete.
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
	s.Version = 1
	err = ts.putSettings(ctx, s, &settingsWrite{indexes: completeIndexes(wanted), condition: ifAbsent()})
	var failed *conditionFailed
	switch {
	case err == nil:
		return ts.store.goOn(ctx, s.ID)
	case !errors.As(err, &failed):
		return err
	case failed.current[0][attrDeleted] != nil:
		return fmt.Errorf("%w: it is being deleted; complete its deletion first", tenant.ErrExists)
	}
	return tenant.ErrExists
}

// Put implements tenant.Directory. The version counts the calls of Put alone: building an index changes
// the item too, and must not make an operator's change fail. An index that the new settings
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
		if s.Version != 0 && s.Version != was.settings.Version {
			return tenant.ErrChanged
		}
		next := s
		next.Version = was.settings.Version + 1
		if s.CursorKey == [32]byte{} {
			next.CursorKey = was.settings.CursorKey
		}
		if was.doc.ask(wanted) {
			was.doc.begin(wanted, ts.store.o.Now().UnixMilli(), false)
		}
		err = ts.putSettings(ctx, next, &settingsWrite{indexes: was.doc, revision: was.revision + 1, ever: was.ever, condition: was.unchanged()})
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
	it["doc"], it["ck"], it[attrSettingsVersion] = bin(doc), bin(s.CursorKey[:]), num(s.Version)
	it[attrGPK], it[attrGSK] = str(directory), str(s.ID.String())
	it[attrNeeds], it[attrIndexes], it[attrRevision] = num(needs), bin(indexes), num(w.revision)
	ever := everUsed(s.ID, it)
	maps.Copy(ever, w.ever)
	it[attrTypes] = namesOf(ever)
	return ts.store.transact(ctx, []types.TransactWriteItem{ts.store.putAction(it, w.condition)})
}

// Names implements tenant.Directory, over the index.
func (ts *Tenants) Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error) {
	in := &dynamodb.QueryInput{
		TableName: &ts.store.table, IndexName: aws.String(gsiName),
		KeyConditionExpression: aws.String("GSI1PK = :p"), ExpressionAttributeValues: item{":p": str(directory)},
	}
	if after != "" {
		in.KeyConditionExpression = aws.String("GSI1PK = :p AND GSI1SK > :a")
		in.ExpressionAttributeValues[":a"] = str(after)
	}
	var out []scim.TenantID
	for len(out) < limit {
		in.Limit = aws.Int32(int32(min(limit-len(out), 1000)))
		page, err := ts.store.queryPage(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			id, err := scim.ParseTenantID(stringOf(it, attrGSK))
			if err != nil {
				return out, fmt.Errorf("dynamo: %q in the list of tenants: %w", stringOf(it, attrGSK), err)
			}
			out = append(out, id)
		}
		if in.ExclusiveStartKey = page.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	return out, nil
}
