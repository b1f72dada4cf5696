package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// publish uploads the assets of a stack, and returns the URL of its template.
func (c *cloud) publish(ctx context.Context, dir, stack string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, stack+".assets.json"))
	if err != nil {
		return "", err
	}
	var manifest struct {
		Files map[string]struct {
			Source       struct{ Path, Packaging string }
			Destinations map[string]struct{ BucketName, ObjectKey string }
		}
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return "", err
	}
	template := ""
	for _, f := range manifest.Files {
		path := filepath.Join(dir, f.Source.Path)
		body, err := content(path, f.Source.Packaging)
		if err != nil {
			return "", err
		}
		for _, to := range f.Destinations {
			if err := c.put(ctx, to.BucketName, to.ObjectKey, body); err != nil {
				return "", err
			}
			if f.Source.Path == stack+".template.json" {
				template = c.url + "/" + to.BucketName + "/" + to.ObjectKey
			}
		}
	}
	if template == "" {
		return "", fmt.Errorf("%s has no template among its assets", stack)
	}
	return template, nil
}

// content is a file, or a folder as a zip.
func content(path, packaging string) ([]byte, error) {
	if packaging != "zip" {
		return os.ReadFile(path)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(path, file)
		if err != nil {
			return err
		}
		h := &zip.FileHeader{Name: filepath.ToSlash(name), Method: zip.Store} // it is read once, on this machine
		h.SetMode(0o755)
		entry, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(file) //nolint:gosec // G122: a folder that the build has just made
		if err != nil {
			return err
		}
		_, err = entry.Write(raw)
		return err
	})
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
