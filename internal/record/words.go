package record

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// words are what a recording of one tenant may contain as it was sent. Everything that is not
// listed is replaced. Keys are in lower case.
type words struct {
	names    map[string]bool // of attributes, schemas, parameters, operators, media types
	segments map[string]bool // of paths
	values   map[string]bool // of any attribute: canonical values and the spellings of booleans
	booleans map[string]bool // attributes whose numbers 0 and 1 are booleans
}

// protocol are the names of RFC 7643, RFC 7644 and HTTP that no schema lists.
const protocol = `and or not eq ne co sw ew gt ge lt le pr true false null
filter attributes excludedAttributes sortBy sortOrder startIndex count cursor ascending descending
Operations op path value add remove replace method GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT
bulkId data failOnErrors response status detail scimType location version totalResults itemsPerPage Resources
nextCursor previousCursor schema $ref ref primary display type members groups
invalidFilter tooMany uniqueness mutability invalidSyntax invalidPath noTarget invalidValue invalidVers sensitive
invalidCursor expiredCursor invalidCount
urn ietf params scim api messages schemas core extension 1.0 1.1 2.0 User Group Resource
ListResponse SearchRequest PatchOp BulkRequest BulkResponse Error
application text scim+json json plain html xml x-www-form-urlencoded form-data multipart octet-stream * charset utf-8 q
gzip x-gzip deflate br identity Bearer Basic Digest Negotiate Token
okta client scim2 google-auto-provisioning Microsoft Azure Entra AAD OneLogin JumpCloud PingFederate Rippling CyberArk
Workday SailPoint Keycloak authentik AWS Go-http-client
urn:scim:schemas:core:1.0 urn:scim:schemas:core:2.0 urn:scim:schemas:core:2.0:User urn:scim:schemas:core:2.0:Group
urn:scim:schemas:extension:enterprise:1.0 urn:scim:schemas:extension:enterprise:2.0
http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group
http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User`

// places are the segments of paths that no resource type lists.
const places = `Users Groups Me Bulk .search ServiceProviderConfig ServiceProviderConfigs ResourceTypes Schemas`

// values are kept in every attribute.
const values = `true false work home other mobile fax pager User Group direct indirect`

// newWords returns the words of a tenant with these resource types; nil means User and Group.
func newWords(types []*schema.ResourceType) *words {
	w := &words{names: set(protocol), segments: set(places), values: set(values), booleans: map[string]bool{}}
	if len(types) == 0 {
		types = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	}
	for _, s := range []*schema.Schema{schema.User(), schema.EnterpriseUser(), schema.Group(), schema.ServiceProviderConfig(), schema.ResourceTypeSchema(), schema.SchemaSchema()} {
		w.schema(s)
	}
	for _, name := range []string{"schemas", "id", "externalId", "meta"} {
		w.attributes([]*schema.Attribute{schema.Common(name)})
	}
	for _, rt := range types {
		w.segments[strings.ToLower(strings.TrimPrefix(rt.Endpoint, "/"))] = true
		w.segments[strings.ToLower(rt.Name)] = true // of ResourceTypes
		w.names[strings.ToLower(rt.Name)], w.values[strings.ToLower(rt.Name)] = true, true
		w.schema(rt.Schema)
		for _, e := range rt.Extensions {
			w.schema(e.Schema)
		}
	}
	return w
}

func set(text string) map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.Fields(text) {
		out[strings.ToLower(word)] = true
	}
	return out
}

// schema adds the names of a schema, and the parts of its URN, which clients misspell.
func (w *words) schema(s *schema.Schema) {
	w.names[strings.ToLower(s.ID)] = true
	for part := range strings.SplitSeq(strings.ToLower(s.ID), ":") {
		w.names[part] = true
	}
	w.attributes(s.Attributes)
}

func (w *words) attributes(list []*schema.Attribute) {
	for _, a := range list {
		name := strings.ToLower(a.Name)
		w.names[name] = true
		if a.Type == schema.Boolean {
			w.booleans[name] = true
		}
		for _, v := range a.CanonicalValues {
			w.values[strings.ToLower(v)] = true
		}
		w.attributes(a.SubAttributes)
	}
}

// word reports whether a word is a name of the protocol or of the schemas.
func (w *words) word(s string) bool { return w.names[strings.ToLower(s)] }

// canonical reports whether a value is one of the protocol or of the schemas.
func (w *words) canonical(s string) bool { return w.values[strings.ToLower(s)] }
