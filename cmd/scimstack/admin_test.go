package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// endpoint starts an engine for one test.
func endpoint(t *testing.T) *dynamotest.Server {
	t.Helper()
	server, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// TestAdministration: the commands for the table, tenants and tokens. A token is shown once, and only
// its hash is stored (Z-05).
func TestAdministration(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	on := []string{"--endpoint", server.URL, "--table", "scim"}
	run := func(want string, args ...string) string {
		t.Helper()
		out, err := command(t, append(args, on...)...)
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: %v %q, want %q", args, err, out, want)
		}
		return out
	}
	fails := func(want string, args ...string) {
		t.Helper()
		if out, err := command(t, append(args, on...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %q %v, want %q", args, out, err, want)
		}
	}
	run("ready", "table", "create")
	run("ready", "table", "create") // idempotent
	created := run("cannot be shown again", "tenant", "create", "acme", "--idp", "okta", "--strict")
	fails("exists", "tenant", "create", "acme")
	fails("tenant", "tenant", "create", "NOT/a/name")
	run("acme  active", "tenant", "list")
	if show := run("strict", "tenant", "show", "acme"); !strings.Contains(show, "okta") {
		t.Error(show)
	}
	fails("no tenant unknown", "tenant", "show", "unknown")
	second := run("accepted within a minute", "token", "create", "acme", "--scopes", "read,users", "--days", "30")
	fails("unknown scope", "token", "create", "acme", "--scopes", "everything")
	fails("--days", "token", "create", "acme", "--days", "-1")
	fails("no tenant unknown", "token", "create", "unknown")
	key := value(strings.Split(second, "\n"), "key")
	list := run("read,users", "token", "list", "acme")
	for _, out := range []string{created, second} {
		token := value(strings.Split(out, "\n"), "token")
		if !strings.HasPrefix(token, "scim_acme_") || strings.Contains(list, token) {
			t.Errorf("token %q, list %s", token, list)
		}
	}
	run("revoked", "token", "revoke", "acme", key)
	fails("has no token", "token", "revoke", "acme", "nokey")
	if list = run("revoked", "token", "list", "acme"); strings.Count(list, "live") != 1 {
		t.Error(list)
	}
	fails("--yes", "tenant", "delete", "acme")
	run("is deleted", "tenant", "delete", "acme", "--yes", "--wait", "0s")
	fails("no tenant acme", "tenant", "delete", "acme", "--yes")
	fails("no tenant acme", "token", "list", "acme")
}

// TestTableFlags: a missing table is an error, and flags take precedence over the environment.
func TestTableFlags(t *testing.T) {
	t.Parallel()
	if _, err := command(t, "tenant", "list", "--endpoint", endpoint(t).URL, "--table", "none"); err == nil {
		t.Error("listing the tenants of a missing table succeeds")
	}
	f := tableFlags{endpoint: "", region: "eu-west-1", name: "x"}
	if f.env("AWS_REGION") != "eu-west-1" || f.env("SCIMSTACK_TABLE") != "x" || f.env("AWS_ENDPOINT_URL_DYNAMODB") != "" {
		t.Error("the flags do not take precedence over the environment")
	}
}

// TestDevOnDynamoDB: the same service over a table, which keeps data from one run to the next. The
// stream is processed.
func TestDevOnDynamoDB(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	o := devOptions{
		addr: "127.0.0.1:0", specs: []string{"name=acme,token=secret"}, store: storeDynamo, create: true,
		table: tableFlags{endpoint: server.URL, name: "scim"},
	}
	lines, stop := startDevWith(t, o)
	if last := lines[len(lines)-1]; !strings.Contains(last, "data stays") {
		t.Error(last)
	}
	if status := post(t, value(lines, "base URL")+"/Users", `{"userName":"ann"}`); status != http.StatusCreated {
		t.Fatal(status)
	}
	counted(t, server)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	lines, stop = startDevWith(t, o)
	if status := post(t, value(lines, "base URL")+"/Users", `{"userName":"ann"}`); status != http.StatusConflict {
		t.Errorf("the user is gone: %d", status)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	o.table.endpoint = "" // an in-process engine
	lines, stop = startDevWith(t, o)
	if last := lines[len(lines)-1]; !strings.Contains(last, "lost at exit") {
		t.Error(last)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	o.store = "paper"
	if err := runDev(t.Context(), o, io.Discard, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "--store paper") {
		t.Error(err)
	}
}

func post(t *testing.T, url, body string) int {
	t.Helper()
	return postAs(t, url, "secret", body)
}

// counted waits until the consumer of the stream has written the counter of users.
func counted(t *testing.T, server *dynamotest.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	in := &dynamodb.GetItemInput{TableName: aws.String("scim"), Key: map[string]types.AttributeValue{"PK": text("T#acme#N"), "SK": text("User")}}
	for {
		out, err := server.Client().GetItem(ctx, in)
		if err != nil {
			t.Fatalf("no counter was written: %v", err)
		}
		if n, ok := out.Item["n"].(*types.AttributeValueMemberN); ok && n.Value == "1" {
			return
		}
	}
}

// TestLambdaCommand: errors of the configuration are returned before anything is served.
func TestLambdaCommand(t *testing.T) {
	t.Parallel()
	o := lambdaOptions{addr: "127.0.0.1:0", build: t.TempDir(), table: tableFlags{name: "scim"}}
	if err := runLambda(t.Context(), o, io.Discard, os.Stderr); err == nil || !strings.Contains(err.Error(), "users is not built") {
		t.Error(err)
	}
	o.specs = []string{"name=A"}
	if err := runLambda(t.Context(), o, io.Discard, os.Stderr); err == nil {
		t.Error("an invalid tenant is accepted")
	}
}
