package main

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// planRow is how a search is answered.
type planRow struct {
	Type  string `json:"type"`
	Reads string `json:"reads"`
	Tests string `json:"tests"`
	Order string `json:"order"`
	Bound string `json:"bound"`
	Cost  string `json:"cost"`
}

// planFlags are the search that is explained, and the tenant that is asked.
type planFlags struct {
	typ, sortBy, tenant string
	descending          bool
	indexes             []string
	admin               adminFlags
}

func explainCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use: "explain FILTER", Short: "Show what a search reads and costs", Args: cobra.ExactArgs(1),
		Long: `Shows how the stores in memory, SQLite, Postgres and DynamoDB find the matches of a filter: what they read, what is tested on each
resource that was read, where the order comes from, what happens in a tenant where that is too much, and how much a page
reads at most. No resource is read. An empty FILTER is a search for everything.

With --tenant, it is a search in this tenant, by its settings, schemas and indexes, which are read from --store or --server; an index that
is being built is left out. Without, the tenant has default settings and no schemas of its own. --indexes are more indexes, taken to be
complete: what the setting would change. Units are of DynamoDB, for users of 1.5 KB.
Mapped tables of an application have no ordered look-ups: what is a range or a page of an index here reads all resources there.`,
		Example: `  scimstack explain 'userName sw "jo" and active eq true'
  scimstack explain '' --sort-by userName --descending
  scimstack explain 'title eq "Engineer"' --tenant acme --store sqlite:scim.db`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	cmd.Flags().StringVar(&f.typ, "type", schema.TypeUser, "resource type: User, Group, or one of the tenant's own")
	cmd.Flags().StringVar(&f.sortBy, "sort-by", "", "attribute to sort by")
	cmd.Flags().BoolVar(&f.descending, "descending", false, "with --sort-by: the highest value first")
	cmd.Flags().StringSliceVar(&f.indexes, "indexes", nil, "attributes with an index in addition, such as title,meta.lastModified")
	cmd.Flags().StringVar(&f.tenant, "tenant", "", "the tenant whose settings and indexes count")
	f.admin.add(cmd)
	return cmd
}

func (f *planFlags) run(cmd *cobra.Command, filter string) error {
	t, err := f.served(cmd)
	if err != nil {
		return err
	}
	rt := t.Types.ByName(f.typ)
	if rt == nil {
		return usagef("--type %s: there are %s", f.typ, strings.Join(names(t.Types.List), " and "))
	}
	plans, err := engine.Explain(t, scim.Query{
		Types: []*schema.ResourceType{rt}, Filter: filter, HasFilter: strings.TrimSpace(filter) != "", SortBy: f.sortBy, Descending: f.descending,
	})
	if err != nil {
		return usage(scim.AsError(err))
	}
	p := plans[0]
	return printRow(cmd, planRow{Type: p.Type, Reads: p.Reads, Tests: p.Tests, Order: p.Order, Bound: p.Bound, Cost: costOf(p)})
}

func names(types []*schema.ResourceType) (list []string) {
	for _, rt := range types {
		list = append(list, rt.Name)
	}
	return list
}

// served is the tenant that is searched.
func (f *planFlags) served(cmd *cobra.Command) (*scim.Tenant, error) {
	if f.tenant == "" {
		for _, name := range []string{"store", "server", "table", "endpoint", "operator-token-file", "aws-iam"} {
			if cmd.Flags().Changed(name) {
				return nil, usagef("--%s is for a tenant; name it with --tenant, or leave the flag out", name)
			}
		}
		id, err := scim.ParseTenantID("explain")
		if err != nil {
			return nil, err
		}
		t, err := scim.NewTenant(scim.TenantConfig{ID: id, Indexed: f.indexes})
		if err != nil { // of the indexes: the tenant is one of this command
			return nil, wrongIndexes(err.Error(), id.String())
		}
		return t, nil
	}
	api, where, closed, err := f.admin.open(cmd)
	if err != nil {
		return nil, err
	}
	defer closed()
	a := &administration{API: api, cmd: cmd, where: where}
	own, err := api.Tenant(cmd.Context(), f.tenant)
	if err != nil {
		return nil, a.answerOf(err, f.tenant)
	}
	schemas, err := api.Schemas(cmd.Context(), f.tenant)
	if err != nil {
		return nil, a.answerOf(err, f.tenant)
	}
	t, err := admin.Served(own, schemas, f.indexes)
	var wrong *admin.Error
	if len(f.indexes) > 0 && errors.As(err, &wrong) && wrong.Kind == admin.Invalid { // what is stored has been checked
		return nil, wrongIndexes(wrong.Problems[0].Reason, f.tenant)
	}
	return t, a.answerOf(err, "")
}

// wrongIndexes is the mistake of --indexes, from what settings with these indexes would be refused for.
func wrongIndexes(reason, name string) error {
	return usagef("--indexes: %s", strings.TrimPrefix(reason, "tenant "+name+": indexes: "))
}

// Read units for a resource of 1.5 KB in a page of resources, and in one through an index: docs/reference/cost.md.
const (
	unitsTogether = 0.19
	unitsSingly   = 0.54
)

// costOf is what a page costs at most.
func costOf(p engine.Plan) string {
	units := unitsTogether
	if p.Singly {
		units = unitsSingly
	}
	price := func(n int) string {
		word := "resources"
		if n == 1 {
			word = "resource"
		}
		return fmt.Sprintf("%d %s (%.0f RRU)", n, word, 1+math.Ceil(float64(n)*units))
	}
	switch p.Most {
	case 0:
		return "a page reads nothing"
	case p.MostByCursor:
		return "a page reads at most " + price(p.Most)
	}
	return "a page reads at most " + price(p.Most) + " by startIndex, " + price(p.MostByCursor) + " by cursor"
}
