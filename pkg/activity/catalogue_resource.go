package activity

import "github.com/scimstack/scimstack/pkg/scim"

// resourceCauses: people, groups and their attributes.
var resourceCauses = map[scim.Code]cause{
	scim.CodeResource: {
		title: "The {thing} does not exist (any more)", did: refused,
		todo: "Usually nothing: the {thing} was deleted here, and the identity provider creates it again when it next synchronises. If it keeps using an old id, the administrator removes the assignment and adds it again.",
		rfc:  "RFC 7644 §3.4.1, §3.12",
	},
	scim.CodeTaken: {
		title: "{attribute} is taken",
		did:   "The service answered {status} and changed nothing, because {holder} has this {attribute} already. There is no second {thing}.",
		todo:  "Usually nothing: the identity provider looks the existing one up and takes it over. If it does not, the administrator links the two by matching on {attribute}, or renames or deletes one of them.",
		rfc:   "RFC 7643 §7 (uniqueness), RFC 7644 §3.3, §3.12",
	},
	scim.CodeStale: {
		title: "The {thing} changed in between", did: "The service answered {status} and kept the newer state.",
		todo: "Nothing: the client reads the {thing} again and repeats its change.",
		rfc:  "RFC 7644 §3.14, RFC 9110 §13.1.1",
	},
	scim.CodeResourceSize: {
		title: "Resource too large", did: "The service answered {status} and changed nothing, because the {thing} is larger than the store can keep (about 390 KB).",
		todo: "Identity provider administrator: map shorter values. Photos and certificates are sent as links, not as data.",
		rfc:  "RFC 7644 §3.12",
	},
	scim.CodeAttribute: {
		title: "An unknown attribute", did: "The service answered {status} and changed nothing, because {attribute} is in no schema of the tenant and the tenant is strict.",
		todo: "The administrator removes {attribute} from the attribute mapping, or the operator adds it to the tenant's schemas, or sets the tenant to tolerant: then unknown attributes are passed over and noted.",
		rfc:  "RFC 7643 §2.1, RFC 7644 §3.12",
	},
	scim.CodeValue: {
		title: "A value of the wrong kind", did: "The service answered {status} and changed nothing, because of the value of {attribute}.",
		todo: "The administrator corrects the mapping of {attribute}: its type and form are described under /Schemas.",
		rfc:  "RFC 7643 §2.3, RFC 7644 §3.12",
	},
	scim.CodeSingle: {
		title: "Several values for a single one", did: "The service answered {status} and changed nothing, because {attribute} takes one value and a list came.",
		todo: "The administrator maps {attribute} from a source with one value, or with an expression that picks one of the list, such as its first.",
		rfc:  "RFC 7643 §2.4, RFC 7644 §3.12",
	},
	scim.CodeRequired: {
		title: "A required attribute is missing", did: "The service answered {status} and changed nothing, because {attribute} has no value.",
		todo: "The administrator maps {attribute} to a source that has a value for this {thing}, or fills that source in.",
		rfc:  "RFC 7643 §2.2, §7 (required), RFC 7644 §3.12",
	},
	scim.CodeMutability: {
		title: "An attribute that cannot be changed", did: refused,
		todo: "The administrator removes the attribute from the mapping, or limits it to creation.",
		rfc:  "RFC 7643 §7 (mutability), RFC 7644 §3.5.2, §3.12",
	},
	scim.CodePatch: {
		title: "A change that cannot be read", did: refused,
		todo: "Whoever wrote the client corrects the PATCH body: Operations is a list, and op is add, replace or remove.",
		rfc:  "RFC 7644 §3.5.2",
	},
	scim.CodePatchSize: {
		title: "Too many operations in one change", did: refused,
		todo: "The administrator lowers the number of changes in one request, or the operator raises the tenant's limit.",
		rfc:  "RFC 7644 §3.5.2, §3.12",
	},
	scim.CodePath: {
		title: "A path that cannot be read", did: refused,
		todo: "The administrator corrects the target attribute in the mapping, for example: emails[type eq \"work\"].value.",
		rfc:  "RFC 7644 §3.5.2, §3.12",
	},
	scim.CodeTarget: {
		title: "A change without a target", did: refused,
		todo: "The administrator checks the target attribute in the mapping: the path selects nothing, and the tenant is strict. A tolerant tenant creates what is missing.",
		rfc:  "RFC 7644 §3.5.2.2, §3.5.2.3",
	},
	scim.CodeMemberSelf: {
		title: "A group in itself", did: refused,
		todo: "The administrator of the directory takes the group out of its own members.",
		rfc:  "RFC 7643 §4.2",
	},
	scim.CodeMemberType: {
		title: "A member of another kind", did: refused,
		todo: "Whoever wrote the client sends the member's id with its own type, or without a type.",
		rfc:  "RFC 7643 §4.2",
	},
	scim.CodeMemberUnknown: {
		title: "An unknown member", did: "The service answered {status} and changed nothing, because a member does not exist here and the tenant is strict.",
		todo: "The administrator assigns that person too, so that the person is created before the group is pushed. A tolerant tenant adds the known members and notes the others.",
		rfc:  "RFC 7643 §4.2, RFC 7644 §3.12",
	},
}
