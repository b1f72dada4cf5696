package adminhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/admin"
)

func problemGoType() reflect.Type { return reflect.TypeFor[ProblemDetails]() }

// settingsPatch is a JSON merge patch of admin.Settings. Package admin checks it, so that every way in refuses the same.
type settingsPatch map[string]json.RawMessage

// Schema implements huma.SchemaProvider: admin.Settings, of which each may be absent or null.
func (settingsPatch) Schema(huma.Registry) *huma.Schema {
	return loose(reflect.TypeFor[admin.Settings]())
}

// loose is the schema of a struct whose fields may be absent or null.
func loose(t reflect.Type) *huma.Schema {
	whole := huma.SchemaFromType(huma.NewMapRegistry("#/x/", huma.DefaultSchemaNamer), t)
	out := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("json")
		if f.Type.Kind() == reflect.Struct {
			out.Properties[name] = loose(f.Type)
			out.Properties[name].Description = f.Tag.Get("doc")
			continue
		}
		p := *whole.Properties[name]
		p.Nullable, p.Enum, p.Format, p.Minimum = true, nil, "", nil
		p.PrecomputeMessages()
		out.Properties[name] = &p
	}
	out.PrecomputeMessages()
	return out
}

// newTenant is admin.TenantInput, with the schema of its settings.
type newTenant struct {
	Name     string            `json:"name" maxLength:"64" doc:"3 to 32 characters of a-z, 0-9 and -"`
	Settings settingsPatch     `json:"settings,omitempty" doc:"what is absent gets its default"`
	Token    *admin.TokenInput `json:"token,omitempty" doc:"its first token; absent: one with all scopes, for a year"`
}

// UnmarshalJSON refuses what is not a field, because package huma leaves this body to the service.
func (n *newTenant) UnmarshalJSON(data []byte) error {
	type plain newTenant
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode((*plain)(n))
	return ofKind(err)
}

// UnmarshalJSON says in words what is no object.
func (p *settingsPatch) UnmarshalJSON(data []byte) error {
	return ofKind(json.Unmarshal(data, (*map[string]json.RawMessage)(p)))
}

// ofKind is an error of package json without the types of Go.
func ofKind(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &wrong):
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	case wrong.Field == "":
		return errors.New("the value is of the kind " + wrong.Value + ", and not an object")
	}
	return errors.New(wrong.Field + ": the value is of the kind " + wrong.Value)
}

type listTenants struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type deletion struct {
	adminparams.Tenant
	Wait string `query:"wait" maxLength:"20" doc:"time from the beginning of the deletion to its last look, such as 2m (the default) or 0s, which is right only if no process serves the tenant"`
}

func addTenants(a *adder, api admin.API) {
	add(a, route{method: http.MethodGet, path: "/tenants", id: "list-tenants", summary: "List the tenants"}, func(ctx context.Context, in *listTenants) (*one[admin.TenantPage], error) {
		return answer(api.Tenants(ctx, in.Cursor, in.Limit))
	})
	add(a, route{method: http.MethodPost, path: "/tenants", id: "create-tenant", summary: "Create a tenant with exactly one token", status: http.StatusCreated, makes: true, own: true}, func(ctx context.Context, in *struct{ Body newTenant }) (*one[admin.TenantCreated], error) {
		return answer(api.CreateTenant(ctx, admin.TenantInput{Name: in.Body.Name, Settings: in.Body.Settings, Token: in.Body.Token}))
	})
	add(a, route{method: http.MethodGet, path: "/tenants/{name}", id: "get-tenant", summary: "Show a tenant"}, func(ctx context.Context, in *adminparams.Tenant) (*versioned[admin.Tenant], error) {
		return tenantAnswer(api.Tenant(ctx, in.Name))
	})
	add(a, route{method: http.MethodPatch, path: "/tenants/{name}", id: "change-tenant", summary: "Change settings (JSON merge patch)", version: true, own: true}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		adminparams.Condition
		Body settingsPatch
	},
	) (*versioned[admin.Tenant], error) {
		read, err := version(in.Condition)
		if err != nil {
			return nil, err
		}
		return tenantAnswer(api.ChangeTenant(ctx, in.Name, read, in.Body))
	})
	add(a, route{method: http.MethodPost, path: "/tenants/{name}/pause", id: "pause-tenant", summary: "Refuse every request of the tenant, with a reason"}, func(ctx context.Context, in *struct {
		adminparams.Tenant
		Body admin.Pause
	},
	) (*versioned[admin.Tenant], error) {
		return tenantAnswer(api.PauseTenant(ctx, in.Name, in.Body))
	})
	add(a, route{method: http.MethodPost, path: "/tenants/{name}/resume", id: "resume-tenant", summary: "Serve the tenant again"}, func(ctx context.Context, in *adminparams.Tenant) (*versioned[admin.Tenant], error) {
		return tenantAnswer(api.ResumeTenant(ctx, in.Name))
	})
	add(a, route{method: http.MethodGet, path: "/tenants/{name}/contents", id: "get-contents", summary: "Count what a deletion would delete"}, func(ctx context.Context, in *adminparams.Tenant) (*one[admin.Deletion], error) {
		return answer(api.Contents(ctx, in.Name))
	})
	add(a, route{method: http.MethodDelete, path: "/tenants/{name}", id: "delete-tenant", summary: "Delete a tenant with everything that is kept for it"}, func(ctx context.Context, in *deletion) (*staged[admin.Deletion], error) {
		return a.deleteTenant(ctx, api, in)
	})
}

func (a *adder) deleteTenant(ctx context.Context, api admin.API, in *deletion) (*staged[admin.Deletion], error) {
	var o admin.DeleteOptions
	if in.Wait != "" {
		d, err := time.ParseDuration(in.Wait)
		if err != nil || d < 0 {
			return nil, problem(admin.Invalid, "wait", "it is not a duration", "use one such as 2m or 0s")
		}
		if o.Wait = d; d == 0 {
			o.Wait = -1
		}
	}
	long, cancel := a.long(ctx)
	defer cancel()
	done, err := api.DeleteTenant(long, in.Name, o)
	if err != nil {
		return nil, err
	}
	out := &staged[admin.Deletion]{Status: http.StatusOK, Body: done}
	if done.State != admin.StateDeleted {
		out.Status = http.StatusAccepted
	}
	return out, nil
}

func tenantAnswer(t *admin.Tenant, err error) (*versioned[admin.Tenant], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[admin.Tenant]{ETag: etag(t.Version), Body: t}, nil
}
