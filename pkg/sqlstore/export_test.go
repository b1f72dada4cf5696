package sqlstore

import "regexp"

// TableNames lists the tables with rows of tenants, as the schema defines them.
func TableNames() (names []string) {
	for _, step := range migrations() {
		for _, m := range regexp.MustCompile(`CREATE TABLE (\w+)`).FindAllStringSubmatch(step, -1) {
			names = append(names, m[1])
		}
	}
	return names
}
