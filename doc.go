// Package scimstack adds SCIM 2.0 to an application: identity providers such as Okta, Microsoft Entra ID and
// Google Workspace create, change and deactivate its users and groups. One call gives the whole service.
//
//	request ──► Service ─┬─ /scim/v2/{tenant}/…   SCIM: tokens, rates, dialects, the rules ──► Store
//	                     │                              │ Before and After hooks              or Provider
//	                     │                              └─ one record each ──► Log
//	                     ├─ /activity/{tenant}    the Log, with explanations
//	                     ├─ /mcp                  AI agents, if Config.Agents is set
//	                     ├─ /admin/v1             the administration, if the part Admin is named
//	                     └─ /healthz, /readyz     health, without a token
//
// # A service
//
// New takes a Config and returns an http.Handler:
//
//	service, err := scimstack.New(scimstack.Config{
//		Store:      memory.New(),
//		Tenants:    tenants,
//		PublicBase: "https://app.example.com/scim/v2",
//	})
//
// Tenants are your customers. Each has tokens, which its identity provider sends, and settings: a
// tenant.Resolver finds them. tenant.NewMemory keeps them in memory and tenant.NewToken makes a token.
// Resources of one tenant are never visible to another one.
//
// What you leave out is safe, and the comment of each field says what it means: passwords are hashed, causes of
// internal errors go to slog.Default and never to a client, a token that is linked to a user ends with the
// user, agents are off. A configuration that cannot be right is a *ConfigError that names the field and the remedy.
//
// # Where data is kept
//
// Store is the database of the service: package memory, or your own, which package storetest checks. If your application
// has users and groups already, set Provider instead: your own scim.Provider, for which package engine has
// the rules (engine.NewRules).
//
// # What your application does
//
// A Before hook refuses a change or completes the resource; an After hook learns of what was written: it makes
// an account, ends sessions, grants a role. See scim.BeforeHook and scim.AfterHook. Service.Provider lets the
// application itself read and change resources, by the same rules.
//
// # When something does not work
//
// The provisioning log has a record for each request, with what the identity provider tried, what the service
// did and what to do next. It is served under /activity/{tenant} to tokens with the scope scim.Activity. By
// default it is in memory and ends with the process.
//
// # Serving it
//
// Give the service to an http.Server as its Handler, with TLS, or behind a proxy that terminates TLS. If it
// shares the server with other handlers, send it the paths above without http.ServeMux, which redirects paths
// that some identity providers send (doubled slashes), or mount it at "/". Close the service after the
// last request: it writes the records that still wait.
//
// # Other packages
//
// Package agents gives AI agents access, and package telemetry gives spans and metrics. Both are apart, so that a program
// without them does not contain their libraries. What runs it as functions in
// the cloud is a package of its own, for the same reason. A program that serves only some parts names them with Assemble.
package scimstack
