package schema

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the comparison form of a value of an attribute that is not caseExact: NFKC and
// Unicode case folding. A string of lower-case ASCII characters is returned unchanged, without
// allocation. Names are not values: see NameKey. Values of a known attribute are compared with
// Attribute.Fold. (RFC 7644 §5)
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

// Fold returns the comparison form of a string value of the attribute. Two values are equal if
// and only if their forms are equal: filters, index keys and uniqueness all use this form, so
// that a value is refused as taken exactly if a filter finds it. A value of a caseExact attribute
// is its own form; other identifiers, such as userName, have the form of RFC 8265 §3.3, and other
// strings that of the function Fold.
func (a *Attribute) Fold(s string) string {
	switch {
	case a.CaseExact:
		return s
	case a.identifier:
		return foldIdentifier(s)
	}
	return Fold(s)
}

// FoldsASCII reports whether Fold(s) is s with its ASCII letters in lower case, so that a caller
// can compare it without building the form. It does not hold for a caseExact attribute.
func (a *Attribute) FoldsASCII(s string) bool {
	if a.identifier {
		return tidyASCII(s)
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
