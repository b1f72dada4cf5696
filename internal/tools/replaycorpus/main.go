// Command replaycorpus sends the recorded traffic of identity providers to a running deployment, each
// scenario to a new tenant. It creates the tenants in the deployment's table, with AWS_REGION, AWS
// credentials and AWS_ENDPOINT_URL_DYNAMODB of the environment. The exit code is 1 if a scenario
// fails that is not expected to, or passes that is expected to fail.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func main() {
	base := flag.String("base", "", "base URL before the tenant, for example http://127.0.0.1:3000/scim/v2")
	table := flag.String("table", "scimstack-local", "table of the deployment")
	corpus := flag.String("corpus", "testdata/idp-corpus", "folder of the recorded traffic")
	expected := flag.String("expected", "internal/replay/expected-failures.txt", "file with the scenarios that may fail, and the reasons")
	flag.Parse()
	if err := run(context.Background(), *base, *table, *corpus, *expected); err != nil {
		fmt.Fprintln(os.Stderr, "replaycorpus:", err)
		os.Exit(1)
	}
}

// run plays the whole corpus and prints the result.
func run(ctx context.Context, base, table, corpus, expected string) error {
	client, err := dynamo.ClientFromEnv(os.Getenv)
	if err != nil {
		return err
	}
	mayFail, err := readExpected(expected)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	if err != nil || len(files) == 0 {
		return errors.Join(fmt.Errorf("no *.json in %s; name the folder with -corpus", corpus), err)
	}
	p := player{base: base, tenants: dynamo.NewTenants(client, table, time.Now)}
	passed, failed, begin := 0, 0, time.Now()
	for _, file := range files {
		scenarios, err := replay.Load(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		good := 0
		for _, s := range scenarios {
			err := p.play(ctx, s)
			switch {
			case err == nil && mayFail[s.ID]:
				fmt.Printf("%s passes, but is expected to fail; remove it from the file of expected failures\n", s.ID)
				failed++
			case err == nil:
				good++
			case !mayFail[s.ID]:
				fmt.Printf("%s %q: %v\n", s.ID, s.Description, err)
				failed++
			}
		}
		passed += good
		fmt.Printf("%s: %d of %d scenarios replayed\n", filepath.Base(file), good, len(scenarios))
	}
	fmt.Printf("%d passed, %d failed\n%s\n", passed, failed, time.Since(begin).Round(time.Second))
	if failed > 0 {
		return errors.New("scenarios failed; the output above lists them")
	}
	return nil
}

// player plays scenarios against a deployment.
type player struct {
	base    string // URL before the tenant
	tenants *dynamo.Tenants
}

// play sends a scenario to a new tenant.
func (p player) play(ctx context.Context, s replay.Scenario) error {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	id, err := scim.ParseTenantID("replay-" + hex.EncodeToString(random[:]))
	if err != nil {
		return err
	}
	if err := p.tenants.Create(ctx, tenant.Settings{ID: id, IdP: s.Profile, Limits: scim.Limits{Rate: scim.NoLimit}}); err != nil {
		return err
	}
	text, token := tenant.NewToken(id, scim.All)
	if err := p.tenants.AddToken(ctx, id, token); err != nil {
		return err
	}
	return replay.Run(ctx, replay.Target{Base: p.base + "/" + id.String(), Token: text}, s)
}

// readExpected reads the ids of a file whose lines are "id reason" or comments.
func readExpected(file string) (map[string]bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		id, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if id != "" && id[0] != '#' {
			out[id] = true
		}
	}
	return out, lines.Err()
}
