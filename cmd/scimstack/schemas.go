package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// loadSchemas reads the schemas of a tenant from a folder. A folder or a file without any is an error:
// the tenant would have the defaults only.
func loadSchemas(dir string) ([]*schema.ResourceType, error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no folder %s; name a folder with schemas as JSON files", dir)
	case err != nil:
		return nil, fmt.Errorf("%w; name a folder with schemas as JSON files", err)
	}
	files := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		files++
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if v, err := schema.ParseJSON(data, 16); err == nil && empty(v) {
			return nil, fmt.Errorf("%s has no schema; write a Schema or a ResourceType of RFC 7643 §7 into it, or remove it", filepath.Join(dir, e.Name()))
		}
	}
	if files == 0 {
		return nil, fmt.Errorf("the folder %s has no .json file; put schemas into it as RFC 7643 §7 writes them", dir)
	}
	return schema.LoadDir(os.DirFS(dir), ".")
}

// empty reports whether a document is a list without schemas.
func empty(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if !empty(e) {
				return false
			}
		}
		return true
	case map[string]any:
		list, ok := v["Resources"].([]any)
		return ok && empty(list)
	}
	return false
}
