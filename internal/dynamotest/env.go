package dynamotest

import (
	"maps"
	"slices"
	"strings"
)

// exprEnv holds the placeholders of one request (or of one action of a transaction) and records
// which are used: the service rejects a request with unused ones.
type exprEnv struct {
	names      map[string]string
	values     map[string]value
	usedNames  map[string]bool
	usedValues map[string]bool
}

func newEnv(names map[string]string, values map[string]value) *exprEnv {
	return &exprEnv{names, values, map[string]bool{}, map[string]bool{}}
}

// check rejects placeholders that no expression could use. exprs are the expressions that the
// operation takes, with their text if they are present.
func (e *exprEnv) check(exprs ...optional) error {
	some, missing := false, []string{}
	for _, x := range exprs {
		some = some || x.text != nil
		if x.values && x.text == nil {
			missing = append(missing, x.name)
		}
	}
	if e.names != nil {
		switch {
		case !some:
			return invalid("ExpressionAttributeNames can only be specified when using expressions")
		case len(e.names) == 0:
			return invalid("ExpressionAttributeNames must not be empty")
		}
	}
	if e.values != nil {
		switch verb := " is null"; {
		case !some:
			if len(missing) > 1 {
				verb = " are null"
			}
			return invalid("ExpressionAttributeValues can only be specified when using expressions: %s%s", strings.Join(missing, " and "), verb)
		case len(e.values) == 0:
			return invalid("ExpressionAttributeValues must not be empty")
		}
	}
	return e.checkPlaceholders()
}

func (e *exprEnv) checkPlaceholders() error {
	for _, k := range slices.Sorted(maps.Keys(e.names)) {
		if !placeholder(k, '#') {
			return invalid("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(e.values)) {
		if !placeholder(k, ':') {
			return invalid("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", k)
		}
	}
	return nil
}

// optional is an expression parameter of an operation. values says whether it can contain value
// placeholders.
type optional struct {
	name   string
	text   *string
	values bool
}

func placeholder(s string, mark byte) bool {
	if len(s) < 2 || s[0] != mark {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !wordByte(s[i]) {
			return false
		}
	}
	return true
}

// unused rejects placeholders that the parsed expressions do not mention.
func (e *exprEnv) unused() error {
	var left []string
	for _, k := range slices.Sorted(maps.Keys(e.names)) {
		if !e.usedNames[k] {
			left = append(left, k)
		}
	}
	if left != nil {
		return invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", strings.Join(left, ", "))
	}
	for _, k := range slices.Sorted(maps.Keys(e.values)) {
		if !e.usedValues[k] {
			left = append(left, k)
		}
	}
	if left != nil {
		return invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", strings.Join(left, ", "))
	}
	return nil
}
