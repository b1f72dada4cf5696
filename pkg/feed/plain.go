package feed

import (
	"cmp"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// userOf is a user in a plain form, from its document as shown.
func userOf(r *scim.Resource, doc map[string]any) *User {
	name, _ := doc["name"].(map[string]any)
	u := &User{
		ID: r.ID, ExternalID: r.ExternalID, UserName: text(doc["userName"]), Email: email(doc["emails"]),
		GivenName: text(name["givenName"]), FamilyName: text(name["familyName"]), Active: doc["active"] != false,
	}
	u.Name = cmp.Or(text(doc["displayName"]), text(name["formatted"]), strings.TrimSpace(u.GivenName+" "+u.FamilyName))
	return u
}

// email is the primary e-mail address, or the one for work, or the first one.
func email(v any) (found string) {
	list, _ := v.([]any)
	best := 0
	for _, e := range list {
		one, _ := e.(map[string]any)
		address, rank := text(one["value"]), 1
		switch {
		case address == "":
			continue
		case one["primary"] == true:
			rank = 3
		case strings.EqualFold(text(one["type"]), "work"):
			rank = 2
		}
		if rank > best {
			found, best = address, rank
		}
	}
	return found
}

func groupOf(r *scim.Resource, doc map[string]any) *Group {
	return &Group{ID: r.ID, ExternalID: r.ExternalID, Name: text(doc["displayName"])}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
