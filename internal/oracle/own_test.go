package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const urnOwn = "urn:example:params:scim:schemas:oracle:2.0:Thing"

// typesOf are the types of the tenant of a history. One is a type of its own, which is another one in each history.
func typesOf(seed uint64) []*resourceType {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 7643))}
	own := &resourceType{"Thing", "Things", schema{urnOwn, table(common + r.schema())}, nil}
	return []*resourceType{userType(), groupType(), own}
}

// schema is a table of attributes with characteristics at random (RFC 7643 §2.2), as far as they can be together: what is
// writeOnly is never returned, and what is required can be written. What becomes of an element whose parts cannot all be read
// or changed is open, so elements have none such.
func (r *random) schema() string {
	var b strings.Builder
	for i := range 4 + r.IntN(8) {
		line, typ := fmt.Sprintf("a%d", i), r.simple()
		if r.chance(0.25) {
			typ = "complex"
		}
		multi := r.chance(0.3)
		if line += " " + typ; multi {
			line += " multi"
		}
		b.WriteString(line + r.characteristics(typ, multi, true) + "\n")
		if typ != "complex" {
			continue
		}
		names := []string{"value", "type", "primary", "p0", "p1", "p2"}
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names[:1+r.IntN(len(names))] {
			switch name {
			case "primary":
				b.WriteString(".primary boolean\n")
			case "type":
				b.WriteString(".type" + pick(r, "", " exact", " of=work,home,other") + "\n")
			default:
				typ := r.simple()
				b.WriteString("." + name + " " + typ + r.characteristics(typ, multi, false) + "\n")
			}
		}
	}
	return b.String()
}

func (r *random) simple() string {
	return pick(r, "string", "string", "string", "integer", "decimal", "dateTime", "boolean", "binary", "reference")
}

// characteristics are words of a table. An element is a list in which parts are read and written.
func (r *random) characteristics(typ string, multi, top bool) string {
	out := ""
	if typ == "string" {
		out += pick(r, "", "", " exact")
		if top && !multi && r.chance(0.2) {
			out += " unique"
		}
		if r.chance(0.15) {
			out += " of=low,high"
		}
	}
	switch {
	case top && r.chance(0.1), !top && r.chance(0.1):
		return out + " required"
	case !top && multi:
		return out + pick(r, "", "", "", " readOnly")
	case !top:
		return out + pick(r, "", "", "", " readOnly", " writeOnly never", " request", " never")
	}
	return out + pick(r, "", "", "", "", " readOnly", " immutable", " writeOnly never", " request", " never", " always", " immutable request")
}
