package schema_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestMaxBytes: the strings of all attributes count together, wherever they are, and members do not, whatever else there is.
func TestMaxBytes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 600)
	for name, c := range map[string]struct {
		rt   *schema.ResourceType
		body map[string]any
		ok   bool
	}{
		"short":                    {schema.UserType(), map[string]any{"userName": "a", "title": long}, true},
		"two attributes":           {schema.UserType(), map[string]any{"userName": "a", "title": long, "nickName": long}, false},
		"a part":                   {schema.UserType(), map[string]any{"userName": "a", "title": long, "name": map[string]any{"givenName": long}}, false},
		"a dotted name":            {schema.UserType(), map[string]any{"userName": "a", "title": long, "name.givenName": long}, false},
		"elements":                 {schema.UserType(), map[string]any{"userName": "a", "roles": []any{map[string]any{"value": long}, map[string]any{"value": "b" + long}}}, false},
		"an extension":             {schema.UserType(), map[string]any{"userName": "a", "title": long, schema.URNEnterpriseUser: map[string]any{"division": long}}, false},
		"members":                  {schema.GroupType(), map[string]any{"displayName": "g", "members": people(100)}, true},
		"members and others":       {schema.GroupType(), map[string]any{"displayName": "g", "externalId": "x", "members": people(100)}, true},
		"members and a long name":  {schema.GroupType(), map[string]any{"displayName": long, "externalId": "x", "members": people(100)}, true},
		"members and two of these": {schema.GroupType(), map[string]any{"displayName": long, "externalId": long, "members": people(100)}, false},
		"members in another case":  {schema.GroupType(), map[string]any{"DisplayName": "g", "Members": people(100), "EXTERNALID": "x"}, true},
	} {
		_, _, err := c.rt.Canonical(c.body, schema.Mode{MaxBytes: 1000})
		var fault *schema.Fault
		if sized := errors.As(err, &fault) && fault.Code == schema.FaultSize; c.ok && err != nil || !c.ok && !sized {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func people(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"value": fmt.Sprintf("0123456789-%d", i), "$ref": fmt.Sprintf("https://example.com/Users/%d", i), "type": "User"}
	}
	return list
}
