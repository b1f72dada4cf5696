package record

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"unicode"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// namer replaces values by pseudonyms: equal values by the same one, different values by
// different ones. Values are equal as the service compares user names, so a recording keeps its
// conflicts. A pseudonym is derived from a random key, which is not kept, so that a guess cannot be tested.
// It has the form of its value, see form, and its separators and case. The length of long values
// is changed. It is not safe for concurrent use.
type namer struct {
	key  [32]byte
	runs map[string][]string // pseudonyms of the runs of a comparison form
	used map[string]bool
	word func(string) bool // words of the protocol are no pseudonyms

	userName *schema.Attribute // values are equal as those of userName
}

func newNamer(word func(string) bool) *namer {
	n := &namer{runs: map[string][]string{}, used: map[string]bool{}, word: word, userName: schema.User().Attribute("userName")}
	_, _ = rand.Read(n.key[:]) // crypto/rand never fails on supported systems
	return n
}

// name returns the pseudonym of a value. Text without letters and digits is its own.
func (n *namer) name(s string) string {
	scheme, rest := cutScheme(s)
	pieces := split(rest)
	same := n.userName.Fold(rest)
	runs, ok := n.runs[same]
	if !ok {
		runs = n.choose(s, scheme, same)
		n.runs[same] = runs
	}
	return scheme + dress(pieces, runs)
}

// choose makes the pseudonym of a comparison form that is new. s is its first spelling.
func (n *namer) choose(s, scheme, same string) []string {
	const tries = 300
	mac := hmac.New(sha256.New, n.key[:])
	mac.Write([]byte(same))
	random := mathrand.New(mathrand.NewChaCha8([32]byte(mac.Sum(nil))))
	pieces, want := split(same), form(s)
	spelling := split(s[len(scheme):])
	var runs []string
	for i := range tries {
		runs = generate(random, pieces, s, i > tries/2)
		plain := dress(pieces, runs)
		if plain == same && len(runs) > 0 || n.used[plain] || n.word(plain) {
			continue
		}
		if form(scheme+dress(spelling, runs)) == want || i > tries*9/10 {
			break
		}
	}
	n.used[dress(pieces, runs)] = true
	return runs
}

// piece is a run of letters and digits, or what separates two.
type piece struct {
	text string
	run  bool
}

func split(s string) (out []piece) {
	for _, c := range s {
		run := unicode.In(c, unicode.L, unicode.M, unicode.N)
		if k := len(out) - 1; k >= 0 && out[k].run == run {
			out[k].text += string(c)
			continue
		}
		out = append(out, piece{string(c), run})
	}
	return out
}

// dress puts runs between the separators of a spelling, in its case.
func dress(spelling []piece, runs []string) string {
	var out strings.Builder
	next := 0
	for _, p := range spelling {
		switch {
		case !p.run:
			out.WriteString(strings.Map(separator, p.text))
		case next < len(runs):
			out.WriteString(inCase(p.text, runs[next]))
			next++
		}
	}
	for ; next < len(runs); next++ { // the comparison form has more runs than the spelling
		out.WriteString(runs[next])
	}
	return out.String()
}

// separator keeps what may decide how a value is read, and nothing else. Braces would be read as
// placeholders.
func separator(c rune) rune {
	switch {
	case c == '{':
		return '('
	case c == '}':
		return ')'
	case c < unicode.MaxASCII || unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c):
		return c
	}
	return '☺'
}

// inCase gives a lower-case pseudonym the case of its value.
func inCase(value, pseudonym string) string {
	from, to := []rune(value), []rune(pseudonym)
	for i := range to {
		if unicode.IsUpper(from[i*len(from)/len(to)]) {
			to[i] = unicode.ToUpper(to[i])
		}
	}
	return string(to)
}

// cutScheme splits off the scheme of a URI, which decides how a reference is read.
func cutScheme(s string) (scheme, rest string) {
	for _, known := range []string{"https:", "http:", "urn:", "tel:", "mailto:", "data:"} {
		if len(s) > len(known) && strings.EqualFold(s[:len(known)], known) {
			return s[:len(known)], s[len(known):]
		}
	}
	return "", s
}

// generate makes one pseudonym for each run. more makes it longer, for when short ones are used up.
func generate(random *mathrand.Rand, pieces []piece, value string, more bool) (runs []string) {
	switch {
	case isDate(value):
		return date(random, pieces)
	case isLocale(value):
		return locale(random, pieces)
	}
	longest, total := 0, 0
	for _, p := range pieces {
		if p.run {
			total += len(p.text)
			longest = max(longest, len([]rune(p.text)))
		}
	}
	hex, email := isUUID(value), form(value).email
	for _, p := range pieces {
		if !p.run {
			continue
		}
		from := []rune(p.text)
		size := len(from)
		if !hex && total > 12 && size == longest {
			size += 4 * random.IntN(2+size/16) // multiples of 4 keep base64 valid
			longest = -1                       // one run is enough
		}
		if more {
			size++
		}
		to := make([]rune, size)
		for i := range to {
			to[i] = stand(random, from[i*len(from)/size], hex)
		}
		if hex && len(runs) == 2 {
			to[0] = '4' // a random UUID; ids of the service are of version 7
		}
		runs = append(runs, string(to))
	}
	if email {
		runs[len(runs)-1] = "example" // no real domain
	}
	return runs
}

// stand returns a random character of the kind of c.
func stand(random *mathrand.Rand, c rune, hex bool) rune {
	kinds := "abcdefghijklmnopqrstuvwxyz"
	switch {
	case unicode.IsDigit(c):
		kinds = "0123456789"
	case hex:
		kinds = "abcdef"
	case c > unicode.MaxASCII && unicode.In(c, unicode.Ll, unicode.Lu, unicode.Lt):
		kinds = "äëïöüéèàñç"
	case c > unicode.MaxASCII && unicode.Is(unicode.M, c):
		return '\u0301'
	case c > unicode.MaxASCII:
		kinds = "アイウエオカキクケコサシスセソ"
	}
	list := []rune(kinds)
	return list[random.IntN(len(list))]
}

// date makes a date of this century for each of the runs of one: year, month, day and time. Its
// fraction and its zone are kept in length only.
func date(random *mathrand.Rand, pieces []piece) (runs []string) {
	for _, p := range pieces {
		if !p.run {
			continue
		}
		var text string
		switch len(runs) {
		case 0:
			text = fmt.Sprintf("%04d", 2000+random.IntN(90))
		case 1:
			text = fmt.Sprintf("%02d", 1+random.IntN(12))
		case 2:
			text = fmt.Sprintf("%02d", 1+random.IntN(28))
			if hour := p.text[2:]; strings.HasPrefix(hour, "t") {
				text += fmt.Sprintf("t%02d", random.IntN(24))
			} else {
				text += hour
			}
		default:
			text = digits(random, p.text)
		}
		runs = append(runs, text)
	}
	return runs
}

// digits makes two digits below 60, or as many zeros as there are others.
func digits(random *mathrand.Rand, like string) string {
	text, zone := strings.TrimSuffix(like, "z"), ""
	if text != like {
		zone = "z"
	}
	if len(text) == 2 {
		return fmt.Sprintf("%02d", random.IntN(12)) + zone
	}
	return strings.Repeat("0", len(text)) + zone
}

// locale makes a language tag of the codes for private use, so that a valid tag stays valid.
func locale(random *mathrand.Rand, pieces []piece) (runs []string) {
	for _, p := range pieces {
		if !p.run {
			continue
		}
		text := "q" + string(rune('m'+random.IntN(14)))
		switch {
		case len(runs) == 0:
			text = "q" + string(rune('a'+random.IntN(20))) + string(rune('a'+random.IntN(26)))
		case len(p.text) == 4:
			text = "qa" + "a" + string(rune('a'+random.IntN(26)))
		}
		runs = append(runs, text)
	}
	return runs
}
