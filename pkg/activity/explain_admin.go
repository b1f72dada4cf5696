package activity

import "strings"

// administered explains a change of the administration.
func administered(r *Record) Explanation {
	title, did := administration(r.Operation)
	if len(r.Changed) > 0 {
		did += " It changed " + strings.Join(r.Changed, ", ") + "."
	}
	return Explanation{
		Title: title, Meant: or(r.Actor, "An operator") + " administered the tenant.", Did: did,
		Todo: "No action is needed. A change takes effect within a minute.",
	}
}

// administration says what an operation of EntryAdmin is.
func administration(operation string) (title, did string) {
	thing, verb, _ := strings.Cut(operation, ".")
	past, ok := map[string]string{
		"create": "created", "update": "changed", "pause": "paused", "resume": "resumed", "delete": "deleted", "rotate": "rotated",
		"revoke": "revoked", "remove": "removed", "reindex": "reindexed", "recount": "recounted", "export": "exported", "import": "imported",
	}[verb]
	if !ok {
		return "Administration", "The service carried it out."
	}
	return capital(thing) + " " + past, "The service " + past + " the " + thing + "."
}
