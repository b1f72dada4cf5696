package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Check evaluates an assertion on a body that was decoded with json.Number. The error shows what
// the path selected.
func (a Assertion) Check(doc any) error {
	nodes, filtered, err := query(doc, a.Path)
	if err != nil {
		return err
	}
	want, err := a.want()
	if err != nil {
		return fmt.Errorf("bad value: %w", err)
	}
	holds, ok := operators[a.Op]
	if !ok {
		return errors.New("unknown op")
	}
	if !holds(selection{nodes, filtered}, want) {
		return fmt.Errorf("found %s", show(nodes))
	}
	return nil
}

// want decodes the value that the assertion compares with; nil if it has none.
func (a Assertion) want() (want any, err error) {
	if len(a.Value) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(a.Value))
	d.UseNumber()
	err = d.Decode(&want)
	return want, err
}

// selection is what a path selects in a body.
type selection struct {
	nodes    []any
	filtered bool // the path has a filter: nodes are the elements that match
}

// operators are the values of op, as testdata/idp-corpus/README.md defines them.
var operators = map[string]func(s selection, want any) bool{
	"equals": func(s selection, want any) bool { return len(s.nodes) == 1 && reflect.DeepEqual(s.nodes[0], want) },
	"absent": func(s selection, _ any) bool {
		return !slices.ContainsFunc(s.nodes, func(n any) bool { return !empty(n) })
	},
	"exists": func(s selection, _ any) bool {
		return slices.ContainsFunc(s.nodes, func(n any) bool { return n != nil })
	},
	"count": func(s selection, want any) bool { return strconv.Itoa(s.count()) == fmt.Sprint(want) },
	"contains": func(s selection, want any) bool {
		return slices.ContainsFunc(s.nodes, func(n any) bool { return has(n, want) })
	},
	"matches": func(s selection, want any) bool { return len(s.nodes) == 1 && matches(s.nodes[0], want) },
	"type":    func(s selection, want any) bool { return len(s.nodes) == 1 && typeOf(s.nodes[0]) == want },
	"oneOf":   func(s selection, want any) bool { return len(s.nodes) == 1 && has(want, s.nodes[0]) },
}

// has reports whether a list has an element; other values have none.
func has(list, element any) bool {
	elements, _ := list.([]any)
	return slices.ContainsFunc(elements, func(e any) bool { return reflect.DeepEqual(e, element) })
}

// matches reports whether a string matches a regular expression.
func matches(node, want any) bool {
	text, isString := node.(string)
	pattern, err := regexp.Compile(fmt.Sprint(want))
	return isString && err == nil && pattern.MatchString(text)
}

func show(v any) string { b, _ := json.Marshal(v); return string(b) }

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// count counts the elements that a filter selects, otherwise those of the selected lists.
func (s selection) count() int {
	if s.filtered {
		return len(s.nodes)
	}
	n := 0
	for _, v := range s.nodes {
		if list, ok := v.([]any); ok {
			n += len(list)
		}
	}
	return n
}

func typeOf(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "number"
		}
		return "integer"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

// query evaluates the JSONPath subset of the corpus: $ .name ['name'] [n] [?@.key=='text']
// [?@.key==true]. filtered reports whether the path has a filter.
func query(doc any, path string) (nodes []any, filtered bool, err error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, false, errors.New("a path begins with $")
	}
	nodes = []any{doc}
	for rest != "" {
		var step string
		if rest[0] == '.' {
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			step, rest = rest[1:1+end], rest[1+end:]
			nodes = children(nodes, step)
			continue
		}
		end := closing(rest)
		if rest[0] != '[' || end < 0 {
			return nil, false, fmt.Errorf("bad path at %q", rest)
		}
		step, rest = rest[1:end], rest[end+1:]
		switch {
		case strings.HasPrefix(step, "?@."):
			filtered = true
			key, text, ok := strings.Cut(step[3:], "==")
			if !ok {
				return nil, false, fmt.Errorf("bad filter %q", step)
			}
			nodes = matching(nodes, strings.TrimSpace(key), literal(strings.TrimSpace(text)))
		case step[0] == '\'':
			nodes = children(nodes, strings.Trim(step, "'"))
		default:
			n, err := strconv.Atoi(step)
			if err != nil {
				return nil, false, err
			}
			nodes = item(nodes, n)
		}
	}
	return nodes, filtered, nil
}

// closing returns the index of the bracket that ends a step, or -1. Brackets in quotes do not count.
func closing(s string) int {
	quoted := false
	for i := range len(s) {
		switch s[i] {
		case '\'':
			quoted = !quoted
		case ']':
			if !quoted {
				return i
			}
		}
	}
	return -1
}

func literal(s string) any {
	switch s {
	case "true":
		return true
	case "false":
		return false
	}
	return strings.Trim(s, "'")
}

func children(nodes []any, name string) []any {
	var out []any
	for _, n := range nodes {
		if m, ok := n.(map[string]any); ok {
			if v, ok := m[name]; ok {
				out = append(out, v)
			}
		}
	}
	return out
}

func item(nodes []any, i int) []any {
	var out []any
	for _, n := range nodes {
		if l, ok := n.([]any); ok && i < len(l) {
			out = append(out, l[i])
		}
	}
	return out
}

func matching(nodes []any, key string, want any) []any {
	var out []any
	for _, n := range nodes {
		list, _ := n.([]any)
		for _, e := range list {
			if m, ok := e.(map[string]any); ok && m[key] == want {
				out = append(out, e)
			}
		}
	}
	return out
}
