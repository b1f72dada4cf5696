package dynamotest

// keyRange is what a KeyConditionExpression selects: one partition and an interval of its
// sort keys.
type keyRange struct {
	partition value
	interval
}

// interval is the sort keys from low to before high, in the form of value.order.
type interval struct {
	low, high string
	open      bool // no upper end
}

func (in interval) has(s string) bool { return s >= in.low && (in.open || s < in.high) }

// parseKeyCondition reads the key condition of a query against a key schema.
func parseKeyCondition(text *string, keys keySchema, env *exprEnv) (keyRange, error) {
	c, err := parseCondition("KeyConditionExpression", text, env)
	if err != nil {
		return keyRange{}, err
	}
	var parts []condition
	var flatten func(c condition)
	flatten = func(c condition) {
		if a, ok := c.(allOf); ok {
			flatten(a.l)
			flatten(a.r)
			return
		}
		parts = append(parts, c)
	}
	flatten(c)
	out := keyRange{interval: interval{open: true}}
	seen := map[string]bool{}
	for _, c := range parts {
		name, err := keyTest(&c, keys)
		if err != nil {
			return keyRange{}, err
		}
		if seen[name] {
			return keyRange{}, invalid("Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key")
		}
		seen[name] = true
		switch name {
		case keys.partition.name:
			eq, ok := c.(compare)
			if !ok || eq.op != "=" {
				return keyRange{}, invalid("Query key condition not supported")
			}
			out.partition = eq.r.(literal).v
		case keys.sort.name:
			out.interval = intervalOf(c)
		default:
			return keyRange{}, missedKey(seen, keys)
		}
	}
	if !seen[keys.partition.name] {
		return keyRange{}, missedKey(seen, keys)
	}
	return out, nil
}

// missedKey names the part of the key that the condition should have been about.
func missedKey(seen map[string]bool, keys keySchema) error {
	name := keys.partition.name
	if seen[name] && keys.sort.name != "" {
		name = keys.sort.name
	}
	return invalid("Query condition missed key schema element: %s", name)
}

// keyTest checks one part of a key condition and returns the attribute it is about. A
// comparison with the attribute on the right is turned round.
func keyTest(c *condition, keys keySchema) (string, error) {
	var subject operand
	var others []operand
	switch x := (*c).(type) {
	case compare:
		if _, ok := x.l.(literal); ok {
			flip := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}
			if op, ok := flip[x.op]; ok {
				x.op = op
			}
			x.l, x.r = x.r, x.l
			*c = x
		}
		if x.op == "<>" {
			return "", invalid("Invalid operator used in KeyConditionExpression: <>")
		}
		subject, others = x.l, []operand{x.r}
	case between:
		subject, others = x.x, []operand{x.low, x.high}
	case beginsWith:
		subject, others = x.x, []operand{x.prefix}
	default:
		return "", invalid("Invalid operator used in KeyConditionExpression: %s", operatorName(*c))
	}
	at, ok := subject.(path)
	if !ok {
		return "", invalid("Invalid KeyConditionExpression: a condition on a key needs the attribute on one side")
	}
	if len(at) != 1 {
		return "", invalid("Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes")
	}
	for _, o := range others {
		l, ok := o.(literal)
		if !ok {
			return "", invalid("Invalid KeyConditionExpression: a key is compared with a value")
		}
		for _, k := range []keyAttr{keys.partition, keys.sort} {
			if k.name != at[0].name {
				continue
			}
			if l.v.t != k.t {
				return "", invalidParam("Condition parameter type does not match schema type")
			}
			if _, prefix := (*c).(beginsWith); l.v.t != "N" && l.v.s == "" && !prefix {
				return "", emptyKey(k)
			}
		}
	}
	return at[0].name, nil
}

func operatorName(c condition) string {
	switch x := c.(type) {
	case anyOf:
		return "OR"
	case not:
		return "NOT"
	case oneOf:
		return "IN"
	case contains:
		return "contains"
	case hasType:
		return "attribute_type"
	case exists:
		if !x.want {
			return "attribute_not_exists"
		}
	}
	return "attribute_exists"
}

// intervalOf turns a checked condition on the sort key into the interval it means. The
// string after s in byte order is s and a zero byte.
func intervalOf(c condition) interval {
	of := func(o operand) string { return o.(literal).v.order() }
	switch x := c.(type) {
	case between:
		return interval{of(x.low), of(x.high) + "\x00", false}
	case beginsWith:
		prefix := of(x.prefix)
		for i := len(prefix); i > 0; i-- {
			if prefix[i-1] != 0xff {
				return interval{prefix, prefix[:i-1] + string([]byte{prefix[i-1] + 1}), false}
			}
		}
		return interval{prefix, "", true}
	case compare:
		v := of(x.r)
		switch x.op {
		case "<":
			return interval{"", v, false}
		case "<=":
			return interval{"", v + "\x00", false}
		case ">":
			return interval{v + "\x00", "", true}
		case ">=":
			return interval{v, "", true}
		}
		return interval{v, v + "\x00", false}
	}
	return interval{open: true}
}
