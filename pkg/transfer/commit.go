package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// tries bounds how often a write is repeated: after others came before it, and while the store is busy.
const tries = 30

// commit writes a change, and waits while the store is busy.
func (i *importer) commit(ctx context.Context, c scim.Change) error {
	for try := 1; ; try++ {
		_, err := i.Store.Commit(ctx, i.id, c)
		var busy *scim.BusyError
		if !errors.As(err, &busy) || try == tries {
			return err
		}
		if err := async.Sleep(ctx, max(busy.RetryAfter, time.Duration(try)*50*time.Millisecond)); err != nil {
			return err
		}
	}
}

// change is the write of a resource as the file has it.
func (i *importer) change(rt *schema.ResourceType, want, have *scim.Resource) (scim.Change, error) {
	keys, err := engine.Keys(i.file.tenant, rt, want)
	if err != nil {
		return scim.Change{}, fmt.Errorf("%s %s: %w", want.Type, want.ID, err)
	}
	c := scim.Change{
		Type: rt.Name, ID: want.ID, If: scim.IfAbsent, Now: want.LastModified, Prior: have, Put: want, Keys: keys,
		Display: displayOf(want), Actor: i.actor(),
	}
	if have != nil {
		c.If = have.Version
	}
	return c, nil
}

// write carries out a job.
func (i *importer) write(ctx context.Context, j job) error {
	for try := 1; ; try++ {
		err := i.writeOnce(ctx, j)
		var taken *scim.TakenError
		switch {
		case err == nil:
			i.count(j)
			return nil
		case errors.As(err, &taken):
			i.later.add(j.line)
			return nil
		case !lost(err):
			return fmt.Errorf("%s: %w", j, err)
		case try == tries:
			return fmt.Errorf("%s is changed by others again and again: %w", j, err)
		}
		if j.have, err = i.get(ctx, j); err != nil {
			return err
		}
		if j.want == nil && j.have == nil || j.want != nil && j.have != nil && same(j.rt, j.want, j.have) {
			return nil
		}
	}
}

// String names the resource of a job.
func (j job) String() string {
	if j.want != nil {
		return j.want.Type + " " + j.want.ID
	}
	return j.have.Type + " " + j.have.ID
}

// get reads the resource of a job, nil if there is none.
func (i *importer) get(ctx context.Context, j job) (*scim.Resource, error) {
	of := j.want
	if of == nil {
		of = j.have
	}
	r, err := i.Store.Get(ctx, i.id, j.rt.Name, of.ID)
	if errors.Is(err, scim.ErrNotFound) {
		return nil, nil
	}
	return r, err
}

func (i *importer) writeOnce(ctx context.Context, j job) error {
	if j.want == nil {
		err := i.commit(ctx, scim.Change{
			Type: j.rt.Name, ID: j.have.ID, If: j.have.Version, Prior: j.have, Remove: true, Now: i.o.Now().UTC(), Actor: i.actor(),
		})
		if errors.Is(err, scim.ErrNotFound) {
			return nil
		}
		return err
	}
	c, err := i.change(j.rt, j.want, j.have)
	if err != nil {
		return err
	}
	return i.commit(ctx, c)
}

// later are the places in the file of resources that could not be written, because another resource of the place had a
// unique value of theirs: it is written or removed in the same import.
type later struct {
	mu    sync.Mutex
	lines []int64
}

func (l *later) add(line int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

// retry writes what had to wait. After the others are written, those that wait can wait only for each other, as two
// users do that have swapped their names: one of them gives its value up, until it is written itself. A resource whose
// value belongs to one that does not wait clashes with it, because the file has both.
func (i *importer) retry(ctx context.Context) error {
	slices.Sort(i.later.lines)
	for lines := i.later.lines; len(lines) > 0; {
		left, clash, err := i.again(ctx, lines)
		if err != nil {
			return err
		}
		if len(left) < len(lines) {
			lines = left
			continue
		}
		freed, err := i.free(ctx, lines, clash)
		if err != nil {
			return err
		}
		if !freed {
			i.out.Clashes = append(i.out.Clashes, clash...)
			return nil
		}
	}
	return nil
}

// again tries to write resources once more, and returns those that still wait, and for what.
func (i *importer) again(ctx context.Context, lines []int64) (left []int64, clash []Clash, err error) {
	for _, at := range lines {
		j, err := i.jobAt(ctx, at)
		if err != nil {
			return nil, nil, err
		}
		var taken *scim.TakenError
		switch err := i.writeOnce(ctx, j); {
		case errors.As(err, &taken):
			left = append(left, at)
			holder, err := i.holder(ctx, j, taken)
			if err != nil {
				return nil, nil, err
			}
			clash = append(clash, Clash{Type: j.rt.Name, ID: j.want.ID, Attr: taken.Attr, Holder: holder})
		case lost(err):
			left = append(left, at)
			clash = append(clash, Clash{Type: j.rt.Name, ID: j.want.ID})
		case err != nil:
			return nil, nil, fmt.Errorf("%s: %w", j, err)
		default:
			i.count(j)
		}
	}
	return left, clash, nil
}

// holder is the id of the resource that holds the value that another one wants.
func (i *importer) holder(ctx context.Context, j job, taken *scim.TakenError) (string, error) {
	if taken.ID != "" {
		return taken.ID, nil
	}
	keys, err := engine.Keys(i.file.tenant, j.rt, j.want)
	if err != nil {
		return "", err
	}
	for _, k := range keys {
		if k.Attr != taken.Attr {
			continue
		}
		list, err := i.Store.Lookup(ctx, i.id, j.rt.Name, k, scim.Page{Limit: 2})
		if err != nil {
			return "", err
		}
		for _, r := range list.Resources {
			if r.ID != j.want.ID {
				return r.ID, nil
			}
		}
	}
	return "", nil
}

// free takes a value from a resource that waits itself, so that another one can have it.
func (i *importer) free(ctx context.Context, lines []int64, clash []Clash) (freed bool, err error) {
	waits := map[string]bool{}
	for n := range clash {
		waits[clash[n].Type+"/"+clash[n].ID] = true
	}
	for n := range clash {
		c := &clash[n]
		if c.Holder == "" || !waits[c.Type+"/"+c.Holder] {
			continue
		}
		j, err := i.jobAt(ctx, lines[n])
		if err != nil {
			return false, err
		}
		wanted, err := engine.Keys(i.file.tenant, j.rt, j.want)
		if err != nil {
			return false, err
		}
		holder, err := i.Store.Get(ctx, i.id, c.Type, c.Holder)
		if err != nil {
			return false, err
		}
		keys, err := engine.Keys(i.file.tenant, j.rt, holder)
		if err != nil {
			return false, err
		}
		keys = slices.DeleteFunc(keys, func(k scim.IndexKey) bool { return k.Unique && slices.Contains(wanted, k) })
		err = i.commit(ctx, scim.Change{
			Type: c.Type, ID: c.Holder, If: holder.Version, Now: holder.LastModified, Prior: holder, Put: holder, Keys: keys,
			Display: displayOf(holder), Actor: i.actor(),
		})
		return err == nil, err
	}
	return false, nil
}

// jobAt reads a resource of the file, and what the place has of it.
func (i *importer) jobAt(ctx context.Context, at int64) (j job, err error) {
	if _, err = i.r.Seek(at, 0); err != nil {
		return j, err
	}
	v, err := newLineReader(i.r, nil).next()
	if err != nil {
		return j, err
	}
	j = job{rt: i.file.tenant.Types.ByName(v.Resource.Type), want: v.Resource.resource(), line: at}
	j.have, err = i.get(ctx, j)
	return j, err
}
