package schema

import "strings"

// URNs of the schemas of RFC 7643 §8.7.
const (
	URNUser                  = "urn:ietf:params:scim:schemas:core:2.0:User"
	URNGroup                 = "urn:ietf:params:scim:schemas:core:2.0:Group"
	URNEnterpriseUser        = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	URNServiceProviderConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	URNResourceType          = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	URNSchema                = "urn:ietf:params:scim:schemas:core:2.0:Schema"
)

// aliases are URNs of drafts and of SCIM 1.1 that identity providers still send for the
// enterprise extension (OneLogin, Entra galleries), in lower case.
var aliases = map[string]string{
	"urn:scim:schemas:extension:enterprise:1.0":                        URNEnterpriseUser,
	"urn:scim:schemas:extension:enterprise:2.0":                        URNEnterpriseUser,
	"urn:scim:schemas:extension:enterprise:2.0:user":                   URNEnterpriseUser,
	"urn:ietf:params:scim:schemas:extension:enterprise:1.0:user":       URNEnterpriseUser,
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:enterprise": URNEnterpriseUser,
}

// sameURN compares without regard to letter case and takes aliases for what they mean.
func sameURN(have, given string) bool {
	if strings.EqualFold(have, given) {
		return true
	}
	return len(given) > 40 && strings.EqualFold(have, aliases[strings.ToLower(given)])
}
