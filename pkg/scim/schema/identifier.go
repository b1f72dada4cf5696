package schema

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// This file has the rules for userName and other identifiers that are compared
// case-insensitively (RFC 7644 §5, RFC 8265 §3.3: UsernameCaseMapped). Strings of ordinary ASCII
// characters need none of the tables of Unicode.

// foldIdentifier maps width and other compatibility variants, lower-cases, and leaves out blanks
// at the ends, repeated blanks and invisible characters, so that identifiers that look alike are
// equal. Unlike case folding, lower-casing keeps "ß" apart from "ss", and the Greek final sigma
// apart from sigma, as RFC 8265 says.
func foldIdentifier(s string) string {
	if tidyASCII(s) {
		return NameKey(s)
	}
	s = visibleOnly(norm.NFKC.String(s))
	s = norm.NFKC.String(cases.Lower(language.Und, cases.HandleFinalSigma(false)).String(s))
	return strings.Join(strings.Fields(s), " ")
}

// tidyASCII reports whether a string has printable ASCII characters only, and no blank at its
// ends or next to another one.
func tidyASCII(s string) bool {
	blank := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && blank {
			return false
		}
		blank = c == ' '
	}
	return !blank || s == ""
}

func visibleOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}

// invisible reports whether a character is not seen and is not a blank: zero-width and
// bidirectional formatting characters, the soft hyphen, the byte order mark, fillers and
// variation selectors.
func invisible(r rune) bool {
	if r < 0x80 {
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// visible reports whether a string has a character that is seen.
func visible(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsControl(r) && !invisible(r) && r != 0x2800 // an empty Braille cell
	}) >= 0
}

// userName checks a userName. In strict mode it has the form of RFC 8265; in tolerant mode it
// is brought into it as far as possible, and only control characters are refused.
func (c *coercer) userName(s, path string) (string, error) {
	if tidyASCII(s) {
		return s, nil
	}
	if c.mode.Strict {
		if !isUserName(s) {
			return "", invalidValue(path, "must not have blanks at its ends, or control, invisible or other characters that RFC 8265 excludes")
		}
		return s, nil
	}
	mapped := mapUserName(s)
	if strings.IndexFunc(mapped, unicode.IsControl) >= 0 {
		return "", invalidValue(path, "must not have control characters")
	}
	if mapped != s {
		c.note("%s: blanks at the ends, invisible characters and width variants were mapped", path)
	}
	return mapped, nil
}

// isUserName reports whether a string is a username of RFC 8265 §3.1: userparts with blanks
// between them.
func isUserName(s string) bool {
	for _, part := range strings.Split(s, " ") {
		if _, err := precis.UsernameCaseMapped.String(part); err != nil && part != "" {
			return false
		}
	}
	return s != "" && s[0] != ' ' && s[len(s)-1] != ' '
}

// mapUserName applies the rules of RFC 8265 §3.3.2 that keep the case: width mapping and NFC.
// Other spaces become a blank. Invisible characters are dropped, except for joiners between
// letters of scripts that need them.
func mapUserName(s string) string {
	in := []rune(strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) }))
	out := make([]rune, 0, len(in))
	for i, r := range in {
		switch {
		case r == 0x200c || r == 0x200d:
			if i > 0 && i+1 < len(in) && joined(in[i-1]) && joined(in[i+1]) {
				out = append(out, r)
			}
		case invisible(r):
		case unicode.Is(unicode.Zs, r):
			out = append(out, ' ')
		default:
			out = append(out, r)
		}
	}
	return norm.NFC.String(width.Fold.String(string(out)))
}

// joined reports whether a character is of a script in which joiners change how words look.
func joined(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Devanagari, unicode.Bengali, unicode.Gujarati, unicode.Gurmukhi, unicode.Kannada,
		unicode.Malayalam, unicode.Oriya, unicode.Sinhala, unicode.Tamil, unicode.Telugu, unicode.Syriac, unicode.Mongolian)
}
