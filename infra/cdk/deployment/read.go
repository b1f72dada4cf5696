package deployment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
)

// Read reads the file <name>.json of a folder. The error reports every unknown key, with the
// most similar known one, or else every invalid value.
func Read(dir, name string) (Customer, error) {
	if !customerName.MatchString(name) {
		return Customer{}, fmt.Errorf("customer %q: a name has 2 to 32 characters a-z, 0-9 and '-' and begins with a letter", name)
	}
	file := filepath.Join(dir, name+".json")
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return Customer{}, fmt.Errorf("%s does not exist; %s", file, have(dir))
	}
	if err != nil {
		return Customer{}, err
	}
	c, err := Parse(name, data)
	if err != nil {
		return Customer{}, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// Parse reads the content of a customer file. Its errors are those of Read.
func Parse(name string, data []byte) (Customer, error) {
	c := Defaults(name)
	var tree any
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&tree); err != nil {
		return c, fmt.Errorf("not JSON: %w", err)
	}
	if d.More() {
		return c, errors.New("not JSON: unexpected data after the object")
	}
	if faults := unknown(reflect.TypeFor[Customer](), tree, ""); len(faults) > 0 {
		return c, errors.Join(faults...)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return c, fmt.Errorf("%s: got %s, want %s", wrong.Field, wrong.Value, kind(wrong.Type))
		}
		return c, err
	}
	return c, errors.Join(c.check()...)
}

// unknown reports the keys of a file that no field of the struct has. Keys are case-sensitive:
// "Region" is not "region", although encoding/json would accept it.
func unknown(t reflect.Type, tree any, path string) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	object, ok := tree.(map[string]any)
	if !ok || t.Kind() != reflect.Struct {
		return nil
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("json"); key != "-" {
			fields[key] = t.Field(i).Type
		}
	}
	var faults []error
	for _, key := range sorted(object) {
		field, ok := fields[key]
		if ok {
			faults = append(faults, unknown(field, object[key], path+key+".")...)
			continue
		}
		faults = append(faults, fmt.Errorf("unknown key %q; did you mean %q?", path+key, path+nearest(key, sorted(fields))))
	}
	return faults
}

// kind describes the JSON type that a Go type expects.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "an array"
	}
	return "an object"
}

// have lists the customer files of a folder, for an error message.
func have(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) == 0 {
		return "the folder has no customer files"
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	return "existing customers: " + strings.Join(names, ", ")
}

// sorted returns the keys of a map in order.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
