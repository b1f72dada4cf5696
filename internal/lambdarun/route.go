package lambdarun

import (
	"strings"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/oauth/authserver"
)

// Names returns the functions that serve requests of the gateway.
func Names() []string {
	return []string{"users", "groups", "discovery", "bulk", "resources", "activity", "mcp", "oauth", "admin"}
}

// endpoints maps the endpoints of a tenant that have their own route to their functions. The route is
// Prefix/{tenant}/<endpoint> and everything below it.
func endpoints() map[string]string {
	return map[string]string{
		"Users": "users", "Me": "users", "Groups": "groups", "Bulk": "bulk",
		"ServiceProviderConfig": "discovery", "ResourceTypes": "discovery", "Schemas": "discovery",
	}
}

// route returns the function for a decoded path. A path without its own route goes to resources, the
// function of the $default route: the tenant's own resource types, the root, and every path that the
// gateway does not recognise because it compares byte by byte (another case, doubled slashes).
func route(path string) string {
	rest, ok := strings.CutPrefix(path, scimstack.Prefix+"/")
	switch {
	case strings.HasPrefix(path, activity.Prefix), path == feed.Path, strings.HasPrefix(path, feed.Path+"/"):
		return "activity"
	case authserver.Serves(path):
		return "oauth"
	case path == "/admin/v1" || strings.HasPrefix(path, "/admin/v1/"):
		return "admin"
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
