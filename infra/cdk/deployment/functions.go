package deployment

// Access is what a function may do with the table.
type Access int

// Kinds of access.
const (
	ReadWrite   Access = iota // items of every kind
	TenantItems               // settings and tokens to read, records of the provisioning log to add
	LogReader                 // TenantItems, and the provisioning log to read
	Consumer                  // ReadWrite, and to read the stream
)

// Function is one Lambda function: the folder functions/<Name>, the asset build/<arch>/<Name>.
type Function struct {
	Name    string
	Purpose string
	// Routes are below /scim/v2/{tenant} unless they begin with '/'. A route R takes R and
	// everything below it; "*" is whatever no other route takes.
	Routes   []string
	MemoryMB int
	Seconds  int // time limit; the gateway gives up after 29 (REST) or 30 (HTTP)
	Access   Access
}

// Functions is the one list of them. The folders in functions/, the routes of both gateways,
// the roles, the log groups and the dashboard follow it; a test compares them.
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
			Name: "resources", Purpose: "resource types of a tenant's own, search over all types, every other path",
			Routes: []string{"*"}, MemoryMB: 512, Seconds: 29, Access: ReadWrite,
		},
		{Name: "activity", Purpose: "/activity, the provisioning log", Routes: []string{"/activity"}, MemoryMB: 256, Seconds: 29, Access: LogReader},
		{Name: "mcp", Purpose: "/mcp, for agents", Routes: []string{"/mcp"}, MemoryMB: 512, Seconds: 29, Access: ReadWrite},
		{Name: "stream", Purpose: "the table's stream: counters, leftovers of interrupted writes", MemoryMB: 512, Seconds: 60, Access: Consumer},
	}
}

// Deployed are the functions of a topology. "single" keeps the one that takes every path of
// SCIM, with the memory of the largest, and those that are not SCIM.
func (c Customer) Deployed() []Function {
	all := Functions()
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
			f.MemoryMB, f.Purpose = memory, "every path of SCIM"
			out = append(out, f)
		}
	}
	return out
}

// Paths are the routes of the function as both gateways spell them.
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
