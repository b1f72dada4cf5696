package activity

import "github.com/scimstack/scimstack/pkg/scim"

// resourceCauses: resources and the values of their attributes.
var resourceCauses = map[scim.Code]cause{
	scim.CodeResource: {
		title: "{Thing} not found", did: refused + "the {thing} does not exist, or no longer does.",
		todo: "Usually no action is needed: the {thing} was deleted here, and the identity provider creates it again at its next synchronisation. Identity provider administrator: if it keeps using the old id, remove the assignment and add it again.",
		rfc:  "RFC 7644 §3.4.1, §3.12",
	},
	scim.CodeTaken: {
		title: "Value of {attribute} already in use",
		did:   refused + "{holder} already has this value of {attribute}. No second {thing} was created.",
		todo:  "Usually no action is needed: the identity provider looks up the existing {thing} and links to it. Identity provider administrator: if it does not, link the two by matching on {attribute}, or rename or delete one of them.",
		rfc:   "RFC 7643 §7 (uniqueness), RFC 7644 §3.3, §3.12",
	},
	scim.CodeSelf: {
		title: "Own status cannot be changed", did: refused + "a token that is linked to a user cannot activate or deactivate this user.",
		todo: "Client developer: leave active out of changes to /Me and to the user's own resource. The identity provider, whose token is linked to no user, sets it.",
		rfc:  "RFC 7644 §3.11",
	},
	scim.CodeStale: {
		title: "{Thing} changed since it was read", did: "The service answered {status} and kept the newer state, because the version in If-Match is no longer the current one.",
		todo: "No action is needed: the client reads the {thing} again and repeats its change.",
		rfc:  "RFC 7644 §3.14, RFC 9110 §13.1.1",
	},
	scim.CodeNoneMatch: {
		title: "If-None-Match names the current state", did: refused + "If-None-Match asks that the {thing} does not exist, or that it has another version than the one it names. It has not changed.",
		todo: "Client developer: to change the {thing} only in the version that was read, send that version in If-Match.",
		rfc:  "RFC 7644 §3.14, RFC 9110 §13.1.2",
	},
	scim.CodeUntagged: {
		title: "If-Match on a request without versions", did: refused + "If-Match names a version, and only a resource has versions: a list, a search or the creation of a resource has none.",
		todo: "Client developer: send If-Match only with a request for one resource.",
		rfc:  "RFC 9110 §13.1.1",
	},
	scim.CodeMembersTooMany: {
		title: "Group too large for one answer", did: refused + "the group has more members than one answer may hold. A shortened list would make a client remove all other members.",
		todo: "Client developer: request the group with excludedAttributes=members, read its members by pages with /Users?filter=groups.value eq \"<id of the group>\", and change them with PATCH. Lists and searches leave them out. Service operator: alternatively, raise the tenant's limit of members in an answer with `scimstack tenant set {tenant} limits.maxMembers=50000`.",
		rfc:  "RFC 7644 §3.4.2.5, §3.12",
	},
	scim.CodeResourceSize: {
		title: "Resource too large", did: refused + "the {thing} is larger than the store can keep (about 390 KB).",
		todo: "Identity provider administrator: map shorter values. Photos and certificates are sent as links, not as data.",
		rfc:  "RFC 7644 §3.12",
	},
	scim.CodeAttribute: {
		title: "Unknown attribute", did: refused + "no schema of the tenant has {attribute}, and the tenant is strict.",
		todo: "Identity provider administrator: remove {attribute} from the attribute mapping. Service operator: alternatively, add it to the tenant's schemas with `scimstack schema put {tenant} FILE`, or set the tenant to tolerant with `scimstack tenant set {tenant} mode=tolerant`, so that unknown attributes are skipped and noted.",
		rfc:  "RFC 7643 §2.1, RFC 7644 §3.12",
	},
	scim.CodeValue: {
		title: "Invalid attribute value", did: refused + "the value of {attribute} does not match its definition.",
		todo: "Identity provider administrator: correct the mapping of {attribute}. Its type and form are described under /Schemas.",
		rfc:  "RFC 7643 §2.3, RFC 7644 §3.12",
	},
	scim.CodeSingle: {
		title: "Several values for a single-valued attribute", did: refused + "{attribute} takes a single value and received a list.",
		todo: "Identity provider administrator: map {attribute} from a source with one value, or with an expression that selects one value of the list, such as the first.",
		rfc:  "RFC 7643 §2.4, RFC 7644 §3.12",
	},
	scim.CodeValues: {
		title: "Too many values", did: refused + "{attribute} would have more values than the tenant's limit for a multi-valued attribute.",
		todo: "Identity provider administrator: map {attribute} from a source with fewer values, or remove values that are not needed. Service operator: alternatively, raise the tenant's limit with `scimstack tenant set {tenant} limits.maxValues=5000`.",
		rfc:  "RFC 7643 §2.4, RFC 7644 §3.12",
	},
	scim.CodeRequired: {
		title: "Required attribute missing", did: refused + "{attribute} is required and has no value.",
		todo: "Identity provider administrator: map {attribute} to a source that has a value for this {thing}, or fill in that source.",
		rfc:  "RFC 7643 §2.2, §7 (required), RFC 7644 §3.12",
	},
	scim.CodeMutability: {
		title: "Attribute not modifiable", did: refused + "{attribute} is read-only, or cannot be changed after creation.",
		todo: "Identity provider administrator: remove the attribute from the mapping, or map it on creation only.",
		rfc:  "RFC 7643 §7 (mutability), RFC 7644 §3.5.2, §3.12",
	},
}

// changeCauses: PATCH requests, their paths, and members of groups.
var changeCauses = map[scim.Code]cause{
	scim.CodePatch: {
		title: "Invalid PATCH request", did: refused + "the body is not a valid PatchOp message.",
		todo: "Client developer: correct the PATCH body: Operations is a list, and op is add, replace or remove.",
		rfc:  "RFC 7644 §3.5.2",
	},
	scim.CodePatchSize: {
		title: "Too many PATCH operations", did: refused + "the request has more operations than the tenant's limit.",
		todo: "Identity provider administrator: lower the number of changes in one request. Service operator: alternatively, raise the tenant's limit with `scimstack tenant set {tenant} limits.maxPatchOps=20000`.",
		rfc:  "RFC 7644 §3.5.2, §3.12",
	},
	scim.CodePath: {
		title: "Invalid attribute path", did: refused + "the path of an operation does not follow the grammar.",
		todo: "Identity provider administrator: correct the target attribute in the mapping, for example: emails[type eq \"work\"].value.",
		rfc:  "RFC 7644 §3.5.2, §3.12",
	},
	scim.CodePathName: {
		title: "An unknown attribute in a path", did: "The service answered {status} and changed nothing, because {attribute} is in no schema of the tenant and the tenant is strict.",
		todo: "The administrator corrects the target attribute in the mapping, or the operator adds {attribute} to the tenant's schemas (`scimstack schema put {tenant} FILE`) or sets the tenant to tolerant (`scimstack tenant set {tenant} mode=tolerant`): then unknown attributes are skipped and noted.",
		rfc:  "RFC 7643 §2.1, RFC 7644 §3.5.2, §3.12",
	},
	scim.CodeTarget: {
		title: "PATCH target not found", did: refused + "the path selects nothing, and the tenant is strict.",
		todo: "Identity provider administrator: check the target attribute in the mapping. Service operator: alternatively, set the tenant to tolerant with `scimstack tenant set {tenant} mode=tolerant`, so that missing values are created.",
		rfc:  "RFC 7644 §3.5.2.2, §3.5.2.3",
	},
	scim.CodeMemberSelf: {
		title: "Group as its own member", did: refused + "a group cannot be a member of itself.",
		todo: "Identity provider administrator: remove the group from its own members in the directory.",
		rfc:  "RFC 7643 §4.2",
	},
	scim.CodeMemberType: {
		title: "Member type mismatch", did: refused + "the type or the $ref of a member names another resource than its id.",
		todo: "Client developer: send the member's id with its own type and $ref, or without them.",
		rfc:  "RFC 7643 §4.2",
	},
	scim.CodeMemberUnknown: {
		title: "Unknown member", did: refused + "a member does not exist here and the tenant is strict.",
		todo: "Identity provider administrator: assign that user as well, so that the user is created before the group is pushed. Service operator: alternatively, set the tenant to tolerant with `scimstack tenant set {tenant} mode=tolerant`, so that the known members are added and the others are noted.",
		rfc:  "RFC 7643 §4.2, RFC 7644 §3.12",
	},
}
