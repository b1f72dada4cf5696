package admin

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// BuilderOptions are options of NewBuilder. Directory and Store are required.
type BuilderOptions struct {
	Directory tenant.Directory
	Store     scim.Store
	// Settle is how long requests may still use settings from before a change, so that their writes lack the keys of a
	// new index. 0 is 90 seconds: settings are cached for 60, and a request takes less than 30. Negative is none,
	// which is right only if no other process serves the tenants.
	Settle  time.Duration
	Now     func() time.Time       // nil is time.Now
	Changed func(id scim.TenantID) // as Options.Changed
	Logger  *slog.Logger           // nil is slog.Default
}

// defaultSettle is BuilderOptions.Settle by default.
const defaultSettle = 90 * time.Second

// Builder is a Reindexer over a Store that has scim.KeySetter and a Directory that has tenant.Builds. It reads every
// resource of the types that have a pending index, gives it the keys that it lacks, and then says that the index is
// complete. Builders of several processes may build the same index. Safe for concurrent use: one build runs at a
// time, and the others wait. An interrupted build is continued by the next call; a new process begins anew.
type Builder struct {
	o      BuilderOptions
	builds tenant.Builds
	keys   scim.KeySetter
	turn   chan struct{}            // has room for the one that builds
	begun  map[scim.TenantID]*build // that were interrupted; for the one that has the turn
}

var _ Reindexer = (*Builder)(nil)

// NewBuilder returns a Builder, or nil if the Store or the Directory lacks the ability.
func NewBuilder(o BuilderOptions) *Builder {
	keys, sets := o.Store.(scim.KeySetter)
	builds, keeps := o.Directory.(tenant.Builds)
	if !sets || !keeps {
		return nil
	}
	if o.Settle == 0 {
		o.Settle = defaultSettle
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Builder{o: o, builds: builds, keys: keys, turn: make(chan struct{}, 1), begun: map[scim.TenantID]*build{}}
}

// Reindex implements Reindexer. It waits until no request uses the settings of before, and ends a moment before ctx does.
func (b *Builder) Reindex(ctx context.Context, id scim.TenantID, all bool) (IndexReport, error) {
	short, cancel := beforeEnd(ctx)
	defer cancel()
	for {
		r, err := b.o.Directory.Resolve(ctx, id)
		if err != nil {
			return IndexReport{}, err
		}
		wait := time.Duration(0)
		for _, p := range r.Settings.Pending {
			wait = max(wait, b.left(p))
		}
		if wait == 0 {
			return b.once(ctx, short, id, all)
		}
		if async.Sleep(short, wait) != nil {
			return IndexReport{}, ctx.Err()
		}
	}
}

// Pass builds what is due of all tenants: indexes that no request lacks the keys of any more. It leaves those that have
// duplicates to Reindex. It goes on after the failure of a tenant.
func (b *Builder) Pass(ctx context.Context) error {
	ids, err := b.builds.Unbuilt(ctx)
	for _, id := range ids {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r, e := b.o.Directory.Resolve(ctx, id)
		if e == nil && b.due(r.Settings.Pending) {
			_, e = b.once(ctx, ctx, id, false)
		}
		if e != nil && !errors.Is(e, tenant.ErrUnknown) {
			err = errors.Join(err, &TenantError{Tenant: id, Err: e})
		}
	}
	return err
}

// TenantError is a failure of one tenant in the work for several.
type TenantError struct {
	Tenant scim.TenantID
	Err    error
}

func (e *TenantError) Error() string { return "tenant " + e.Tenant.String() + ": " + e.Err.Error() }

// Unwrap returns the failure itself.
func (e *TenantError) Unwrap() error { return e.Err }

// due reports whether all of a list may be built now, and one of them has not been.
func (b *Builder) due(list []tenant.Pending) (due bool) {
	for _, p := range list {
		if b.left(p) > 0 {
			return false
		}
		due = due || p.Duplicates == 0
	}
	return due
}

// left is how long an index has to wait for the requests with the settings of before.
func (b *Builder) left(p tenant.Pending) time.Duration {
	return max(0, p.Since.Add(b.o.Settle).Sub(b.o.Now()))
}

// once begins or continues a build, and works on it until short ends.
func (b *Builder) once(ctx, short context.Context, id scim.TenantID, all bool) (IndexReport, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-short.Done():
		return IndexReport{}, ctx.Err()
	}
	r, err := b.o.Directory.Resolve(ctx, id)
	if err != nil {
		return IndexReport{}, err
	}
	w := b.begun[id]
	if w == nil || !w.continues(&r.Settings, all) {
		if w, err = b.begin(&r.Settings, all); err != nil {
			return IndexReport{}, err
		}
	}
	delete(b.begun, id)
	w.out = IndexReport{}
	if err := w.run(ctx, short); err != nil {
		b.begun[id] = w
		if ctx.Err() == nil && short.Err() != nil { // its time is over
			return w.out, nil
		}
		return w.out, err
	}
	w.out.Done = true
	return w.out, b.finish(ctx, w)
}

// finish keeps that a build is done.
func (b *Builder) finish(ctx context.Context, w *build) error {
	if len(w.pending) == 0 {
		return nil
	}
	done := w.done()
	if err := b.builds.Built(ctx, w.tenant.ID, done); err != nil {
		return err
	}
	if b.o.Changed != nil {
		b.o.Changed(w.tenant.ID)
	}
	for _, p := range done {
		if p.Duplicates > 0 {
			b.o.Logger.WarnContext(ctx, "an index cannot be unique: resources have the value of another one; scimstack tenant reindex lists them",
				"tenant", w.tenant.ID.String(), "type", p.Type, "attribute", p.Attr, "duplicates", p.Duplicates)
			continue
		}
		b.o.Logger.InfoContext(ctx, "an index is complete", "tenant", w.tenant.ID.String(), "type", p.Type, "attribute", p.Attr, "read", w.read)
	}
	return nil
}

// endMargin is left of the time of a call, so that it can report what it has done.
const endMargin = 2 * time.Second

// beforeEnd returns a context that ends before ctx does, if that has an end.
func beforeEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(endMargin, time.Until(end)/2)))
}
