// Command lambda is a Lambda function with hooks of its own. The property "functions" of a customer file
// names its folder, and then it is deployed in place of the functions of the project:
//
//	"functions": "./examples/lambda"
package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/awslambda"
	"github.com/scimstack/scimstack/pkg/awslambda/tableagents"
	"github.com/scimstack/scimstack/pkg/scim"
)

func main() {
	awslambda.Start(scimstack.Config{
		Before: []scim.BeforeHook{neverDelete},
		After:  []scim.AfterHook{follow},
		Agents: tableagents.New(agents.Options{}),
	}, scimstack.All())
}

// neverDelete keeps users for an audit.
func neverDelete(_ context.Context, e *scim.Event) error {
	if e.Type.IsUser() && e.Deleted() {
		return scim.Refuse(http.StatusForbidden, "", "users are deactivated, never deleted")
	}
	return nil
}

// follow would end the sessions of a leaver in the application.
func follow(ctx context.Context, e *scim.Event) {
	if e.Deactivated() {
		slog.InfoContext(ctx, "sessions end", "tenant", e.Tenant.ID.String(), "user", e.ID(), "request", scim.CallerFrom(ctx).RequestID)
	}
}
