package histories

import "strings"

// respelled is a body as the service "respelled" gets it, over a store in memory: a name is in another case, so that the
// body is not canonical. The engine then makes a canonical one, and does not store the body as it is. A fault of that short
// way, which all stores have in common, is a difference, too. Its store does the same for PATCH, see escaping.
func (s *service) respelled(body string) string {
	if s.name != "respelled" {
		return body
	}
	return strings.Replace(body, `"schemas":["`+core, `"Schemas":["`+core, 1)
}
