package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/scim"
)

// typing runs the built command with an input.
func typing(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestTenantDelete: the command lists what the tenant has, asks for its name, deletes the timelines of
// the log too, and prints what it removed.
func TestTenantDelete(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	on := []string{"--endpoint", server.URL, "--table", "scim"}
	run := func(input string, args ...string) (string, error) {
		t.Helper()
		return typing(t, input, append(args, on...)...)
	}
	for _, args := range [][]string{{"table", "create"}, {"tenant", "create", "acme"}} {
		if out, err := run("", args...); err != nil {
			t.Fatal(out, err)
		}
	}
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	log := dynamolog.New(server.Client(), dynamolog.Options{Table: "scim"})
	if err := log.Append(t.Context(), activity.Record{Tenant: acme, Time: time.Now(), Resource: "ann", Added: []string{"bob"}}); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "ACME\n", "yes\n"} {
		out, err := run(wrong, "tenant", "delete", "acme", "--wait", "0s")
		if err == nil || !strings.Contains(out, "3 log records") || !strings.Contains(out, "1 tokens") || !strings.Contains(out, "is not deleted") {
			t.Errorf("input %q: %v\n%s", wrong, err, out)
		}
	}
	out, err := run("acme\n", "tenant", "delete", "acme", "--wait", "1s")
	if err != nil || !strings.Contains(out, "6 log records") || !strings.Contains(out, "the last look is in") || !strings.Contains(out, "tenant acme is deleted") {
		t.Error(err, out)
	}
	if n := items(t, server); n != 0 {
		t.Errorf("%d items are left", n)
	}
}

// items counts the items of the table but that with its version.
func items(t *testing.T, server *dynamotest.Server) int {
	t.Helper()
	out, err := server.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("scim")})
	if err != nil {
		t.Fatal(err)
	}
	return len(slices.DeleteFunc(out.Items, func(it map[string]types.AttributeValue) bool {
		pk, _ := it["PK"].(*types.AttributeValueMemberS)
		return pk != nil && pk.Value == "T#~#CFG"
	}))
}
