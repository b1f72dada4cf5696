package dynamotest

import (
	"strings"
)

// parseCondition parses a condition of the given kind. Without text there is none.
func parseCondition(kind string, text *string, env *exprEnv) (condition, error) {
	if text == nil {
		return nil, nil
	}
	p := newParser(kind, *text, env)
	c, _ := p.parseOr()
	return c, p.end()
}

// parseOr and its helpers also report whether the condition was in parentheses of its own, because
// the service rejects a second pair around it.
func (p *parser) parseOr() (condition, bool) {
	c, wrapped := p.parseAnd()
	for p.accept("OR") {
		r, _ := p.parseAnd()
		c, wrapped = anyOf{c, r}, false
		p.ops++
	}
	return c, wrapped
}

func (p *parser) parseAnd() (condition, bool) {
	c, wrapped := p.parseNot()
	for p.accept("AND") {
		r, _ := p.parseNot()
		c, wrapped = allOf{c, r}, false
		p.ops++
	}
	return c, wrapped
}

func (p *parser) parseNot() (condition, bool) {
	if p.accept("NOT") {
		p.ops++
		c, _ := p.parseNot()
		return not{c}, false
	}
	if p.accept("(") {
		c, wrapped := p.parseOr()
		p.expect(")")
		if wrapped {
			p.fail("The expression has redundant parentheses;")
		}
		return c, true
	}
	return p.parsePredicate(), false
}

func (p *parser) isCall() bool {
	return p.peek().kind == tokIdent && p.at+1 < len(p.toks) && p.toks[p.at+1].text == "("
}

func (p *parser) parsePredicate() condition {
	if p.isCall() && p.peek().text != "size" {
		return p.parseTest()
	}
	x := p.parseOperand()
	p.ops++
	switch t := p.next(); {
	case t.kind == tokPunct && listed("= <> < <= > >=", t.text):
		c := compare{t.text, x, p.parseOperand()}
		if t.text != "=" && t.text != "<>" {
			p.typed(t.text, "S N B", c.l, c.r)
		}
		p.differ(t.text, c.l, c.r)
		return c
	case t.kind == tokIdent && strings.EqualFold(t.text, "BETWEEN"):
		c := between{x: x, low: p.parseOperand()}
		p.expect("AND")
		c.high = p.parseOperand()
		p.typed("BETWEEN", "S N B", c.x, c.low, c.high)
		p.bounds(c)
		return c
	case t.kind == tokIdent && strings.EqualFold(t.text, "IN"):
		c := oneOf{x: x}
		p.expect("(")
		for p.err == nil {
			c.list = append(c.list, p.parseOperand())
			if !p.accept(",") {
				break
			}
		}
		p.expect(")")
		if len(c.list) > maxInOperands {
			p.fail("The IN operator is provided with too many operands; number of operands: %d", len(c.list))
		}
		return c
	default:
		p.syntax(t)
		return nil
	}
}

func (p *parser) parseOperand() operand {
	switch {
	case p.peek().kind == tokValue:
		return p.parseLiteral()
	case p.isCall():
		name := p.next().text
		if name != "size" {
			p.fail("The function is not allowed to be used this way in an expression; function: %s", name)
		}
		args := p.parseArgs(name, 1)
		return sizeOf{args[0]}
	}
	return p.parsePath()
}

// parseArgs parses the arguments of a function in parentheses. It always returns n of them.
func (p *parser) parseArgs(name string, n int) []operand {
	p.expect("(")
	var args []operand
	for p.err == nil {
		args = append(args, p.parseOperand())
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	if p.err == nil && len(args) != n {
		p.fail("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(args))
	}
	for len(args) < n {
		args = append(args, path{})
	}
	return args
}

// parseTest parses a function that is a condition by itself.
func (p *parser) parseTest() condition {
	name := p.next().text
	p.ops++
	switch name {
	case "attribute_exists", "attribute_not_exists":
		args := p.parseArgs(name, 1)
		at, ok := args[0].(path)
		if !ok {
			p.fail("Operator or function requires a document path; operator or function: %s", name)
		}
		return exists{at, name == "attribute_exists"}
	case "attribute_type":
		args := p.parseArgs(name, 2)
		p.typed(name, "S", args[1])
		if l, ok := args[1].(literal); ok && !listed("B NULL SS BOOL L BS N NS S M", l.v.s) {
			p.fail("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", l.v.s)
		}
		return hasType{args[0], args[1]}
	case "begins_with":
		args := p.parseArgs(name, 2)
		p.typed(name, "S B", args...)
		p.differ(name, args[0], args[1])
		return beginsWith{args[0], args[1]}
	case "contains":
		args := p.parseArgs(name, 2)
		p.differ(name, args[0], args[1])
		return contains{args[0], args[1]}
	case "if_not_exists", "list_append":
		p.fail("The function is not allowed in a condition expression; function: %s", name)
	}
	p.fail("Invalid function name; function: %s", name)
	return nil
}

// typed rejects a literal of a type that the operator never takes.
func (p *parser) typed(op, types string, xs ...operand) {
	for _, x := range xs {
		if l, ok := x.(literal); ok && p.err == nil && !listed(types, l.v.t) {
			p.fail("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", op, l.v.t)
		}
	}
}

// differ rejects an operator between an attribute and itself.
func (p *parser) differ(op string, l, r operand) {
	a, aok := l.(path)
	b, bok := r.(path)
	if aok && bok && a.String() == b.String() {
		p.fail("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", op, a)
	}
}

// bounds rejects a BETWEEN that no value can meet, judging by its literal bounds.
func (p *parser) bounds(c between) {
	low, lok := c.low.(literal)
	high, hok := c.high.(literal)
	if !lok || !hok || p.err != nil {
		return
	}
	n, same := low.v.compare(high.v)
	var problem string
	switch {
	case !same:
		problem = "same data type for lower and upper bounds"
	case n > 0:
		problem = "upper bound to be greater than or equal to lower bound"
	default:
		return
	}
	show := func(v value) string { return "{" + v.t + ":" + v.member() + "}" }
	p.fail("The BETWEEN operator requires %s; lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s",
		problem, show(low.v), show(high.v))
}
