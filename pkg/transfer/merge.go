package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// cursor lists the resources of a type of the place, in the order of their ids.
type cursor struct {
	i     *importer
	typ   string
	after string
	page  []*scim.Resource
	end   bool
}

// at is the resource at hand, nil after the last one.
func (c *cursor) at(ctx context.Context) (*scim.Resource, error) {
	for len(c.page) == 0 && !c.end {
		list, err := c.i.Store.List(ctx, c.i.id, c.typ, scim.Page{After: c.after, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		c.page, c.end = list.Resources, !list.More || len(list.Resources) == 0
		if n := len(c.page); n > 0 {
			c.after = c.page[n-1].ID
		}
	}
	if len(c.page) == 0 {
		return nil, nil
	}
	return c.page[0], nil
}

func (c *cursor) next() { c.page = c.page[1:] }

// job is what an import does with one resource: want is what the file has, have what the place has, or nil.
type job struct {
	rt   *schema.ResourceType
	want *scim.Resource
	have *scim.Resource
	line int64 // where it is in the file
}

// Bounds of what is held, to be written at the same time.
const (
	batchJobs  = 500
	batchBytes = 4 << 20
)

// batch holds jobs.
type batch struct {
	jobs []func(context.Context) error
	size int
}

// add adds a job of a size, and runs all when there are enough of them.
func (b *batch) add(ctx context.Context, i *importer, size int, run func(context.Context) error) error {
	b.jobs, b.size = append(b.jobs, run), b.size+size
	if len(b.jobs) < batchJobs && b.size < batchBytes {
		return nil
	}
	return b.flush(ctx, i)
}

func (b *batch) flush(ctx context.Context, i *importer) error {
	jobs := b.jobs
	b.jobs, b.size = nil, 0
	if len(jobs) == 0 {
		return ctx.Err()
	}
	return async.Each(ctx, i.o.Workers, jobs, func(ctx context.Context, run func(context.Context) error) error { return run(ctx) })
}

// directory makes the resources and members those of the file.
func (i *importer) directory(ctx context.Context) error {
	if _, err := i.r.Seek(i.file.from, io.SeekStart); err != nil {
		return err
	}
	l := newLineReader(i.r, nil)
	l.at = i.file.from
	v, err := i.next(l)
	if i.file.from == 0 { // there is none
		v, err = &line{End: &endLine{}}, nil
	}
	if err != nil {
		return err
	}
	for rank := range i.file.tenant.Types.List {
		if v, err = i.resources(ctx, l, v, rank); err != nil {
			return err
		}
	}
	if !i.dry {
		here := l.from
		if err := i.retry(ctx); err != nil {
			return err
		}
		if v.Members != nil {
			if _, err := i.r.Seek(here, io.SeekStart); err != nil {
				return err
			}
			l = newLineReader(i.r, nil)
			l.at = here
			if v, err = i.next(l); err != nil {
				return err
			}
		}
	}
	return i.groups(ctx, l, v)
}

// next reads a line, and shows how far the work is.
func (i *importer) next(l *lineReader) (*line, error) {
	v, err := l.next()
	if err != nil {
		return nil, err
	}
	if i.done++; i.done%100 == 0 {
		step := "importing"
		if i.dry {
			step = "comparing"
		}
		i.o.Progress(Progress{Step: step, Done: i.done, Of: i.file.resources + i.file.members})
	}
	return v, nil
}

// resources compares the resources of a type, which begin at the line at hand, with those of the place, and returns the
// line after them.
func (i *importer) resources(ctx context.Context, l *lineReader, v *line, rank int) (after *line, err error) {
	rt := i.file.tenant.Types.List[rank]
	at := &cursor{i: i, typ: rt.Name, after: beginning}
	var b batch
	for {
		have, err := at.at(ctx)
		if err != nil {
			return nil, err
		}
		j := job{rt: rt, have: have, line: l.from}
		if v.Resource != nil && v.Resource.Type == rt.Name {
			j.want = v.Resource.resource()
		}
		switch {
		case j.want == nil && have == nil:
			return v, b.flush(ctx, i)
		case have == nil || j.want != nil && j.want.ID < have.ID:
			j.have = nil
		case j.want == nil || have.ID < j.want.ID:
			j.want = nil
		}
		if err := i.one(ctx, &b, j); err != nil {
			return nil, err
		}
		if j.have != nil {
			at.next()
		}
		if j.want != nil {
			if v, err = i.next(l); err != nil {
				return nil, err
			}
		}
	}
}

// one counts a job, or adds it to those that are written.
func (i *importer) one(ctx context.Context, b *batch, j job) error {
	if j.want != nil && j.have != nil && same(j.rt, j.want, j.have) {
		i.tally.equal(j.rt.Name, 1)
		return nil
	}
	if i.dry {
		i.count(j)
		return nil
	}
	size := 0
	if j.want != nil {
		size = j.want.Size()
	}
	return b.add(ctx, i, size, func(ctx context.Context) error { return i.write(ctx, j) })
}

// count counts what a job does.
func (i *importer) count(j job) {
	switch {
	case j.have == nil:
		i.tally.add(actionCreate, j.rt.Name, j.want.ID, 1)
	case j.want == nil:
		i.tally.add(actionRemove, j.rt.Name, j.have.ID, 1)
	default:
		i.tally.add(actionChange, j.rt.Name, j.want.ID, 1, differing(j.want, j.have)...)
	}
}

// same reports whether a resource is as the file has it. The time of the last change of a group is that of its members,
// which come later.
func same(rt *schema.ResourceType, want, have *scim.Resource) bool {
	return bytes.Equal(want.Document, have.Document) && bytes.Equal(want.Hidden, have.Hidden) && want.ExternalID == have.ExternalID &&
		(rt.HasMembers() || want.LastModified.Equal(milli(have.LastModified)))
}

// removeTypes removes the resources of types that the file does not know, while the settings of the place still have
// them.
func (i *importer) removeTypes(ctx context.Context, had *tenant.Record) error {
	if had.Settings.ID.IsZero() || i.out.New {
		return nil
	}
	t, err := had.Settings.Tenant()
	if err != nil {
		return err
	}
	for _, rt := range t.Types.List {
		if i.file.tenant.Types.ByName(rt.Name) != nil {
			continue
		}
		at := &cursor{i: i, typ: rt.Name, after: beginning}
		var b batch
		for {
			have, err := at.at(ctx)
			if err != nil {
				return err
			}
			if have == nil {
				break
			}
			if err := i.one(ctx, &b, job{rt: rt, have: have}); err != nil {
				return err
			}
			at.next()
		}
		if err := b.flush(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// lost reports whether an error says that another write came before.
func lost(err error) bool { return errors.Is(err, scim.ErrVersion) || errors.Is(err, scim.ErrNotFound) }
