package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// lane is one run.
type lane struct {
	*cloud
	db                                     *dynamodb.Client
	app, assets, replaycorpus, tests, lint string // programs, and the folder of the functions
	work                                   string // a folder for customer files and templates
}

func main() {
	var l lane
	l.cloud = &cloud{http: &http.Client{Timeout: time.Minute}}
	flag.StringVar(&l.url, "url", "", "address of the emulator")
	flag.StringVar(&l.app, "app", "bin/cdk-app", "the CDK app")
	flag.StringVar(&l.assets, "assets", "build", "folder with <arch>/<function>/bootstrap")
	flag.StringVar(&l.replaycorpus, "replaycorpus", "bin/replaycorpus", "the program that sends the recorded traffic")
	flag.StringVar(&l.tests, "tests", "bin/deploylane.test", "the tests of this package, compiled")
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
	for _, path := range []*string{&l.app, &l.assets, &l.replaycorpus, &l.tests, &l.work} {
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}
	var err error
	if l.db, err = dynamo.ClientFromEnv(l.getenv); err != nil {
		return err
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

// environment is that of the programs that use the table.
func (l *lane) environment() map[string]string {
	return map[string]string{"AWS_REGION": region, "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL_DYNAMODB": l.url}
}

func (l *lane) getenv(name string) string { return l.environment()[name] }

// play synthesises, lints, deploys, uses and destroys one variation. Whatever happens, nothing of it is left for the next.
func (l *lane) play(ctx context.Context, v variation) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	service := "scimstack-" + v.name
	defer func() { err = errors.Join(err, l.clean(context.WithoutCancel(ctx), service)) }()
	if v.existing {
		if v.file, err = l.restored(ctx, service+"-restored"); err != nil {
			return err
		}
	}
	dir, err := l.synth(ctx, v.name, v.file)
	if err != nil || v.drawn {
		return err
	}
	if err := l.data(ctx, dir, service+"-data", v.fails); err != nil {
		return err
	}
	d, err := l.deploy(ctx, dir, service, "Create")
	if err != nil {
		return err
	}
	if err := l.used(ctx, v, d); err != nil {
		return err
	}
	if err := l.destroy(ctx, service); err != nil {
		return err
	}
	return errors.Join(l.kept(ctx, service, d.output("TableName")), l.left(ctx, service, v.stays))
}

// used uses a service that is deployed.
func (l *lane) used(ctx context.Context, v variation, d description) error {
	if v.use == nothing {
		return nil
	}
	f, err := l.open(ctx, "scimstack-"+v.name, d)
	if err != nil {
		return err
	}
	defer f.close()
	u := user{lane: l, base: f.base, table: d.output("TableName")}
	if err := u.request(ctx); err != nil {
		return err
	}
	if v.bus != "" {
		if err := u.facts(ctx, v.bus); err != nil {
			return err
		}
	}
	if len(v.next) > 0 {
		if err := u.switched(ctx, v); err != nil {
			return err
		}
	}
	if v.use >= traffic {
		err = errors.Join(u.replay(ctx), u.test(ctx, "TestAgent"))
	}
	if v.use >= transcripts {
		err = errors.Join(err, u.test(ctx, "TestTranscripts"))
	}
	return err
}
