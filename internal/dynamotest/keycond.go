package dynamotest

// keyRange is the range that a KeyConditionExpression selects: one partition and an interval of
// its sort keys.
type keyRange struct {
	partition value
	interval
}

// interval is a range of sort keys in the form of value.order: from low up to high, without high.
type interval struct {
	low, high string
	open      bool // it has no upper bound
}

func (in interval) has(s string) bool { return s >= in.low && (in.open || s < in.high) }

// parseKeyCondition parses the key condition of a query on a table or index with this schema.
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

// missedKey names the part of the key that the condition should have tested.
func missedKey(seen map[string]bool, keys keySchema) error {
	name := keys.partition.name
	if seen[name] && keys.sort.name != "" {
		name = keys.sort.name
	}
	return invalid("Query condition missed key schema element: %s", name)
}

// keyTest checks one part of a key condition and returns the name of its attribute. It turns a
// comparison around if the attribute is on the right.
func keyTest(c *condition, keys keySchema) (string, error) {
	subject, others, err := keyOperands(c)
	if err != nil {
		return "", err
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
		_, prefix := (*c).(beginsWith)
		if err := keys.checkOperand(at[0].name, l.v, prefix); err != nil {
			return "", err
		}
	}
	return at[0].name, nil
}

// keyOperands returns the operand that must be a key attribute, and the others.
func keyOperands(c *condition) (subject operand, others []operand, err error) {
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
			return nil, nil, invalid("Invalid operator used in KeyConditionExpression: <>")
		}
		return x.l, []operand{x.r}, nil
	case between:
		return x.x, []operand{x.low, x.high}, nil
	case beginsWith:
		return x.x, []operand{x.prefix}, nil
	}
	return nil, nil, invalid("Invalid operator used in KeyConditionExpression: %s", operatorName(*c))
}

// checkOperand checks a value that a key attribute is compared with. A prefix may be empty.
func (k keySchema) checkOperand(name string, v value, prefix bool) error {
	for _, a := range k.attrs() {
		switch {
		case a.name != name:
		case v.t != a.t:
			return invalidParam("Condition parameter type does not match schema type")
		case v.t != "N" && v.s == "" && !prefix:
			return emptyKey(a)
		}
	}
	return nil
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

// intervalOf returns the interval of a condition on the sort key, once it has been checked. The
// next string after s in byte order is s and a zero byte.
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
