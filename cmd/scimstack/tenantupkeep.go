package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// slice is how long one call works on a store, so that progress can be shown. A service has a bound of its own.
const slice = 12 * time.Second

// sliced calls f until it is done. On a store each call gets a part of the time.
func (a *administration) sliced(f func(ctx context.Context) (done bool, err error)) error {
	for {
		ctx, cancel := a.ctx(), func() {}
		if !a.remote {
			ctx, cancel = context.WithTimeout(ctx, slice)
		}
		done, err := f(ctx)
		cancel()
		if err != nil || done {
			return err
		}
		if err := a.ctx().Err(); err != nil {
			return fmt.Errorf("%w; what is done is kept: start the command again", err)
		}
	}
}

// reindexView is what `tenant reindex` did, as a table.
type reindexView struct {
	Tenant     string `json:"tenant"`
	Read       int    `json:"read"`
	Written    int    `json:"written"`
	Duplicates int    `json:"duplicates"`
}

func tenantReindexCommand() *cobra.Command {
	var all bool
	cmd := adminCommand("reindex NAME", "Build the indexes of a tenant that are not complete", func(a *administration) error {
		p, name := progressOf(a.cmd), a.args[0]
		whole := admin.IndexReport{Tenant: name}
		err := a.sliced(func(ctx context.Context) (bool, error) {
			part, err := a.Reindex(ctx, name, all)
			if err != nil {
				return false, err
			}
			whole.Read, whole.Written, whole.Done = whole.Read+part.Read, whole.Written+part.Written, part.Done
			whole.Duplicates = append(whole.Duplicates, part.Duplicates...)
			p.at("%s: %d resources read, %d written", name, whole.Read, whole.Written)
			return part.Done, nil
		})
		p.end()
		if err != nil {
			return err
		}
		for _, d := range whole.Duplicates {
			fmt.Fprintf(textOut(a.cmd), "duplicate: %s %s and %s have the same %s\n", d.Type, d.ID, d.Holder, d.Attribute)
		}
		if err := show(a.cmd, whole, reindexView{name, whole.Read, whole.Written, len(whole.Duplicates)}); err != nil {
			return err
		}
		if n := len(whole.Duplicates); n > 0 {
			return fmt.Errorf("%d duplicates are left: change or remove one resource of each pair, and start the command again", n)
		}
		return nil
	})
	cmd.Long = `Builds the indexes that new settings or schemas of a tenant ask for, beside traffic. Until one is complete, look-ups
read without it. A service builds them by itself, from 90 seconds after the change on; the command waits for that time, too. After an
interruption, start the command again: it continues. Resources that have the value of another one in an attribute that is to
be unique are listed, and the command fails (status 1): change or remove one of each pair, and start it again. scimstack table
reindex does the same for all tenants of a table.`
	addQuiet(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "verify complete indexes too, and repair them")
	return cmd
}

func tenantRecountCommand() *cobra.Command {
	cmd := adminCommand("recount NAME", "Count the resources of a tenant and correct its counters", func(a *administration) error {
		p, name := progressOf(a.cmd), a.args[0]
		var counts []admin.Count
		err := a.sliced(func(ctx context.Context) (bool, error) {
			part, err := a.Recount(ctx, name)
			if err != nil {
				return false, err
			}
			for _, c := range part.Types {
				counts = append(slices.DeleteFunc(counts, func(was admin.Count) bool { return was.Type == c.Type }), c)
				p.at("%s %s: %d", name, c.Type, c.Counted)
			}
			return part.Done, nil
		})
		p.end()
		if err != nil {
			return err
		}
		return showList(a.cmd, counts, func(c *admin.Count) recountRow {
			return recountRow{name, c.Type, int64(c.Counted), int64(c.Before), c.Before != c.Counted}
		})
	})
	cmd.Long = `Counts the resources of a tenant, which can be in use meanwhile, and corrects the counters from which totalResults is
taken. After an interruption, start the command again: it continues. A store whose totals are exact has no counters, and the
command says so (status 1).`
	addQuiet(cmd)
	return cmd
}
