package adminhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/scimstack/scimstack/internal/adminparams"
	"github.com/scimstack/scimstack/pkg/admin"
)

const documentPath = Prefix + "/openapi.json"

// operations adds every operation to a mux.
func operations(mux *http.ServeMux, api admin.API, o *Options) huma.API {
	config := huma.DefaultConfig("scimstack administration", "1")
	config.Info.Description = "Tenants, settings, schemas, tokens, OAuth clients, operator tokens and webhooks. See docs/reference/admin.md."
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", named)
	config.CreateHooks = nil // no $schema in bodies, no Link headers
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.RejectUnknownQueryParameters = true
	config.Transformers = []huma.Transformer{translate}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"operator": {Type: "http", Scheme: "bearer", BearerFormat: "scimop_<id>_<secret>", Description: "an operator token; on AWS, requests are signed with SigV4 instead"}, //nolint:gosec // the form of a token
	}
	config.Security = []map[string][]string{{"operator": {}}}
	h := humago.New(mux, config)
	a := &adder{huma: h, o: o, problem: h.OpenAPI().Components.Schemas.Schema(problemGoType(), true, "ProblemDetails")}
	addTenants(a, api)
	addSchemas(a, api)
	addTokens(a, api)
	addClients(a, api)
	addOperators(a, api)
	addWebhooks(a, api)
	addUpkeep(a, api)
	addObservation(a, api)
	finish(h.OpenAPI())
	mux.HandleFunc("GET "+documentPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_ = json.NewEncoder(w).Encode(h.OpenAPI()) // the client may be gone
	})
	return h
}

// Document returns the OpenAPI 3.1 document of the API.
func Document() ([]byte, error) {
	return json.MarshalIndent(operations(http.NewServeMux(), nil, &Options{}).OpenAPI(), "", "  ")
}

// adder adds operations.
type adder struct {
	huma    huma.API
	o       *Options
	problem *huma.Schema
}

// route is what an operation is besides its types.
type route struct {
	method, path string
	id, summary  string
	status       int  // of success; 0 is 200
	makes        bool // makes something: takes an Idempotency-Key
	version      bool // needs If-Match
	optional     bool // takes If-Match
	own          bool // the service checks the body: every way in refuses the same with the same words
}

// add adds an operation whose handler returns errors of package admin.
func add[I, O any](a *adder, r route, f func(context.Context, *I) (*O, error)) {
	errors := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusNotImplemented, http.StatusServiceUnavailable}
	if r.method != http.MethodGet {
		errors = append(errors, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if r.version {
		errors = append(errors, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	if r.optional {
		errors = append(errors, http.StatusPreconditionFailed)
	}
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: Prefix + r.path, Summary: r.summary, DefaultStatus: r.status,
		MaxBodyBytes: maxBody, SkipValidateBody: r.own, Responses: map[string]*huma.Response{}, Tags: []string{strings.Split(strings.TrimPrefix(r.id, "-"), "-")[1]},
	}
	for _, code := range errors {
		op.Responses[strconv.Itoa(code)] = &huma.Response{
			Description: http.StatusText(code), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: a.problem}},
		}
	}
	if r.makes {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(maxKey), Pattern: "^[!-~]+$"},
			Description: "a repetition with the same key makes nothing twice, and answers without the secret",
		})
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			p := problemOf(ctx, a.o.Logger, err)
			if p.Status == http.StatusServiceUnavailable {
				return nil, huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"1"}})
			}
			return nil, p
		}
		return out, nil
	})
}

func ptr[T any](v T) *T { return &v }

// one is an answer with one thing.
type one[T any] struct{ Body *T }

// versioned is an answer with the version of the tenant or the client.
type versioned[T any] struct {
	ETag string `header:"ETag"`
	Body *T
}

// staged is an answer to long work: 202 says that the request must be repeated.
type staged[T any] struct {
	Status int
	Body   *T
}

// empty is an answer without a body.
type empty struct{}

// version reads If-Match; 0 is any version.
func version(c adminparams.Condition) (int64, error) {
	n, missing, wrong := c.Version()
	switch {
	case missing:
		return 0, problem(admin.VersionMissing, "If-Match", "it is missing", "read the resource and send its ETag, or * to change any version")
	case wrong:
		return 0, problem(admin.Changed, "If-Match", "it is no ETag of this API", `send the ETag of the last answer, such as "3"`)
	}
	return n, nil
}

func etag(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }

// answer makes an answer of a result.
func answer[T any](v *T, err error) (*one[T], error) {
	if err != nil {
		return nil, err
	}
	return &one[T]{Body: v}, nil
}

// long is the context of long work: it ends before the platform ends the request.
func (a *adder) long(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, a.o.Budget)
}
