package deployment

import "slices"

// Access says which operations on the table a function's role allows.
type Access int

// Kinds of access.
const (
	ReadWrite     Access = iota // read and write items of every kind
	TenantItems                 // read settings and tokens; add records to the provisioning log
	LogReader                   // TenantItems, and read the provisioning log, the feed and resources
	Authorizer                  // read settings and tokens; note used assertions; add records to the provisioning log
	Consumer                    // ReadWrite, and read the stream
	Administrator               // ReadWrite, and write settings and credentials
	Sender                      // read the feed and resources; keep webhooks and positions of consumers
)

// Function is one Lambda function. Its source is the folder functions/<Name>, its asset
// build/<arch>/<Name>.
type Function struct {
	Name    string
	Purpose string
	// Routes are relative to /scim/v2/{tenant} unless they begin with '/'. A route R matches R
	// and every path below it. "*" matches every path that no other route matches.
	Routes   []string
	MemoryMB int
	Seconds  int // timeout; the gateway's own is 29 s (REST) or 30 s (HTTP)
	Access   Access
	// IAM says that the gateway accepts requests that IAM allows and no others (SigV4).
	IAM bool
}

// Functions returns all Lambda functions. The routes of both gateways, the roles, the log
// groups and the dashboard are generated from this list; a test compares it with the folders
// in functions/.
func Functions() []Function {
	return []Function{
		{Name: "users", Purpose: "/Users and /Me", Routes: []string{"Users", "Me"}, MemoryMB: 512, Seconds: 29, Access: ReadWrite},
		{Name: "groups", Purpose: "/Groups", Routes: []string{"Groups"}, MemoryMB: 512, Seconds: 29, Access: ReadWrite},
		{
			Name: "discovery", Purpose: "/ServiceProviderConfig, /ResourceTypes and /Schemas",
			Routes: []string{"ServiceProviderConfig", "ResourceTypes", "Schemas"}, MemoryMB: 256, Seconds: 10, Access: TenantItems,
		},
		{Name: "bulk", Purpose: "/Bulk", Routes: []string{"Bulk"}, MemoryMB: 1024, Seconds: 29, Access: ReadWrite},
		{
			Name: "resources", Purpose: "tenant-defined resource types, search over all types, every other path",
			Routes: []string{"*"}, MemoryMB: 512, Seconds: 29, Access: ReadWrite,
		},
		{
			Name: "activity", Purpose: "/activity, the provisioning log, and /events, the feed of changes",
			Routes: []string{"/activity", "/events"}, MemoryMB: 256, Seconds: 29, Access: LogReader,
		},
		{Name: "mcp", Purpose: "/mcp, for AI agents", Routes: []string{"/mcp"}, MemoryMB: 512, Seconds: 29, Access: ReadWrite},
		{
			Name: "oauth", Purpose: "/oauth, the OAuth authorization server of every tenant, and its metadata",
			Routes:   []string{"/oauth", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"},
			MemoryMB: 256, Seconds: 10, Access: Authorizer,
		},
		{
			Name: "admin", Purpose: "/admin/v1, the administration of tenants, for IAM principals", Routes: []string{"/admin/v1"},
			MemoryMB: 512, Seconds: 29, Access: Administrator, IAM: true,
		},
		{Name: "stream", Purpose: "the table's stream: counters and cleanup after interrupted writes", MemoryMB: 512, Seconds: 60, Access: Consumer},
		{Name: "webhooks", Purpose: "facts to webhooks and to EventBridge", MemoryMB: 256, Seconds: 60, Access: Sender},
	}
}

// Own is the asset of the customer's own program, build/<arch>/own.
const Own = "own"

// Asset returns the name of the folder below build/<arch> that a function runs. The function of the stream
// calls no hooks, and the administration is not among scimstack.All(), so they are never the customer's own program.
func (c Customer) Asset(f Function) string {
	if c.Functions != "" && len(f.Routes) > 0 && !f.IAM {
		return Own
	}
	return f.Name
}

// Deployed returns the functions of the customer's topology. "single" keeps the functions that
// do not serve SCIM, and one function that serves every SCIM path with the memory of the
// largest.
func (c Customer) Deployed() []Function {
	all := Functions()
	if !c.SendsFacts() {
		all = slices.DeleteFunc(all, func(f Function) bool { return f.Access == Sender })
	}
	if c.Topology != Single {
		return all
	}
	var out []Function
	memory := 0
	for _, f := range all {
		if len(f.Routes) > 0 {
			memory = max(memory, f.MemoryMB)
		}
	}
	for _, f := range all {
		switch {
		case len(f.Routes) == 0 || f.Routes[0][0] == '/':
			out = append(out, f)
		case len(f.Routes) == 1 && f.Routes[0] == "*":
			f.MemoryMB, f.Purpose = memory, "every SCIM path"
			out = append(out, f)
		}
	}
	return out
}

// RESTPaths returns the routes of the function in the syntax of a REST API. Below one path it allows one variable segment, so
// the paths that no other route matches are those below a tenant.
func (f Function) RESTPaths() []string {
	var out []string
	for _, r := range f.Routes {
		if r == "*" {
			out = append(out, "/scim/v2", "/scim/v2/{tenant}", "/scim/v2/{tenant}/{proxy+}")
		}
	}
	for _, p := range f.Paths() {
		if p != "/scim/v2" && p != "/scim/v2/{proxy+}" {
			out = append(out, p)
		}
	}
	return out
}

// Paths returns the routes of the function in the syntax of an HTTP API.
func (f Function) Paths() []string {
	var out []string
	for _, r := range f.Routes {
		switch {
		case r == "*":
			out = append(out, "/scim/v2", "/scim/v2/{proxy+}")
		case r[0] == '/':
			out = append(out, r, r+"/{proxy+}")
		default:
			out = append(out, "/scim/v2/{tenant}/"+r, "/scim/v2/{tenant}/"+r+"/{proxy+}")
		}
	}
	return out
}
