package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Check evaluates an assertion on a body decoded with json.Number.
func (a Assertion) Check(doc any) error {
	nodes, filtered, err := query(doc, a.Path)
	if err != nil {
		return err
	}
	var want any
	if len(a.Value) > 0 {
		d := json.NewDecoder(bytes.NewReader(a.Value))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			return fmt.Errorf("bad value: %w", err)
		}
	}
	fail := func(ok bool) error {
		if ok {
			return nil
		}
		return fmt.Errorf("found %s", show(nodes))
	}
	switch a.Op {
	case "equals":
		return fail(len(nodes) == 1 && reflect.DeepEqual(nodes[0], want))
	case "absent":
		for _, n := range nodes {
			if !empty(n) {
				return fail(false)
			}
		}
		return nil
	case "exists":
		for _, n := range nodes {
			if n != nil {
				return nil
			}
		}
		return fail(false)
	case "count":
		return fail(strconv.Itoa(count(nodes, filtered)) == fmt.Sprint(want))
	case "contains":
		for _, n := range nodes {
			list, _ := n.([]any)
			for _, e := range list {
				if reflect.DeepEqual(e, want) {
					return nil
				}
			}
		}
		return fail(false)
	case "type":
		return fail(len(nodes) == 1 && typeOf(nodes[0]) == want)
	case "oneOf":
		list, _ := want.([]any)
		for _, w := range list {
			if len(nodes) == 1 && reflect.DeepEqual(nodes[0], w) {
				return nil
			}
		}
		return fail(false)
	}
	return errors.New("unknown op")
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

func count(nodes []any, filtered bool) int {
	if filtered {
		return len(nodes)
	}
	n := 0
	for _, v := range nodes {
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

// query evaluates $ .name ['name'] [n] [?@.key=='text'] [?@.key==true].
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

// closing finds the bracket that ends a step, quotes skipped.
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
