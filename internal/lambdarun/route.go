package lambdarun

import (
	"strings"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/mcp"
)

// Names are the functions behind the gateway.
func Names() []string {
	return []string{"users", "groups", "discovery", "bulk", "resources", "activity", "mcp"}
}

// endpoints say which function has a route of its own for an endpoint of a tenant:
// Prefix/{tenant}/<endpoint> and everything below.
func endpoints() map[string]string {
	return map[string]string{
		"Users": "users", "Me": "users", "Groups": "groups", "Bulk": "bulk",
		"ServiceProviderConfig": "discovery", "ResourceTypes": "discovery", "Schemas": "discovery",
	}
}

// route is the function for a decoded path. What has no route of its own goes to the
// function behind $default, resources: a tenant's own types, the root, and every path that
// a client did not write as the gateway compares it (other letter case, doubled slashes).
func route(path string) string {
	rest, ok := strings.CutPrefix(path, app.Prefix+"/")
	switch {
	case strings.HasPrefix(path, activity.Prefix):
		return "activity"
	case path == mcp.Path:
		return "mcp"
	case !ok:
		return "resources"
	}
	tenant, rest, _ := strings.Cut(rest, "/")
	endpoint, _, _ := strings.Cut(rest, "/")
	if name := endpoints()[endpoint]; tenant != "" && name != "" {
		return name
	}
	return "resources"
}
