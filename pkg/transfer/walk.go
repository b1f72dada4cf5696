package transfer

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// pageSize is how many resources or members are read at once.
const pageSize = 500

// beginning is an id that is lower than all: for a page that follows none, a store may count all resources and, on
// DynamoDB, write a bookmark for a startIndex that is never asked for.
const beginning = "\x01"

// walk reads the resources of a type, with the members of groups.
func (e *export) walk(ctx context.Context, rank int, rt *schema.ResourceType) error {
	for after := beginning; ; {
		list, err := e.Store.List(ctx, e.id, rt.Name, scim.Page{After: after, Limit: pageSize})
		if err != nil {
			return err
		}
		for _, r := range list.Resources {
			if r.ID <= after {
				return fmt.Errorf("the store lists %s %q after %q: an export needs ids in the order of their bytes", rt.Name, r.ID, after)
			}
			after = r.ID
			if err := e.spoolResource(e.resources, ref{rank, r.ID}, r); err != nil {
				return err
			}
			if rt.HasMembers() {
				if err := e.spoolMembers(ctx, e.members, ref{rank, r.ID}, r); err != nil {
					return err
				}
			}
		}
		e.o.Progress(Progress{Step: "reading", Done: e.done})
		if !list.More || len(list.Resources) == 0 {
			return nil
		}
	}
}

func (e *export) spoolResource(to *spool, of ref, r *scim.Resource) error {
	e.done++
	e.line = appendResource(e.line[:0], r)
	if bytes.IndexByte(e.line, '\n') != len(e.line)-1 || len(e.line) > MaxLine {
		return fmt.Errorf("%s %s: its document has a line break, or more than %d bytes: it cannot be exported", r.Type, r.ID, MaxLine)
	}
	return to.add(of, e.line)
}

// spoolMembers reads the members of a group: lines of them, at least one.
func (e *export) spoolMembers(ctx context.Context, to *spool, of ref, g *scim.Resource) error {
	var held []scim.Member // that are read, and on no line
	flush := func(more bool) error {
		e.done++
		e.line = appendMembers(e.line[:0], g, held, more)
		held = held[:0]
		return to.add(of, e.line)
	}
	size := 0
	for after := ""; ; {
		list, err := e.Store.Members(ctx, e.id, g.ID, scim.Page{After: after, Limit: pageSize})
		if err != nil {
			return err
		}
		for _, m := range list.Members {
			if m.ID <= after {
				return fmt.Errorf("the store lists member %q of %s after %q: an export needs ids in the order of their bytes", m.ID, g.ID, after)
			}
			after = m.ID
			one := len(m.ID) + len(m.Display) + 64
			if len(held) == lineMembers || len(held) > 0 && size+one > lineBytes {
				if err := flush(true); err != nil {
					return err
				}
				size = 0
			}
			held, size = append(held, m), size+one
		}
		if !list.More || len(list.Members) == 0 {
			return flush(false)
		}
		e.o.Progress(Progress{Step: "reading", Done: cmp.Or(e.done, 1)})
	}
}
