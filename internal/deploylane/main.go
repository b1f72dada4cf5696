package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// lane is one run.
type lane struct {
	*cloud
	app, assets, replaycorpus, lint string // programs and the folder of the functions
	work                            string // a folder for customer files and templates
}

func main() {
	var l lane
	l.cloud = &cloud{http: &http.Client{Timeout: time.Minute}}
	flag.StringVar(&l.url, "url", "", "address of the emulator")
	flag.StringVar(&l.app, "app", "bin/cdk-app", "the CDK app")
	flag.StringVar(&l.assets, "assets", "build", "folder with <arch>/<function>/bootstrap")
	flag.StringVar(&l.replaycorpus, "replaycorpus", "bin/replaycorpus", "the program that sends the recorded traffic")
	flag.StringVar(&l.lint, "cfn-lint", "", "cfn-lint; templates are not linted without it")
	flag.StringVar(&l.work, "work", "bin/deploy-lane", "folder for customer files and templates")
	only := flag.String("only", "", "variations to deploy, separated by commas; all by default")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := l.all(ctx, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "deploylane:", err)
		os.Exit(1)
	}
}

// all deploys the variations, one after the other. A failure of one does not keep the others from their turn.
func (l *lane) all(ctx context.Context, only string) error {
	for _, path := range []*string{&l.app, &l.assets, &l.replaycorpus, &l.work} {
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}
	if err := l.parameter(ctx, "/cdk-bootstrap/hnb659fds/version", "30"); err != nil {
		return err
	}
	var failed []string
	for _, v := range variations() {
		if only != "" && !slices.Contains(strings.Split(only, ","), v.name) {
			continue
		}
		begin := time.Now()
		err := l.play(ctx, v)
		fmt.Printf("== %s: %s, %s\n", v.name, result(err), time.Since(begin).Round(time.Second))
		if v.beyond != "" {
			fmt.Printf("  the emulator cannot show more: %s\n", v.beyond)
		}
		if err != nil {
			failed = append(failed, v.name)
		}
	}
	if len(failed) > 0 {
		return errors.New("failed: " + strings.Join(failed, ", "))
	}
	return nil
}

func result(err error) string {
	if err != nil {
		return "FAILED: " + err.Error()
	}
	return "passed"
}

// play synthesises, lints, deploys, uses and destroys one variation.
func (l *lane) play(ctx context.Context, v variation) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	dir, err := l.synth(ctx, v)
	if err != nil {
		return err
	}
	service := "scimstack-" + v.name
	data := service + "-data"
	if _, err := os.Stat(filepath.Join(dir, data+".template.json")); err == nil {
		if _, err := l.deploy(ctx, dir, data, "Create"); err != nil {
			return err
		}
	}
	d, err := l.deploy(ctx, dir, service, "Create")
	if err != nil {
		return err
	}
	if v.served {
		base, err := l.route(ctx, service, d)
		if err != nil {
			return err
		}
		if err := l.replay(ctx, l.replaycorpus, base, d.output("TableName")); err != nil {
			return err
		}
	}
	if err := l.destroy(ctx, service); err != nil {
		return err
	}
	return l.kept(ctx, d.output("TableName"))
}

// kept checks that the table outlives the service.
func (l *lane) kept(ctx context.Context, table string) error {
	names, err := l.tables(ctx)
	if err == nil && !slices.Contains(names, table) {
		err = fmt.Errorf("the table %s is gone with the service", table)
	}
	return err
}

// synth writes the customer file, and makes the templates with the CDK app. It returns their folder.
func (l *lane) synth(ctx context.Context, v variation) (string, error) {
	customers, dir := filepath.Join(l.work, "customers"), filepath.Join(l.work, v.name)
	file := map[string]any{}
	if err := json.Unmarshal([]byte(v.file), &file); err != nil {
		return "", err
	}
	file["account"], file["region"] = account, region
	raw, err := json.Marshal(file)
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(customers, 0o750), os.WriteFile(filepath.Join(customers, v.name+".json"), raw, 0o600)); err != nil {
		return "", err
	}
	options, err := json.Marshal(map[string]string{"customer": v.name, "customers": customers, "arch": "x86_64", "assets": l.assets, "endpoint": l.url})
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
