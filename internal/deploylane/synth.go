package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// synth writes the customer file, and makes the templates with the CDK app. It returns their folder.
func (l *lane) synth(ctx context.Context, name, content string) (string, error) {
	customers, dir := filepath.Join(l.work, "customers"), filepath.Join(l.work, name)
	file := map[string]any{}
	if err := json.Unmarshal([]byte(content), &file); err != nil {
		return "", err
	}
	file["account"], file["region"] = account, region
	raw, err := json.Marshal(file)
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(customers, 0o750), os.WriteFile(filepath.Join(customers, name+".json"), raw, 0o600)); err != nil {
		return "", err
	}
	options, err := json.Marshal(map[string]string{"customer": name, "customers": customers, "arch": "x86_64", "assets": l.assets, "endpoint": l.url})
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, l.app) //nolint:gosec // a program of this repository
	cmd.Dir = "infra/cdk"
	cmd.Env = append(os.Environ(), "CDK_OUTDIR="+dir, "CDK_CONTEXT_JSON="+string(options))
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("synthesis: %w\n%s", err, out)
	}
	return dir, l.check(ctx, dir)
}

// check runs cfn-lint on the templates of a folder.
func (l *lane) check(ctx context.Context, dir string) error {
	if l.lint == "" {
		return nil
	}
	templates, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if err != nil {
		return err
	}
	// W3005 is ignored as in scripts/test-infra.sh.
	cmd := exec.CommandContext(ctx, l.lint, append([]string{"--ignore-checks", "W3005", "-t"}, templates...)...) //nolint:gosec // as given
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cfn-lint: %w\n%s", err, out)
	}
	return nil
}
