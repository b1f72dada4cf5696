package sqlstore

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// identifier is what a name of a table or column may be, perhaps with a schema before it. In double quotes, it is the name as
// the database has it.
var identifier = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*|"[^"\x00]+")(\.([A-Za-z_][A-Za-z0-9_]*|"[^"\x00]+"))?$`)

// quotes is the remedy for a name that the database does not take.
const quotes = "a name that is a reserved word, has other characters than letters, digits and _, or has capitals in Postgres, is given in double quotes, " +
	"as in Column(`\"order\"`) and Table(`public.\"User\"`)"

// unquoted is a name without its quotes, and whether it had some.
func unquoted(name string) (string, bool) {
	if len(name) > 1 && name[0] == '"' {
		return name[1 : len(name)-1], true
	}
	return name, false
}

// folded is a name that is equal for all spellings of a column.
func folded(name string) string {
	name, _ = unquoted(name)
	return strings.ToLower(name)
}

// schemaOf splits the name of a table: what is before it, with the dot, and the name as it is in the catalogue.
func schemaOf(table string) (before, name string) {
	at := strings.IndexByte(table, '.') + 1
	if strings.HasPrefix(table, `"`) { // the dot may be in the quotes
		end := strings.IndexByte(table[1:], '"') + 2
		at = 0
		if end < len(table) {
			at = end + 1
		}
	}
	name, _ = unquoted(table[at:])
	return table[:at], name
}

// mentions reports whether what a database says has the name of a column, in whatever quotes.
func mentions(text, column string) bool {
	name, exact := unquoted(column)
	if exact && !plain.MatchString(name) {
		return strings.Contains(text, name)
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(words, func(word string) bool { return word == name || !exact && strings.EqualFold(word, name) })
}

// plain is a name that is one word.
var plain = regexp.MustCompile(`^[\pL\pN_]+$`)
