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

// Texts returns every statement that the database has been asked so far, as it was sent.
func (d *Database) Texts() (texts []string) {
	d.texts.Range(func(_, text any) bool {
		texts = append(texts, text.(string))
		return true
	})
	return texts
}

// SetReport replaces Options.Report.
func SetReport(d *Database, report func(error)) { d.report = report }

// LockWrites is the statement with which a migration waits for writes.
func (d Dialect) LockWrites() string { return d.lockWrites }
