package tenant

import (
	"encoding/json"
	"reflect"
	"strings"
)

// unknown returns the members of a JSON object that a struct does not have, and of objects in it those that
// their structs do not have.
func unknown(doc []byte, like any) map[string]json.RawMessage {
	var rest map[string]json.RawMessage
	if json.Unmarshal(doc, &rest) != nil {
		return nil
	}
	t := reflect.TypeOf(like)
	for i := range t.NumField() {
		f := t.Field(i)
		for name, raw := range rest {
			if !strings.EqualFold(name, memberName(f)) { // as package json compares them
				continue
			}
			delete(rest, name)
			if f.Type.Kind() != reflect.Struct {
				continue
			}
			if inner := unknown(raw, reflect.Zero(f.Type).Interface()); len(inner) > 0 {
				rest[name], _ = json.Marshal(inner) // it was read from JSON
				break
			}
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

func memberName(f reflect.StructField) string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
		return name
	}
	return f.Name
}

// merged adds members to a JSON object. The object's own ones win, and objects in it are merged too.
func merged(doc []byte, more map[string]json.RawMessage) ([]byte, error) {
	if len(more) == 0 {
		return doc, nil
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal(doc, &out); err != nil {
		return nil, err
	}
	for name, raw := range more {
		own, has := out[name]
		var inner map[string]json.RawMessage
		switch {
		case !has:
			out[name] = raw
		case own[0] == '{' && json.Unmarshal(raw, &inner) == nil:
			both, err := merged(own, inner)
			if err != nil {
				return nil, err
			}
			out[name] = both
		}
	}
	return json.Marshal(out)
}
