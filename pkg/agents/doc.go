// Package agents gives AI agents access to a service, through the Model Context Protocol (MCP).
//
//	scimstack.Config.Agents ◄── New(Options)
//	        │
//	scimstack.New ──► Shared: provider, store, log, gate ──► mcp.Service ──► /mcp
//	                                                              │
//	Service(Config, Options) ─────────────────────────────────────┴──► a transport of your own
//
// An agent calls /mcp with a token of a tenant, and acts in this tenant only. It reads with the scopes of
// the token. It changes something only with the scope scim.Agent, in two steps: a plan that shows every
// effect, then its application. Hooks of the service decide about plans and their application as about
// every other change; a plan calls the Before hooks with Event.Rehearsal set and no After hook.
//
// Plans need a Store; over a hand-written scim.Provider without one, agents can only read. The package is
// apart from the root so that a program without agents does not contain the libraries of MCP (2.4 MB).
package agents
