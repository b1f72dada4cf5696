package schema

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the comparison form of a value of an attribute that is not caseExact: NFKC and
// Unicode case folding. A string of lower-case ASCII characters is returned unchanged, without
// allocation. Names are not values: see NameKey. (RFC 7644 §5, RFC 8265 §3.3)
func Fold(s string) string {
	upper := false
	for i := range len(s) {
		if s[i] >= 0x80 {
			return foldUnicode(s)
		}
		upper = upper || isUpper(s[i])
	}
	if !upper {
		return s
	}
	return lowered(s)
}

// foldUnicode normalises, folds and normalises again, because folding may undo NFKC.
func foldUnicode(s string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}
