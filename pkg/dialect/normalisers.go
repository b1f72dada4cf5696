package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

// normalisers are all of them, in the order in which they work: first this package's
// rewriting, then what the core reads under.
func normalisers() []Normaliser {
	return append(rewriters(), tolerances()...)
}

func rewriters() []Normaliser {
	return []Normaliser{
		{
			Name: "op-case", Quirks: []string{"ENTRA-04", "COMMON-05"},
			Reads: "`op` in another letter case: `Replace`", Becomes: "`replace`",
			Note: `op "…" was read as …`, sign: signOp, rewrite: opCase,
		},
		{
			Name: "patch-schemas", Quirks: []string{"COMMON-05"},
			Reads: "a PATCH body without `schemas`", Becomes: "a PATCH body",
			Note: "schemas is missing; the method says that it is a PATCH", sign: signEnvelope, rewrite: envelope,
		},
		{
			Name: "legacy-urn", Quirks: []string{"ONEL-02", "ONEL-03", "ENTRA-27"},
			Reads:   "URNs of SCIM 1.1, of drafts, and misspelt ones, in `schemas`, keys and paths",
			Becomes: "the URN of RFC 7643",
			Note:    `schema "…" was read as …`, sign: signLegacy, rewrite: legacyURNs,
		},
		{
			Name: "manager-id", Quirks: []string{"ONEL-09"},
			Reads: "`managerId`", Becomes: "`manager.value`",
			Note: "managerId was read as the value of manager", sign: signManager, rewrite: managerID,
		},
		{
			Name: "packed-json", Quirks: []string{"ENTRA-13"},
			Reads: "an element of a list that is an object written as a text", Becomes: "the object; its `displayName` is `display`",
			Note: "…: an object in a text was read as the object", sign: signPacked, rewrite: unpackAll,
		},
		{
			Name: "members-wrapper", Quirks: []string{"COMMON-16"},
			Reads: "`{\"members\": […]}` as the value of `members`", Becomes: "the members",
			Note: "members inside of members were read as the members", sign: signWrapper, rewrite: unwrap,
		},
		{
			Name: "listed-boolean", Quirks: []string{"OKTA-22"},
			Reads: "`[false]` in a PATCH of a boolean", Becomes: "`false`",
			Note: "…: a list of one was read as its element", sign: signListed, rewrite: unlist,
		},
	}
}

func tolerances() []Normaliser {
	return []Normaliser{
		{
			Name: "boolean-text", Quirks: []string{"ENTRA-03", "ENTRA-12", "ONEL-04", "KEYC-03"}, tolerance: schema.BooleanString,
			Reads: "`\"True\"`, `\"false\"` where a boolean belongs", Becomes: "the boolean",
			Note: `… "…" was read as …`,
		},
		{
			Name: "empty-text", Quirks: []string{"COMMON-12", "OKTA-08", "ONEL-04", "ENTRA-11", "ENTRA-34"}, tolerance: schema.EmptyString,
			Reads: "`\"\"`", Becomes: "no value, as `null` and `[]`",
			Note: "…: an empty string was read as unassigned",
		},
		{
			Name: "bare-value", Quirks: []string{"ONEL-05", "COMMON-16"}, tolerance: schema.BareValue,
			Reads: "one value where a list belongs", Becomes: "a list of one",
			Note: "…: one value was read as a list of one",
		},
		{
			Name: "list-of-one", Quirks: []string{"ENTRA-10"}, tolerance: schema.ListOfOne,
			Reads: "a list of one where a single object belongs", Becomes: "its element",
			Note: "…: a list of one was read as its element",
		},
		{
			Name: "text-value", Quirks: []string{"ENTRA-10", "COMMON-16"}, tolerance: schema.StringValue,
			Reads: "a text where an object with a `value` belongs", Becomes: "the object with that `value`",
			Note: "…: a string was read as its value",
		},
		{
			Name: "valueless-entry", Quirks: []string{"ONEL-04"}, tolerance: schema.ValuelessEntry,
			Reads: "an element of a list whose `value` is empty", Becomes: "nothing",
			Note: "an element of … without a value was left out",
		},
		{
			Name: "last-primary", Quirks: []string{"COMMON-19", "PING-06"}, tolerance: schema.LastPrimary,
			Reads: "several elements that are `primary`", Becomes: "the last one of them is",
			Note: "… has more than one primary value; the last one was kept",
		},
		{
			Name: "no-schemas", Quirks: []string{"COMMON-06"}, tolerance: schema.NoSchemas,
			Reads: "a resource without `schemas`", Becomes: "a resource of the type of the endpoint",
			Note: "schemas is missing; the resource type of the endpoint was assumed",
		},
		{
			Name: "unknown-schema", Quirks: []string{"ENTRA-14", "ENTRA-27", "OKTA-20", "CYBR-04"}, tolerance: schema.UnknownSchemas,
			Reads: "an unknown URN in `schemas`", Becomes: "nothing",
			Note: `unknown schema "…" was ignored`,
		},
		{
			Name: "unknown-name", Quirks: []string{"COMMON-13", "ENTRA-27", "OKTA-20", "CYBR-04"}, tolerance: schema.UnknownNames,
			Reads: "an attribute that no schema of the type has", Becomes: "nothing",
			Note: `unknown attribute "…" was ignored`,
		},
		{
			Name: "bare-extension", Quirks: []string{"ENTRA-10", "ENTRA-11", "COMMON-17"}, tolerance: schema.BareExtension,
			Reads: "`manager` and other attributes of an extension without its URN", Becomes: "the attribute of the extension",
			Note: "… was read without its schema URN",
		},
		{
			Name: "bare-word", Quirks: []string{"ENTRA-21", "COMMON-08"}, tolerance: schema.UnquotedValue,
			Reads: "a value of a filter without quotes", Becomes: "a text",
		},
		{
			Name: "missing-element", Quirks: []string{"ENTRA-06", "ENTRA-07", "ENTRA-08"}, tolerance: schema.MissingElement,
			Reads: "replace with a filter that selects nothing", Becomes: "an element that the filter would have selected",
			Note: "the filter on … selected no element; one was created from the filter",
		},
		{
			Name: "remove-named", Quirks: []string{"COMMON-15", "ENTRA-16", "GOOG-07", "JUMP-05", "AUTK-03"}, tolerance: schema.RemoveNamed,
			Reads: "remove on a list with a `value`", Becomes: "the removal of just these elements",
			Note: "remove of members with a value was read as removal of the given members",
		},
		{
			Name: "entra-single-member", Quirks: []string{"ENTRA-18"}, entra: true,
			Reads:   "replace of `members` with one element, from Entra ID only",
			Becomes: "add",
			Note:    "replace of members with one element was read as add",
		},
	}
}
