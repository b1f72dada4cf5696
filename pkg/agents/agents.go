package agents

import (
	"context"
	"net/http"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/mcp"
)

// Options are the options of agents. The zero value is usable.
type Options struct {
	// Plans keeps plans between the two steps of a change. nil keeps them in the process, which is right
	// for a single process.
	Plans mcp.Plans
	// Version of the service, as reported to clients. "" is "dev".
	Version string
	// Confirm refuses to apply plans for clients that cannot ask their user.
	Confirm bool
	// Origins are the web origins whose pages may call /mcp, besides its own. None by default.
	Origins []string
}

// Agents implements scimstack.Agents. Make it with New.
type Agents struct{ o Options }

var _ scimstack.Agents = Agents{}

// New returns what Config.Agents takes.
func New(o Options) Agents { return Agents{o} }

// With returns the same with plans kept elsewhere, unless it has Plans already.
func (a Agents) With(plans mcp.Plans) Agents {
	if a.o.Plans == nil {
		a.o.Plans = plans
	}
	return a
}

// Serve implements scimstack.Agents.
func (a Agents) Serve(with scimstack.Shared) (http.Handler, error) {
	return mcp.NewHandler(a.service(with), mcp.HTTPOptions{
		Authenticator: with.Gate.Authenticator, Admit: with.Gate.Admit, Origins: a.o.Origins,
	})
}

func (a Agents) service(with scimstack.Shared) *mcp.Service {
	return mcp.New(mcp.Options{
		Provider: with.Provider, Store: with.Store, Log: with.Log, Settle: with.Gate.Settle, Plans: a.o.Plans, PublicBase: with.PublicBase,
		Version: a.o.Version, Now: with.Now, Confirm: a.o.Confirm,
		Config: mcp.ConfigFrom(with.Discovery, with.Prefix),
		Fault: func(ctx context.Context, id string, cause error) {
			with.Logger.ErrorContext(ctx, "mcp", "error_id", id, "cause", cause)
		},
	})
}

// Service returns the service for agents without HTTP: for standard input and output, or a transport of
// your own. The caller decides who calls, see mcp.Service.Server. Config.Agents is not used.
func Service(c scimstack.Config, o Options) (*mcp.Service, error) {
	direct := &direct{a: New(o)}
	c.Agents = direct
	_, err := scimstack.Assemble(c, scimstack.MCP())
	return direct.service, err
}

// direct is a scimstack.Agents that keeps the service, and serves nothing.
type direct struct {
	a       Agents
	service *mcp.Service
}

func (d *direct) Serve(with scimstack.Shared) (http.Handler, error) {
	d.service = d.a.service(with)
	return http.NotFoundHandler(), nil
}
