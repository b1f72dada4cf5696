package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/openapi"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// openapiOptions are the flags of `scimstack openapi`.
type openapiOptions struct {
	admin  adminFlags
	tenant string
	mode   string
	base   string
}

// openapiCommand prints the SCIM API of a tenant.
func openapiCommand() *cobra.Command {
	var o openapiOptions
	cmd := &cobra.Command{
		Use:   "openapi [FILE…]",
		Short: "Print the OpenAPI document of the SCIM API, with the schemas of a tenant or of files",
		Long: `Prints the SCIM API of a tenant as an OpenAPI 3.1 document, in JSON.

Without arguments it is the API of a tenant without schemas of its own. Files and folders add schemas, as in scimstack schema
lint; --tenant takes the schemas and the mode of a tenant in a store, or of a running service with --server.`,
		Example: `  scimstack openapi ./schemas > scim.json
  scimstack openapi --tenant acme --public-base https://scim.example.com/scim/v2 > acme.json`,
		RunE: o.run,
	}
	o.admin.addPlace(cmd, storeDynamo)
	cmd.Flags().StringVar(&o.tenant, "tenant", "", "tenant whose schemas and mode are used")
	cmd.Flags().StringVar(&o.mode, "mode", string(tenant.Tolerant), "tolerant or strict, without --tenant")
	cmd.Flags().StringVar(&o.base, "public-base", "", "URL before the tenant, as clients use it; without it, the host is a variable of the document")
	return cmd
}

func (o *openapiOptions) run(cmd *cobra.Command, files []string) error {
	base, err := publicBase(o.base)
	if err != nil {
		return withFlag("public-base", err)
	}
	var c scim.TenantConfig
	read := o.ofFiles
	if o.tenant != "" {
		read = o.ofTenant
	}
	if err := read(cmd, files, &c); err != nil {
		return err
	}
	t, err := scim.NewTenant(c)
	if err != nil {
		return err
	}
	switch {
	case base != "" && o.tenant == "":
		base += "/{tenant}"
	case base != "":
		base += "/" + o.tenant
	}
	document, err := openapi.Document(t, openapi.Options{Abilities: engine.New(memory.New(), engine.Options{}).Abilities(t), Base: base})
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(document)
	return err
}

// ofFiles reads the types of files.
func (o *openapiOptions) ofFiles(cmd *cobra.Command, files []string, c *scim.TenantConfig) (err error) {
	for _, name := range []string{"store", "table", "server"} {
		if cmd.Flags().Changed(name) {
			return usagef("--%s is where a tenant is; name the tenant: --tenant acme", name)
		}
	}
	if c.ID, err = scim.ParseTenantID("acme"); err != nil { // the document does not have it
		return err
	}
	if c.Strict, err = isStrict(o.mode); err != nil {
		return usagef("--mode: %w", err)
	}
	docs, names, err := documentsIn(files)
	if err != nil {
		return err
	}
	types, err := typesOf(docs)
	if err != nil {
		return inFiles(err, names)
	}
	c.Types = types
	return nil
}

// ofTenant reads the types and the mode of a tenant.
func (o *openapiOptions) ofTenant(cmd *cobra.Command, files []string, c *scim.TenantConfig) (err error) {
	switch {
	case len(files) > 0:
		return usagef("--tenant and files exclude each other; leave one of them out")
	case cmd.Flags().Changed("mode"):
		return usagef("--tenant has a mode of its own; leave --mode out")
	}
	if c.ID, err = scim.ParseTenantID(o.tenant); err != nil {
		return usagef("--tenant: %w", err)
	}
	return o.admin.run(cmd, []string{o.tenant}, func(a *administration) error {
		t, err := a.Tenant(a.ctx(), o.tenant)
		if err != nil {
			return err
		}
		s, err := a.Schemas(a.ctx(), o.tenant)
		if err != nil {
			return err
		}
		docs := make([]json.RawMessage, len(s.Documents))
		for i, d := range s.Documents {
			docs[i] = d.Document
		}
		c.NoPassword, c.Strict = t.Settings.NoPassword, t.Settings.Mode == string(tenant.Strict)
		c.Types, err = typesOf(docs)
		return err
	})
}

// typesOf are the resource types that documents define, with User and Group.
func typesOf(docs []json.RawMessage) (*scim.Types, error) {
	if len(docs) == 0 {
		return nil, nil //nolint:nilnil // the types that every tenant has
	}
	list, err := admin.Load(docs)
	if err != nil {
		return nil, err
	}
	return &scim.Types{List: list}, nil
}
