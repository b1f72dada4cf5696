package histories

import (
	"slices"
	"strings"
)

// endpoints are those of a kind of tenant that have resources.
func endpoints(kind int) []string {
	if kinds[kind].custom {
		return []string{"Users", "Groups", "Devices"}
	}
	return []string{"Users", "Groups"}
}

// ending reads all that a tenant has: resources in several orders, the feed and the log. A difference that no answer has
// shown is found at the latest here.
func ending(h history) []request {
	var out []request
	if slices.ContainsFunc(h.requests, func(q request) bool { return strings.HasSuffix(q.path, "/pause") }) {
		out = append(out, request{method: "POST", path: operated + "/resume"})
	}
	for _, path := range []string{
		"Users?count=1000", "Groups?count=1000", "Users?count=1000&sortBy=userName", "Users?count=1000&sortBy=name.familyName&sortOrder=descending",
		"Groups?count=1000&sortBy=displayName&attributes=displayName", "Users?count=1000&filter=groups.value+pr&attributes=groups", "Users?count=1000&filter=active+eq+false&attributes=active",
		"/events/{{tenant}}?after=0&limit=1000", "/activity/{{tenant}}?count=500", "/activity/{{tenant}}?count=500&failed=true", "/activity/{{tenant}}?count=500&resource={{1}}", "Schemas", "ResourceTypes", "ServiceProviderConfig",
	} {
		out = append(out, request{method: "GET", path: path})
	}
	if len(endpoints(h.kind)) > 2 {
		out = append(out, request{method: "GET", path: "Devices?count=1000&sortBy=serial"})
	}
	return out
}
