package mcp

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// addPrompts adds prompts for frequent tasks.
func addPrompts(server *sdk.Server) {
	for _, p := range []struct {
		name, title, about string
		argument           *sdk.PromptArgument
		text               string
	}{
		{
			"why_not_provisioned", "Why was a person not provisioned?", "Finds out from the directory and the activity log why a person has no account, and who needs to do what.",
			&sdk.PromptArgument{Name: "person", Title: "Person", Description: "user name or e-mail address", Required: true},
			`Find out why %s was not provisioned. Use tools only; change nothing.
1. find_users with the address as email, then as userName. Note whether the user exists and is active.
2. If a user exists: person_timeline with its id. A record with status 409 and this user as holder means that the identity provider tried to create a second account.
3. If none exists: list_provisioning_requests with failed true and operation create, around the time when the account was expected.
4. explain_request for the records that matter. Answer in plain words: what was requested, what happened, why, and who needs to do what now. Give the record ids. If the log does not show the cause, say so.`,
		},
		{
			"onboard_tenant", "Connect an identity provider", "Checks step by step whether the connection of an identity provider works.",
			&sdk.PromptArgument{Name: "idp", Title: "Identity provider", Description: "okta, entra, google, …", Required: true},
			`Check the connection of the identity provider %s. Change nothing.
1. whoami: note base URL, mode and identity provider of the tenant.
2. Read scim://service-provider-config, and scim://identity-providers/ with the name of the provider.
3. tenant_health: has there been any request? If not, the provider does not use the base URL, or its token is not accepted.
4. list_provisioning_requests with failed true; explain_request for each kind of failure.
5. If attributes are missing, check the provider's mapping with describe_schema and lint_scim.
Report what works, what does not, and which settings to change.`,
		},
		{
			"review_deactivations", "Review deactivated users", "Lists who recently lost access, through which key or agent, and what looks wrong.",
			&sdk.PromptArgument{Name: "since", Title: "Since", Description: "RFC 3339 time", Required: true},
			`Review who was deactivated or deleted since %s. Change nothing.
1. list_provisioning_requests from that time, operation patch, then replace, then delete. Keep the records whose changed contains active, and all deletions.
2. get_user for each resource that still exists: is it inactive, and which groups is it still in?
3. person_timeline for users that were deactivated more than once or reactivated.
Give a table: time, user id, what happened, by which key or agent, remaining groups. Point out deactivated users who are still in groups. Propose changes only in words; plan_change comes after the user asks.`,
		},
	} {
		server.AddPrompt(&sdk.Prompt{Name: p.name, Title: p.title, Description: p.about, Arguments: []*sdk.PromptArgument{p.argument}},
			func(_ context.Context, req *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
				value := cleanText(req.Params.Arguments[p.argument.Name])
				if strings.TrimSpace(value) == "" {
					return nil, failf(400, codeArguments, "the argument %s is missing", p.argument.Name)
				}
				text := fmt.Sprintf(p.text, quoted(value))
				return &sdk.GetPromptResult{
					Description: p.about,
					Messages:    []*sdk.PromptMessage{{Role: "user", Content: &sdk.TextContent{Text: text}}},
				}, nil
			})
	}
}
