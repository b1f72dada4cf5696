package histories

import (
	"fmt"
	"strings"
)

// value is a JSON value of an attribute.
func (r *random) value(a attribute) string {
	if r.odd() {
		return r.anything()
	}
	switch a.kind {
	case userName:
		return r.userName()
	case boolean:
		return r.boolean()
	case integer:
		return pick(r, "0", "1", "-1", "42", "-0", "9007199254740993")
	case decimal:
		return pick(r, "0", "1", "2.50", "1.0", "0.1", "1e3", "-0.0", "1E-7")
	case date:
		return pick(r, `"2011-05-13T04:42:34Z"`, `"2011-05-13T06:42:34+02:00"`, `"2011-05-13T04:42:34.1234567Z"`, `"2011-05-13"`)
	case binary:
		return pick(r, `"AQID"`, `"AQ=="`, `"AQ"`, `"_-8"`, `"/+8="`, `"!!"`)
	case kindOfValue:
		return pick(r, `"work"`, `"home"`, `"other"`, `"Work"`, `"mobile"`)
	case mail:
		return pick(r, `"a@example.com"`, `"b@example.com"`, `"A@Example.com"`, `"c@x.org"`, `"d@é.org"`)
	case reference:
		return `"` + r.user() + `"`
	case complexValue:
		return r.complex(a.sub)
	case list:
		return r.list(r.text)
	case multiValued:
		if r.chance(0.05) {
			return r.complex(a.sub)
		}
		return r.list(func() string { return r.complex(a.sub) })
	}
	return r.text()
}

// complex is an object with some of its sub-attributes.
func (r *random) complex(sub []attribute) string {
	var members []string
	for _, s := range sub {
		if r.chance(0.55) {
			members = append(members, `"`+r.cased(s.name)+`":`+r.value(s))
		}
	}
	if r.odd() {
		members = append(members, pick(r, `"foo":1`, `"value":"twice"`))
	}
	return r.object(members)
}

// text is a JSON string.
func (r *random) text() string {
	if r.odd() {
		return r.oddText()
	}
	return pick(r, `"Alpha"`, `"alpha"`, `"ALPHA"`, `"Beta"`, `"Gamma"`, `"Engineering"`, `"Sales"`, `"a"`, `"A"`, `"b"`, `"Zoë"`, `"Müller"`, `"MÜLLER"`, `"+1 555 0100"`)
}

func (r *random) oddText() string {
	switch r.IntN(5) {
	case 0:
		return pick(r, `""`, `" "`, `"  x "`, `"\t"`, `"a\nb"`, `"\u0000"`, `"\u2028"`, `"\u00a0"`)
	case 1:
		return pick(r, `"\u0041lpha"`, `"\ud83d\ude00"`, `"\ud83d"`, `"e\u0301"`, `"É"`, `"ß"`, `"SS"`, `"İ"`, `"ı"`, `"K"`, `"ſ"`)
	case 2:
		return pick(r, `"<a&b>"`, `"a\\b"`, `"a\/b"`, `"\"q\""`, `"{\"x\":1}"`, `","`, `"}"`, `"\":\""`, `",\"title\":\"x\""`)
	case 3:
		return pick(r, `"true"`, `"1"`, `"null"`, `"userName"`, `"schemas"`, `"work"`, `"2011-05-13T04:42:34Z"`)
	}
	return `"` + strings.Repeat(pick(r, "x", "é", "ab ", `\"`, `\u0041`), 1+r.IntN(700)) + `"`
}

// boolean is a JSON boolean, or what identity providers send instead.
func (r *random) boolean() string {
	if r.chance(0.85) {
		return pick(r, "true", "false")
	}
	return pick(r, `"true"`, `"False"`, `"TRUE"`, "null", `""`, "1", `"yes"`, `["false"]`, `[{"value":"False"}]`, `" false "`)
}

// anything has a type that its attribute may not have.
func (r *random) anything() string {
	return pick(r, "null", "[]", "{}", `""`, "1", "true", `"x"`, `["x"]`, `[{}]`, `{"value":"x"}`, `[null]`, `[[]]`, `[{"value":"a"},{"value":"a"}]`, "1e400", "01")
}

// userName is a new name, or seldom one that was used before, perhaps in another case.
func (r *random) userName() string {
	switch {
	case len(r.names) > 0 && r.chance(0.1):
		return pick(r, r.names...)
	case len(r.names) > 0 && r.chance(0.05):
		return strings.ToUpper(pick(r, r.names...))
	}
	name := fmt.Sprintf(`"u%d@example.com"`, len(r.names))
	r.names = append(r.names, name)
	return name
}

// groupName is one of a few, so that some are taken.
func (r *random) groupName() string {
	if r.odd() {
		return r.text()
	}
	return fmt.Sprintf(`"G%d"`, r.IntN(60))
}
