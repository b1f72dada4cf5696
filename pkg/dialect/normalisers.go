package dialect

import "github.com/scimstack/scimstack/pkg/scim/schema"

// normalisers returns all normalisers in the order in which they apply: first those that this
// package rewrites, then the tolerances of the core.
func normalisers() []normaliser {
	return append(rewriters(), tolerances()...)
}

func rewriters() []normaliser {
	return []normaliser{
		{
			Name: "op-case", Quirks: []string{"ENTRA-04", "COMMON-05"},
			Reads: "`op` in another case: `Replace`", Becomes: "`replace`",
			Note: `op "…" was read as …`, sign: signOp, rewrite: opCase,
		},
		{
			Name: "patch-schemas", Quirks: []string{"COMMON-05"},
			Reads: "a PATCH body without `schemas`, or with `[]`", Becomes: "a PatchOp",
			Note: "schemas is missing; the body was read as a PatchOp", sign: signEnvelope, rewrite: envelope,
		},
		{
			Name: "legacy-urn", Quirks: []string{"ONEL-02", "ONEL-03", "ENTRA-27"},
			Reads:   "URNs of SCIM 1.1 and of drafts, and misspelt URNs, in `schemas`, member names and paths",
			Becomes: "the URN of RFC 7643",
			Note:    `schema "…" was read as …`, sign: signLegacy, rewrite: legacyURNs,
		},
		{
			Name: "manager-id", Quirks: []string{"ONEL-09"},
			Reads: "`managerId`", Becomes: "`manager.value`",
			Note: "managerId was read as manager.value", sign: signManager, rewrite: managerID,
		},
		{
			Name: "packed-json", Quirks: []string{"ENTRA-13"},
			Reads: "JSON in a string: an element of a list of objects, the list, a single object with a `value` such as `manager`, or the value after a path with a filter", Becomes: "the object or list; `displayName` of an object becomes `display`",
			Note: "…: JSON in a string was read as an object", sign: signPacked, rewrite: unpackAll,
		},
		{
			Name: "display-name", Quirks: []string{"ENTRA-13"},
			Reads: "`displayName` in an element that has a `display`, such as a role", Becomes: "`display`",
			Note: "…: displayName was read as display", sign: signNamed, rewrite: nameAll,
		},
		{
			Name: "members-wrapper", Quirks: []string{"COMMON-16"},
			Reads: "`{\"members\": […]}` as the value of `members`, in a PATCH or a resource", Becomes: "the members",
			Note: "members nested in members were read as the members", sign: signWrapper, rewrite: unwrap,
		},
	}
}

func tolerances() []normaliser {
	return []normaliser{
		{
			Name: "boolean-string", Quirks: []string{"ENTRA-03", "ENTRA-12", "ONEL-04", "KEYC-03"}, tolerance: schema.BooleanString,
			Reads: "`\"True\"` or `\"false\"` where a boolean is required", Becomes: "the boolean",
			Note: `… "…" was read as …`,
		},
		{
			Name: "empty-string", Quirks: []string{"COMMON-12", "OKTA-08", "ONEL-04", "ENTRA-11", "ENTRA-34"}, tolerance: schema.EmptyString,
			Reads: "`\"\"`, and blanks where no string is required, or the id of a resource, as in `manager`; also `\"{}\"` and `\"[]\"` there", Becomes: "no value, like `null` and `[]`",
			Note: "…: an empty string was read as unassigned",
		},
		{
			Name: "bare-value", Quirks: []string{"ONEL-05", "COMMON-16"}, tolerance: schema.BareValue,
			Reads: "a single value where a list is required", Becomes: "a list of one",
			Note: "…: one value was read as a list of one",
		},
		{
			Name: "list-of-one", Quirks: []string{"ENTRA-10", "OKTA-22"}, tolerance: schema.ListOfOne,
			Reads: "a list of one where a single object is required, or in a PATCH a single value, alone or as the `value` of an object; `[]` there", Becomes: "its element, or the `value` of it (`…: an object was read as its value`); no value",
			Note: "…: a list of one was read as its element",
		},
		{
			Name: "string-value", Quirks: []string{"ENTRA-10", "COMMON-16"}, tolerance: schema.StringValue,
			Reads: "a string or a number where an object with a `value` is required", Becomes: "the object with that `value`",
			Note: "…: a string was read as its value",
		},
		{
			Name: "valueless-entry", Quirks: []string{"ONEL-04"}, tolerance: schema.ValuelessEntry,
			Reads: "a list element with an empty `value`, `{}` or `null`", Becomes: "nothing",
			Note: "an element of … without a value was left out",
		},
		{
			Name: "last-primary", Quirks: []string{"COMMON-19", "PING-06"}, tolerance: schema.LastPrimary,
			Reads: "several elements with `primary`", Becomes: "only the last of them is primary",
			Note: "… has more than one primary value; the last one was kept",
		},
		{
			Name: "no-schemas", Quirks: []string{"COMMON-06"}, tolerance: schema.NoSchemas,
			Reads: "a resource without `schemas`", Becomes: "a resource of the endpoint's type",
			Note: "schemas is missing; the resource type of the endpoint was assumed",
		},
		{
			Name: "unknown-schema", Quirks: []string{"ENTRA-14", "ENTRA-27", "OKTA-20", "CYBR-04"}, tolerance: schema.UnknownSchemas,
			Reads: "an unknown URN in `schemas`", Becomes: "nothing",
			Note: `unknown schema "…" was ignored`,
		},
		{
			Name: "unknown-name", Quirks: []string{"COMMON-13", "ENTRA-27", "OKTA-20", "CYBR-04"}, tolerance: schema.UnknownNames,
			Reads: "an attribute that is in no schema of the resource type", Becomes: "nothing",
			Note: `unknown attribute "…" was ignored`,
		},
		{
			Name: "bare-extension", Quirks: []string{"ENTRA-10", "ENTRA-11", "COMMON-17"}, tolerance: schema.BareExtension,
			Reads: "`manager` and other extension attributes without their URN", Becomes: "the attribute of the extension",
			Note: "… was read without its schema URN",
		},
		{
			Name: "unquoted-value", Quirks: []string{"ENTRA-21", "COMMON-08"}, tolerance: schema.UnquotedValue,
			Reads: "a value in a filter or path without quotes, in single quotes, or of another type", Becomes: "a value of the attribute's type",
		},
		{
			Name: "missing-element", Quirks: []string{"ENTRA-06", "ENTRA-07", "ENTRA-08"}, tolerance: schema.MissingElement,
			Reads: "a replace whose filter selects nothing", Becomes: "a new element that the filter selects; nothing if the operation writes what the filter asks for, and an element has that value already: the request was repeated",
			Note: "the filter on … selected no element; one was created from the filter",
		},
		{
			Name: "remove-named", Quirks: []string{"COMMON-15", "ENTRA-16", "GOOG-07", "JUMP-05", "AUTK-03"}, tolerance: schema.RemoveNamed,
			Reads: "a remove on a list, with a `value`", Becomes: "removal of just those elements",
			Note: "remove of members with a value was read as removal of the given members",
		},
		{
			Name: "user-groups", Quirks: []string{"SAIL-05"}, tolerance: schema.UserGroups,
			Reads: "a PATCH path `groups` of a user", Becomes: "nothing: membership is changed at the group",
			Note: "groups is read-only and was ignored; change the members of the group instead",
		},
		{
			Name: "value-type", Quirks: []string{"COMMON-37"}, tolerance: schema.ValueType,
			Reads: "a number where a string is required, digits in quotes where a number is required, a date where a date and time is required", Becomes: "the value with that type",
			Note: "…: a number was read as a string",
		},
		{
			Name: "single-filter", Quirks: []string{"ENTRA-11"}, tolerance: schema.SingleFilter,
			Reads: "a filter after an attribute that has a single value, in a PATCH path", Becomes: "the value as a list of one",
			Note: "the filter in path does not select the value of …; it was kept",
		},
		{
			Name: "entra-single-member", Quirks: []string{"ENTRA-18"}, entra: true,
			Reads:   "a replace of `members` with one element, from Entra ID only",
			Becomes: "add",
			Note:    "replace of members with one element was read as add",
		},
	}
}
