package activity

import (
	"fmt"
	"strings"
)

// expiring explains the warning that a credential ends soon.
func expiring(r *Record) Explanation {
	thing, command := "token", "token rotate"
	switch {
	case strings.HasPrefix(r.Operation, "secret."):
		thing, command = "secret of the OAuth client", "client rotate"
	case strings.HasPrefix(r.Operation, "client."):
		thing, command = "OAuth client", "client set"
	}
	text := func(name string) string {
		if v, ok := r.Values[name]; ok {
			return strings.TrimSpace(fmt.Sprint(v))
		}
		return ""
	}
	what := strings.TrimSpace(r.Resource + " " + text("name"))
	within := "soon"
	switch days := text("days"); days {
	case "":
	case "1":
		within = "within a day"
	default:
		within = "within " + days + " days"
	}
	use := fmt.Sprintf("`scimstack %s %s %s`", command, or(r.Tenant.String(), "TENANT"), r.Resource)
	todo := "Service operator: " + use + " makes a new one beside it, which the administrator of the identity provider enters there."
	if command == "client set" {
		todo = "Service operator: `scimstack client set " + or(r.Tenant.String(), "TENANT") + " " + r.Resource + " --expires 365d` sets another end, if the client is still needed."
	}
	return Explanation{
		Title: capital(thing) + " ends " + within,
		Meant: "The service warns 30, 14, 3 and 1 days before a credential ends.",
		Did:   fmt.Sprintf("The %s %s ends on %s. Until then nothing changes; afterwards its requests are refused.", thing, what, or(text("expires"), "the day that it was given")),
		Todo:  todo,
	}
}
