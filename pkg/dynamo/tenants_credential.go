package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Attributes of a token, and of a client, which is in the same partition under its id, so that a key names
// one of them, one query reads both and one update touches either.
const (
	attrHash          = "h"
	attrScopes        = "sc"
	attrUser          = "us"
	attrExpires       = "ex"
	attrRevoked       = "rv"
	attrName          = "nm"
	attrIdP           = "idp"
	attrMode          = "mo"
	attrReplacedBy    = "rb"
	attrUsed          = "u"   // of both; the only one that functions write
	attrClient        = "cl"  // client: its document
	attrClientVersion = "clv" // client
)

// credentials returns all tokens and clients of a tenant, with revoked and expired ones.
func (ts *Tenants) credentials(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	r := &tenant.Record{}
	var bad error
	err := ts.store.query(ctx, &dynamodb.QueryInput{
		TableName: &ts.store.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: item{":p": str(tokenPK(id))},
	}, func(it item) {
		switch {
		case it[attrClient] != nil:
			c, err := readClient(it)
			bad = errors.Join(bad, err)
			r.Clients = append(r.Clients, c)
		case it[attrHash] != nil: // otherwise it was made by an update of something that was deleted
			r.Tokens = append(r.Tokens, readToken(it))
		}
	})
	r.Sort()
	return r, errors.Join(err, bad)
}

func readToken(it item) tenant.Token {
	token := tenant.Token{
		KeyID: stringOf(it, attrSK), Name: stringOf(it, attrName), Scopes: scim.Scope(numberOf(it, attrScopes)), UserID: stringOf(it, attrUser),
		Connection: tenant.Connection{IdP: stringOf(it, attrIdP), Mode: tenant.Mode(stringOf(it, attrMode))},
		Created:    time.UnixMilli(numberOf(it, attrCreated)).UTC(), Expires: timeIn(it, attrExpires), Used: timeIn(it, attrUsed),
		ReplacedBy: stringOf(it, attrReplacedBy), Revoked: numberOf(it, attrRevoked) != 0,
	}
	copy(token.Hash[:], bytesOf(it, attrHash))
	return token
}

func readClient(it item) (tenant.Client, error) {
	c, err := tenant.ParseClient(stringOf(it, attrSK), bytesOf(it, attrClient))
	c.Used, c.Version = timeIn(it, attrUsed), numberOf(it, attrClientVersion)
	return c, err
}

// timeIn is a time in milliseconds, zero if there is none.
func timeIn(it item, attr string) time.Time {
	if ms := numberOf(it, attr); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// tokenChange are the attributes of a change; an empty value removes one.
func tokenChange(c tenant.TokenChange) expression {
	var e expression
	e.assignString(attrName, c.Name)
	e.assignString(attrReplacedBy, c.ReplacedBy)
	if c.Connection != nil {
		mode := string(c.Connection.Mode)
		e.assignString(attrIdP, &c.Connection.IdP)
		e.assignString(attrMode, &mode)
	}
	if c.Scopes != nil {
		e.set(attrScopes, e.bind(":"+attrScopes, num(int64(*c.Scopes))))
	}
	if c.Expires != nil {
		e.assignTime(attrExpires, *c.Expires)
	}
	if c.Revoked != nil {
		var revoked int64
		if *c.Revoked {
			revoked = 1
		}
		e.set(attrRevoked, e.bind(":"+attrRevoked, num(revoked)))
	}
	return e
}

// assignString sets an attribute, or removes it for "". nil leaves it.
func (e *expression) assignString(attr string, s *string) {
	switch {
	case s == nil:
	case *s == "":
		e.removes = append(e.removes, attr)
	default:
		e.set(attr, e.bind(":"+attr, str(*s)))
	}
}

// assignTime sets an attribute, or removes it for the zero time.
func (e *expression) assignTime(attr string, t time.Time) {
	if t.IsZero() {
		e.removes = append(e.removes, attr)
		return
	}
	e.set(attr, e.bind(":"+attr, num(t.UnixMilli())))
}

// credentialWrite is one action on a credential of a tenant that exists.
type credentialWrite struct {
	action types.TransactWriteItem
	// raises: a build that does not know what is written must not serve the tenant.
	raises bool
	// failed says what a condition of the action that does not hold means. found is the item, or nil.
	failed func(found item) error
}

// writeCredential carries out a write in a transaction with a check of the settings.
func (ts *Tenants) writeCredential(ctx context.Context, id scim.TenantID, w credentialWrite) error {
	check := ts.store.checkAction(settingsKey(id), onlyIf(notDeleted))
	if w.raises {
		e := onlyIf(notDeleted)
		e.require("(" + absent(attrNeeds) + " OR " + attrNeeds + " <= " + e.bind(":need", num(needs)) + ")")
		e.set(attrNeeds, ":need")
		e.returnOld = true
		check = ts.store.updateAction(settingsKey(id), e)
	}
	err := ts.store.transact(ctx, []types.TransactWriteItem{check, w.action})
	var failed *conditionFailed
	if !errors.As(err, &failed) {
		return err
	}
	if settings, ok := failed.current[0]; ok {
		if settings[attrDeleted] != nil {
			return tenant.ErrUnknown
		}
		if err := checkNeeds("the settings of tenant "+id.String(), settings); err != nil {
			return err
		}
		return tenant.ErrUnknown
	}
	return w.failed(failed.current[1])
}
