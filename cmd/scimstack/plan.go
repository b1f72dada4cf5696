package main

import (
	"strings"

	"github.com/spf13/cobra"

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
}

func explainCommand() *cobra.Command {
	var typ, sortBy string
	var indexes []string
	var descending bool
	cmd := &cobra.Command{
		Use: "explain FILTER", Short: "Show what a search reads, without a store", Args: cobra.ExactArgs(1),
		Long: `Shows how the stores in memory, SQLite, Postgres and DynamoDB find the matches of a filter: what they read, what is tested on each
resource that was read, where the order comes from, and what happens in a tenant where that is too much. An empty FILTER is a search for
everything. The tenant has default settings and no schemas of its own; --indexes are those of its setting indexes, once they are complete.
Mapped tables of an application have no ordered look-ups: what is a range or a page of an index here reads all resources there.`,
		Example: `  scimstack explain 'userName sw "jo" and active eq true'
  scimstack explain '' --sort-by userName --descending`,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := scim.ParseTenantID("explain")
			if err != nil {
				return err
			}
			t, err := scim.NewTenant(scim.TenantConfig{ID: id, Indexed: indexes})
			if err != nil {
				return usage(err)
			}
			rt := t.Types.ByName(typ)
			if rt == nil {
				return usagef("--type %s: there are %s and %s", typ, schema.TypeUser, schema.TypeGroup)
			}
			plans, err := engine.Explain(t, scim.Query{
				Types: []*schema.ResourceType{rt}, Filter: args[0], HasFilter: strings.TrimSpace(args[0]) != "", SortBy: sortBy, Descending: descending,
			})
			if err != nil {
				return usage(scim.AsError(err))
			}
			return printRow(cmd, planRow(plans[0]))
		},
	}
	cmd.Flags().StringVar(&typ, "type", schema.TypeUser, "resource type: User or Group")
	cmd.Flags().StringVar(&sortBy, "sort-by", "", "attribute to sort by")
	cmd.Flags().BoolVar(&descending, "descending", false, "with --sort-by: the highest value first")
	cmd.Flags().StringSliceVar(&indexes, "indexes", nil, "attributes with an index in addition, such as title,meta.lastModified")
	addOutput(cmd)
	return cmd
}
