package dynamo

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/aws/smithy-go"
)

// The format of the table: what is stored, and how. A table without a version item has format 1.
const (
	// format is the format that this build writes. 2 added the states of indexes,
	// 3 clients and the settings of connections.
	format = 3
	// needs is the lowest format of builds that may use what this build writes.
	needs = 3
	// oldest is the lowest format that this build reads.
	oldest = 1
)

// Attributes of the version item. The settings of a tenant have attrNeeds too.
const (
	attrFormat = "f"    // the format that the table has been brought to
	attrNeeds  = "need" // the lowest format of builds that may use the table, or the tenant
)

// VersionError says that a build must not use a table, or an item in it: it would misread it.
type VersionError struct {
	What   string // "the table", "the settings of tenant acme", …
	Format int64  // its format
	Codec  int64  // of an item that has no format: how its document is encoded
	Newer  bool   // a newer build is needed; otherwise the table must be upgraded first
}

func (e *VersionError) Error() string {
	if e.Codec != 0 {
		return fmt.Sprintf("dynamo: %s has codec %d, and this build knows codec %d: use the build that wrote it, or a later one (see docs/how-to/upgrade.md)", e.What, e.Codec, codec)
	}
	if e.Newer {
		return fmt.Sprintf("dynamo: %s has format %d, and this build knows formats %d to %d: use a build that knows format %d (see docs/how-to/upgrade.md)",
			e.What, e.Format, oldest, format, e.Format)
	}
	return fmt.Sprintf("dynamo: %s has format %d, and this build knows formats %d to %d: upgrade it with the last build that knows format %d, by scimstack table reindex (see docs/how-to/upgrade.md)",
		e.What, e.Format, oldest, format, e.Format)
}

// checkNeeds returns a *VersionError for what needs a newer build. What older builds left needs 0.
func checkNeeds(what string, it item) error {
	if n := numberOf(it, attrNeeds); n > format {
		return &VersionError{What: what, Format: n, Newer: true}
	}
	return nil
}

// CheckVersion returns a *VersionError if this build must not use a table. It is one read.
func CheckVersion(ctx context.Context, api API, table string) error {
	return New(api, Options{Table: table}).checkVersion(ctx)
}

func (s *Store) checkVersion(ctx context.Context) error {
	it, err := s.getItem(ctx, versionKey(), true)
	if err != nil || it == nil {
		return ignoreDenied(err)
	}
	if err := checkNeeds("the table", it); err != nil {
		return err
	}
	if has := numberOf(it, attrFormat); has < oldest {
		return &VersionError{What: "the table", Format: has}
	}
	return nil
}

// ignoreDenied: a role that reaches the items of some tenants only has the format in their settings.
func ignoreDenied(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException" {
		return nil
	}
	return err
}

// Upgrade writes the format of this build into the version item. Builds that do not know it refuse the
// table from then on. It returns a *VersionError, and writes nothing, if the table is newer.
func Upgrade(ctx context.Context, api API, table string) error {
	s := New(api, Options{Table: table})
	if err := s.checkVersion(ctx); err != nil {
		return err
	}
	var e expression
	e.require(absent(attrFormat) + " OR " + attrFormat + " < " + e.bind(":f", num(format)))
	return ignoreFailedCondition(s.putItem(ctx, versionItem(), e))
}

// versionItem is the version item of this build.
func versionItem() item {
	it := versionKey().item()
	it[attrFormat], it[attrNeeds] = num(format), num(needs)
	return it
}

// versionGuard checks the version of the table once in a process: with the first request, beside its
// other reads. A table that was refused is checked again with the next request.
type versionGuard struct{ passed atomic.Bool }

func (g *versionGuard) check(ctx context.Context, s *Store) error {
	if g.passed.Load() {
		return nil
	}
	err := s.checkVersion(ctx)
	g.passed.Store(err == nil)
	return err
}
