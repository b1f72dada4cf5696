package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// ExportOptions are options of Export. The zero value is usable.
type ExportOptions struct {
	NoCredentials bool // leave tokens and OAuth clients out
	// Lag is how long after a write its facts may come into the feed of the store, and pages of List may lack it. Export
	// waits so long before it reads, and before it takes the feed to be complete. Stores that write both at once need
	// none; the one of DynamoDB needs some seconds.
	Lag time.Duration
	Dir string           // of temporary files, about as large as the tenant; "" is os.TempDir
	Now func() time.Time // nil is time.Now
	// Progress is called now and then, from one goroutine.
	Progress func(Progress)
}

// Progress is how far an export or an import is.
type Progress struct {
	Step string // what is done, for people: "reading", "reading again what has changed", "writing", …
	Done int64  // resources and lines of members
	Of   int64  // of all, 0 if that is not known
}

// Exported is what Export has written.
type Exported struct {
	Header
	Types   []TypeCount `json:"types"`
	Members int64       `json:"members"` // memberships
	Tokens  int         `json:"tokens"`
	Clients int         `json:"clients"`
	Hooks   int         `json:"webhookCount"`
	Again   int64       `json:"again"` // resources that were changed meanwhile and read again
	Bytes   int64       `json:"bytes"`
}

// TypeCount is how many resources of a type there are.
type TypeCount struct {
	Type  string `json:"type"`
	Count int64  `json:"count"`
}

// Errors of Export.
var (
	// ErrUnsettled is returned when the settings of a tenant change again and again while it is read, or its feed is restarted.
	ErrUnsettled = errors.New("the settings or the feed of the tenant were changed again and again while it was exported; export it again when they are not")
	// ErrImporting is returned for a tenant that an import has not completed: it lacks what is not imported yet.
	ErrImporting = errors.New("an import of the tenant is not complete; repeat it first")
	// ErrIndex is returned for a tenant with a unique index that is not complete: two of its resources may have the same
	// value, which no new place accepts.
	ErrIndex = errors.New("a unique index of the tenant is not complete; build it first, and change one of each pair of duplicates")
)

// settleTries is how often an export begins anew because the settings have changed.
const settleTries = 3

// Export writes a tenant of a place to w, and returns what it has written. It changes nothing, and may run while the
// tenant is served: what changes meanwhile is read again, until nothing has changed since. Nothing is written to w
// before the tenant is read; after an error what was written ends without its last line, and Import refuses it.
//
//	tenant.ErrUnknown  there is no such tenant
//	ErrUnsettled, ErrImporting, ErrIndex
func Export(ctx context.Context, from Place, id scim.TenantID, w io.Writer, o ExportOptions) (*Exported, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	for range settleTries {
		out, err := exportOnce(ctx, from, id, w, o)
		if !errors.Is(err, ErrUnsettled) {
			return out, err
		}
	}
	return nil, ErrUnsettled
}

func exportOnce(ctx context.Context, from Place, id scim.TenantID, w io.Writer, o ExportOptions) (*Exported, error) {
	began := o.Now()
	record, err := from.Directory.Resolve(ctx, id)
	if err != nil {
		return nil, err
	}
	e, err := newExport(from, record, o)
	if err != nil {
		return nil, err
	}
	defer e.close()
	if err := e.read(ctx); err != nil {
		return nil, err
	}
	again, err := from.Directory.Resolve(ctx, id) // with the credentials of the end
	if err != nil {
		return nil, err
	}
	if again.Settings.Version != record.Settings.Version {
		return nil, ErrUnsettled
	}
	e.out.Header = Header{
		Format: Format, Tenant: id.String(), Time: milli(began), Source: from.Name, Position: e.position, Settled: e.settled,
		Credentials: !o.NoCredentials, Webhooks: from.Webhooks != nil && !o.NoCredentials,
	}
	return &e.out, e.write(ctx, again, w)
}

// export is one export.
type export struct {
	Place
	o      ExportOptions
	id     scim.TenantID
	tenant *scim.Tenant

	resources, members, changed *spool
	overlay                     map[ref]patch // what was read again, in changed

	position int64
	settled  bool
	done     int64
	line     []byte
	out      Exported
}

// patch is the last state of a resource that has changed during the export.
type patch struct {
	resource, members span // in changed; an empty resource is one that is gone
}

func newExport(from Place, r *tenant.Record, o ExportOptions) (*export, error) {
	if strings.HasPrefix(r.Settings.Paused, reasonBegin) {
		return nil, ErrImporting
	}
	t, err := r.Settings.Tenant()
	if err != nil {
		return nil, err
	}
	for _, ix := range engine.Indexes(t) {
		if ix.Unique && !t.Indexes.Unique(ix.Type, ix.Attr) {
			return nil, fmt.Errorf("%s of %s: %w", ix.Attr, ix.Type, ErrIndex)
		}
	}
	e := &export{Place: from, o: o, id: r.Settings.ID, tenant: t, overlay: map[ref]patch{}}
	for _, s := range []**spool{&e.resources, &e.members, &e.changed} {
		if *s, err = newSpool(o.Dir); err != nil {
			e.close()
			return nil, err
		}
	}
	return e, nil
}

func (e *export) close() {
	for _, s := range []*spool{e.resources, e.members, e.changed} {
		if s != nil {
			s.close()
		}
	}
}

// read reads all that the tenant has, and again what changes meanwhile.
func (e *export) read(ctx context.Context) error {
	feed, last := e.feed(ctx, e.id) // before anything is read
	e.position = last
	if feed != nil {
		if err := async.Sleep(ctx, e.o.Lag); err != nil { // pages may lag, too: what they lack is not in the feed after last
			return err
		}
	}
	for rank, rt := range e.tenant.Types.List {
		if err := e.walk(ctx, rank, rt); err != nil {
			return err
		}
	}
	if feed == nil {
		return nil
	}
	return e.settle(ctx, feed)
}
