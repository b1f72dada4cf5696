package dynamotest

import "strings"

// The operands that only SET has. SET calls eval, which can fail, and never get.
type (
	ifNotExists struct {
		at  path
		alt operand
	}
	listAppend struct{ a, b operand }
	arithmetic struct {
		minus bool
		a, b  operand
	}
)

func (ifNotExists) get(item) (value, bool) { return value{}, false }
func (listAppend) get(item) (value, bool)  { return value{}, false }
func (arithmetic) get(item) (value, bool)  { return value{}, false }

func (f ifNotExists) eval(old item) (value, error) {
	if v, ok := f.at.get(old); ok {
		return v, nil
	}
	return setAction{val: f.alt}.eval(old)
}

func (f listAppend) eval(old item) (value, error) {
	a, b, err := evalBoth(f.a, f.b, old, "L")
	return value{t: "L", list: append(append([]value{}, a.list...), b.list...)}, err
}

func (f arithmetic) eval(old item) (value, error) {
	a, b, err := evalBoth(f.a, f.b, old, "N")
	if err != nil {
		return value{}, err
	}
	n, err := a.n.add(b.n, f.minus)
	return numberValue(n), err
}

func evalBoth(x, y operand, old item, t string) (a, b value, err error) {
	if a, err = (setAction{val: x}).eval(old); err == nil {
		b, err = setAction{val: y}.eval(old)
	}
	if err == nil && (a.t != t || b.t != t) {
		err = errOperandType
	}
	return a, b, err
}

// parseUpdate parses an UpdateExpression. Without text, the update changes nothing.
func parseUpdate(text *string, env *exprEnv) (*update, error) {
	if text == nil {
		return nil, nil
	}
	p := newParser("UpdateExpression", *text, env)
	u, seen := &update{}, map[string]bool{}
	for p.err == nil && p.peek().kind != tokEnd {
		t := p.next()
		section := strings.ToUpper(t.text)
		if t.kind != tokIdent || !listed("SET REMOVE ADD DELETE", section) {
			p.syntax(t)
			break
		}
		if seen[section] {
			p.fail("The %q section can only be used once in an update expression;", section)
		}
		seen[section] = true
		for p.err == nil {
			p.parseAction(section, u)
			if !p.accept(",") {
				break
			}
		}
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	p.distinct(u.touched())
	return u, p.err
}

func (p *parser) parseAction(section string, u *update) {
	a := setAction{at: p.parsePath()}
	p.ops++
	switch section {
	case "SET":
		p.expect("=")
		a.val = p.parseSum()
		u.sets = append(u.sets, a)
	case "REMOVE":
		u.removes = append(u.removes, a.at)
	case "ADD":
		a.val = p.parseMember("ADD", "N SS NS BS")
		u.adds = append(u.adds, a)
	case "DELETE":
		a.val = p.parseMember("DELETE", "SS NS BS")
		u.deletes = append(u.deletes, a)
	}
}

var longNames = map[string]string{"S": "STRING", "N": "NUMBER", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL",
	"SS": "STRING_SET", "NS": "NUMBER_SET", "BS": "BINARY_SET", "L": "LIST", "M": "MAP"}

func (p *parser) parseMember(op, types string) operand {
	if p.peek().kind != tokValue {
		p.syntax(p.peek())
		return literal{}
	}
	l := p.parseLiteral()
	if p.err == nil && !listed(types, l.v.t) {
		p.fail("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND", op, longNames[l.v.t], op)
	}
	return l
}

func (p *parser) parseSum() operand {
	a := p.parseTerm()
	for _, op := range []string{"+", "-"} {
		if p.accept(op) {
			p.ops++
			b := p.parseTerm()
			p.typed(op, "N", a, b)
			return arithmetic{op == "-", a, b}
		}
	}
	return a
}

func (p *parser) parseTerm() operand {
	switch {
	case p.peek().kind == tokValue:
		return p.parseLiteral()
	case p.isPunct("("):
		p.expect("(")
		x := p.parseSum()
		p.expect(")")
		return x
	case !p.isCall():
		return p.parsePath()
	}
	name := p.next().text
	p.ops++
	switch name {
	case "if_not_exists":
		p.expect("(")
		f := ifNotExists{at: p.parsePath()}
		p.expect(",")
		f.alt = p.parseTerm()
		p.expect(")")
		return f
	case "list_append":
		p.expect("(")
		f := listAppend{a: p.parseTerm()}
		p.expect(",")
		f.b = p.parseTerm()
		p.expect(")")
		p.typed(name, "L", f.a, f.b)
		return f
	case "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size":
		p.fail("The function is not allowed in an update expression; function: %s", name)
	}
	p.fail("Invalid function name; function: %s", name)
	return path{}
}
