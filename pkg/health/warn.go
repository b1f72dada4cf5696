package health

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Ending is the warning that a credential of a tenant ends soon.
type Ending struct {
	Tenant scim.TenantID
	tenant.Warning
	IdP string
	Due time.Time // when the credential came within Days of its end, or was made, if that is later
}

// Warn appends a record (activity.EntryExpiry) to the log for each warning of a Sum that it does not have yet, and
// returns these. So a credential has one record at 30, 14, 3 and 1 days before its end, however often
// and by however many processes Warn is called: the id of a record follows from its credential, the
// end and the days. A warning that was never due while Warn was called has no record; the next one has.
//
// An error does not keep the warnings of other credentials from the log.
func Warn(ctx context.Context, log activity.Log, sum Sum) (written []Ending, err error) {
	for i := range sum.Ending {
		r := sum.Ending[i].Record()
		_, failed := log.Get(ctx, r.Tenant, r.ID)
		if failed == nil {
			continue
		}
		if errors.Is(failed, activity.ErrNotFound) {
			failed = log.Append(ctx, r)
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("the warning about %s of tenant %s: %w", r.Resource, r.Tenant, failed))
			continue
		}
		written = append(written, sum.Ending[i])
	}
	return written, err
}

// Record is the record of a warning.
func (e Ending) Record() activity.Record {
	operation := "token.expiring"
	switch {
	case e.Secret:
		operation = "secret.expiring"
	case e.Client:
		operation = "client.expiring"
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s\x00%s\x00%d\x00%d", e.Tenant, e.Key, e.Expires.UnixMicro(), e.Days)))
	id := activity.NewID(e.Due)
	values := map[string]any{"expires": e.Expires.UTC().Format(time.RFC3339), "days": e.Days}
	if e.Name != "" {
		values["name"] = e.Name
	}
	return activity.Record{
		ID: id[:14] + hex.EncodeToString(sum[:])[:10], Time: e.Due.UTC(), Tenant: e.Tenant, IdP: e.IdP, Entry: activity.EntryExpiry,
		Operation: operation, Resource: e.Key, Status: http.StatusOK,
		Values: values,
	}
}

// String says what ends, and when.
func (e Ending) String() string {
	thing := "token"
	switch {
	case e.Secret:
		thing = "last secret of the client"
	case e.Client:
		thing = "client"
	}
	name := strings.TrimSpace(e.Key + " " + e.Name)
	return fmt.Sprintf("the %s %s of tenant %s ends on %s", thing, name, e.Tenant, e.Expires.UTC().Format(time.DateOnly))
}

// endings are the warnings that are due for a tenant, with the times since when.
func endings(r *tenant.Record, now time.Time) []Ending {
	made := map[string]time.Time{}
	idp := map[string]string{}
	for i := range r.Tokens {
		t := &r.Tokens[i]
		made[t.KeyID], idp[t.KeyID] = t.Created, or(t.IdP, r.Settings.IdP)
	}
	for i := range r.Clients {
		c := &r.Clients[i]
		made[c.ID], idp[c.ID] = c.Created, or(c.IdP, r.Settings.IdP)
	}
	warnings := r.Warnings(now)
	out := make([]Ending, len(warnings))
	for i, w := range warnings {
		due := latest(w.Expires.Add(-time.Duration(w.Days)*day), made[w.Key])
		out[i] = Ending{Tenant: r.Settings.ID, Warning: w, IdP: idp[w.Key], Due: due}
	}
	return out
}
