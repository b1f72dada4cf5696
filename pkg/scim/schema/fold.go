package schema

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold gives the comparison form of a string for attributes that are not caseExact: NFKC
// and Unicode case folding (RFC 7644 §5, RFC 8265 §3.3). A string of lower-case ASCII is
// returned as it is, without allocation.
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

// foldUnicode normalises, folds and normalises again, since folding may undo NFKC.
func foldUnicode(s string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}
