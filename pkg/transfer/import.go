package transfer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// ImportOptions are options of Import. The zero value is usable.
type ImportOptions struct {
	// As is the name of the tenant, if it is not that of the file: for a rehearsal, for instance. Credentials and
	// webhooks are left out then, because tokens name their tenant.
	As            scim.TenantID
	NoCredentials bool // leave tokens and OAuth clients out: those of the place stay as they are
	// Webhooks makes the webhooks of the file, after all else, so that they get what happens from then on. Without it
	// none is made: while the old place still sends facts, receivers would get them twice.
	Webhooks bool
	DryRun   bool // write nothing, and return what would be written
	// Confirm is asked before an import over a tenant writes what may be a mistake, with the reasons. nil refuses.
	Confirm func(what *Imported, reasons []string) bool
	// Wait is how long after a tenant was paused nothing is written, because other processes may still serve it. 0 is
	// SettleWait; negative: no other process serves the tenant.
	Wait time.Duration
	Lag  time.Duration // see ExportOptions
	// Lease is how long the tenant is held for this import without a sign of life; 0 is 20 seconds. An import after one
	// that was killed waits so long.
	Lease   time.Duration
	Workers int              // writes at the same time; 0 is 8
	Actor   string           // who imports, for the facts of the feed
	Now     func() time.Time // nil is time.Now
	// Progress is called now and then, from one goroutine.
	Progress func(Progress)
}

// SettleWait is how long after a change of settings processes may use those of before.
const SettleWait = 90 * time.Second

const workers = 8

// Errors of Import.
var (
	// ErrBusy is returned while another import works at the tenant, or was ended within the last half minute.
	ErrBusy = errors.New("another import works at the tenant, or was stopped less than a minute ago; repeat the import")
	// ErrChanged is returned when the settings or credentials of the tenant were changed during the import. The tenant
	// stays paused; the import is repeated.
	ErrChanged = errors.New("the settings or credentials of the tenant were changed by another during the import; repeat it")
	// ErrIncomplete is returned with what was done when not all of the file could be imported: Imported.Clashes. The
	// tenant stays paused. The file of a later export may not have the clash.
	ErrIncomplete = errors.New("not all of the file was imported, and the tenant stays paused: values that are unique belong to two resources of the file; export the tenant again, and import that file")
)

// StoppedError says that an import has ended before it was complete. What it has written stays, and the tenant stays
// paused, until the import is repeated.
type StoppedError struct{ Cause error }

func (e *StoppedError) Error() string {
	return "the import is not complete, and the tenant stays paused until it is repeated: " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *StoppedError) Unwrap() error { return e.Cause }

// UnconfirmedError says why an import over a tenant was not begun. Nothing was written.
type UnconfirmedError struct {
	What    *Imported // what it would do
	Reasons []string
}

func (e *UnconfirmedError) Error() string {
	text := "the import was not confirmed:"
	for i, r := range e.Reasons {
		text += map[bool]string{false: ";", true: ""}[i == 0] + " " + r
	}
	return text
}

// Import makes a tenant of a place equal to a file: it creates, changes and removes what differs, and writes nothing
// else. The whole file is checked before anything is written; it is read twice or three times.
//
// A tenant that is not there is made, paused until the import is complete. A tenant that is there is paused meanwhile,
// and compared first: with ImportOptions.Confirm the caller decides where the import may be a mistake. That is so if the
// tenant was not made by an import, or was changed by others since the last one, and if much is removed.
//
// An import that was interrupted at any time is repeated with the same file or a later one, and goes on.
//
//	*FileError         the file cannot be imported; nothing was written
//	*UnconfirmedError  nothing was written
//	*StoppedError      something was written; of ErrBusy, ErrChanged, the end of ctx, or an error of the place
//	ErrIncomplete      something was written
//	tenant.ErrExists   the tenant of this name is being deleted
//
// After any other error, such as ErrBusy, nothing was written.
func Import(ctx context.Context, to Place, file io.ReadSeeker, o ImportOptions) (*Imported, error) {
	o = o.complete()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	began := o.Now()
	c, err := check(ctx, file, o.As, o.Progress)
	if err != nil {
		return nil, err
	}
	i := &importer{Place: to, o: o, id: c.settings.ID, file: c, r: file, began: began}
	had, err := to.Directory.Resolve(ctx, i.id)
	if err != nil && !errors.Is(err, tenant.ErrUnknown) {
		return nil, err
	}
	work := i.over
	if had == nil && !o.DryRun {
		work = i.create
	}
	return work(ctx, had)
}

func (o ImportOptions) complete() ImportOptions {
	o.NoCredentials = o.NoCredentials || !o.As.IsZero()
	o.Webhooks = o.Webhooks && o.As.IsZero()
	o.Wait, o.Lease, o.Workers = cmp.Or(o.Wait, SettleWait), cmp.Or(o.Lease, usualLease), cmp.Or(o.Workers, workers)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// importer is one import.
type importer struct {
	Place
	o     ImportOptions
	id    scim.TenantID
	file  *content
	r     io.ReadSeeker
	began time.Time
	lock  *lock

	dry   bool // count, and write nothing
	out   *Imported
	tally *tally
	done  int64
	later *later
}

// start begins to count.
func (i *importer) start(dry bool) {
	i.dry, i.done = dry, 0
	i.out = &Imported{Header: i.file.head, Into: i.id.String(), Began: i.began}
	i.tally, i.later = newTally(i.out), &later{}
	kinds := []string{KindSettings}
	for _, rt := range i.file.tenant.Types.List {
		kinds = append(kinds, rt.Name)
	}
	for _, name := range append(kinds, KindMembers, KindTokens, KindClients, KindWebhooks) {
		i.tally.equal(name, 0) // in this order
	}
}

// create makes the tenant.
func (i *importer) create(ctx context.Context, _ *tenant.Record) (*Imported, error) {
	s := i.halted(i.file.settings)
	if err := i.Directory.Create(ctx, s); err != nil {
		if _, missing := i.Directory.Resolve(ctx, i.id); errors.Is(err, tenant.ErrExists) && missing == nil {
			return nil, ErrBusy // made since this one looked
		}
		return nil, err
	}
	ctx, free, err := i.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer free()
	i.start(false)
	i.out.New = true
	i.tally.add(actionCreate, KindSettings, i.id.String(), 1)
	return i.apply(ctx, &tenant.Record{Settings: s})
}

// over imports over a tenant that is there, or says what would be imported (DryRun).
func (i *importer) over(ctx context.Context, had *tenant.Record) (*Imported, error) {
	if had == nil {
		had = &tenant.Record{}
	} else {
		held, free, err2 := i.hold(ctx)
		if err2 != nil {
			return nil, err2
		}
		defer free()
		ctx = held
		if err := async.Sleep(ctx, i.o.Lag); err != nil { // pages may lack what an import wrote that has just ended
			return nil, err
		}
	}
	plan, err := i.plan(ctx, had)
	if err != nil || i.o.DryRun {
		return plan, err
	}
	if _, unfinished := i.interrupted(&had.Settings); !plan.Differs() && !unfinished {
		plan.Paused, plan.Ended = had.Settings.Paused, i.o.Now()
		return plan, nil
	}
	reasons, err := i.doubts(ctx, had, plan)
	if err != nil {
		return nil, err
	}
	if len(reasons) > 0 && (i.o.Confirm == nil || !i.o.Confirm(plan, reasons)) {
		return nil, &UnconfirmedError{plan, reasons}
	}
	if err := i.pause(ctx, had); err != nil {
		return nil, err
	}
	i.start(false)
	return i.apply(ctx, had)
}

// plan counts what would be written.
func (i *importer) plan(ctx context.Context, had *tenant.Record) (*Imported, error) {
	i.start(true)
	i.out.New = had.Settings.ID.IsZero()
	if err := i.compareSettings(had); err != nil {
		return nil, err
	}
	if err := i.removeTypes(ctx, had); err != nil {
		return nil, err
	}
	if err := i.directory(ctx); err != nil {
		return nil, err
	}
	if err := i.credentials(ctx, had); err != nil {
		return nil, err
	}
	err := i.webhooks(ctx)
	i.tally.sort()
	i.out.Ended = i.o.Now()
	return i.out, err
}

// apply writes what differs. The tenant is paused, and held.
func (i *importer) apply(ctx context.Context, had *tenant.Record) (*Imported, error) {
	out, err := i.writeAll(ctx, had)
	if err != nil && !errors.Is(err, ErrIncomplete) {
		if errors.Is(context.Cause(ctx), ErrBusy) {
			err = ErrBusy
		}
		return nil, &StoppedError{err}
	}
	return out, err
}

func (i *importer) writeAll(ctx context.Context, had *tenant.Record) (*Imported, error) {
	if err := i.removeTypes(ctx, had); err != nil {
		return nil, err
	}
	if !i.out.New {
		if err := i.compareSettings(had); err != nil {
			return nil, err
		}
		if err := i.put(ctx, i.halted(i.file.settings)); err != nil {
			return nil, err
		}
	}
	if err := i.directory(ctx); err != nil {
		return nil, err
	}
	now, err := i.Directory.Resolve(ctx, i.id)
	if err != nil {
		return nil, err
	}
	if err := i.credentials(ctx, now); err != nil {
		return nil, err
	}
	return i.finish(ctx)
}

// finish lets the tenant be served, after its feed begins anew and its webhooks are there.
func (i *importer) finish(ctx context.Context) (*Imported, error) {
	i.tally.sort()
	i.out.Ended = i.o.Now()
	if len(i.out.Clashes) > 0 {
		i.out.Paused = i.reason(i.began)
		return i.out, ErrIncomplete
	}
	if err := i.restart(ctx); err != nil {
		return nil, err
	}
	if err := i.webhooks(ctx); err != nil {
		return nil, err
	}
	if err := i.lock.mark(ctx, i.out.Feed); err != nil {
		return nil, err
	}
	i.out.Paused = i.file.settings.Paused
	i.out.Ended = i.o.Now()
	return i.out, i.put(ctx, i.file.settings)
}
