package iamtest

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Filters returns the patterns of the event source mapping of a template.
func Filters(file string) ([]map[string]any, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var tree struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				FilterCriteria struct{ Filters []struct{ Pattern string } }
			}
		}
	}
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	var out []map[string]any
	for _, r := range tree.Resources {
		if r.Type != "AWS::Lambda::EventSourceMapping" {
			continue
		}
		for _, f := range r.Properties.FilterCriteria.Filters {
			var p map[string]any
			if err := json.Unmarshal([]byte(f.Pattern), &p); err != nil {
				return nil, err
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// Selects reports whether Lambda would hand a record, as its event has it, to the function: one of the
// patterns matches. It knows equality, prefix, suffix and exists.
func Selects(patterns []map[string]any, record map[string]any) (bool, error) {
	for _, p := range patterns {
		ok, err := matches(p, record)
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func matches(pattern, value map[string]any) (bool, error) {
	for key, p := range pattern {
		switch p := p.(type) {
		case map[string]any:
			inner, _ := value[key].(map[string]any)
			if ok, err := matches(p, inner); !ok || err != nil {
				return false, err
			}
		case []any:
			leaf, present := value[key].(string)
			found := false
			for _, rule := range p {
				ok, err := rules(rule, leaf, present)
				if err != nil {
					return false, err
				}
				found = found || ok
			}
			if !found {
				return false, nil
			}
		default:
			return false, fmt.Errorf("iamtest: unknown pattern %v", p)
		}
	}
	return true, nil
}

func rules(rule any, leaf string, present bool) (bool, error) {
	if text, ok := rule.(string); ok {
		return present && leaf == text, nil
	}
	byName, _ := rule.(map[string]any)
	if len(byName) != 1 {
		return false, fmt.Errorf("iamtest: unknown rule %v", rule)
	}
	if want, ok := byName["exists"].(bool); ok {
		return present == want, nil
	}
	if prefix, ok := byName["prefix"].(string); ok {
		return present && strings.HasPrefix(leaf, prefix), nil
	}
	if suffix, ok := byName["suffix"].(string); ok {
		return present && strings.HasSuffix(leaf, suffix), nil
	}
	return false, fmt.Errorf("iamtest: unknown rule %v", rule)
}
