package main

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestTableWebhooks: the webhooks of a table are managed as those of a database.
func TestTableWebhooks(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	on := []string{"--endpoint", server.URL, "--table", "scim"}
	run := func(want string, args ...string) {
		t.Helper()
		if out, err := command(t, append(args, on...)...); err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: %v %q, want %q", args, err, out, want)
		}
	}
	hook := func(want string, args ...string) {
		t.Helper()
		run(want, append(append([]string{"webhook"}, args...), "--store", "dynamodb")...)
	}
	run("ready", "table", "create")
	run("", "tenant", "create", "acme")
	hook("whsec_", "create", "billing", "https://billing.example.com/hook", "--tenant", "acme", "--types", "user.*")
	hook("billing.example.com", "list")
	hook("is paused", "pause", "billing", "--reason", "the receiver moves")
	hook("the receiver moves", "get", "billing")
	hook("is resumed", "resume", "billing")
	hook("0 facts are sent again", "redeliver", "billing", "acme", "--since", "24h")
	hook("", "dead-letters", "billing")
	hook("whsec_", "rotate", "billing")
	hook("is deleted", "delete", "billing")
}

// TestWebhooksOfADeletedTenant: on every store, a tenant that is deleted leaves no webhook and no delivery, and a webhook of
// all tenants and that of another tenant keep theirs.
func TestWebhooksOfADeletedTenant(t *testing.T) {
	t.Parallel()
	for name, on := range map[string][]string{
		"sqlite":   {"--store", "sqlite:" + filepath.Join(t.TempDir(), "scim.db")},
		"dynamodb": {"--store", "dynamodb", "--table", "scim", "--endpoint", endpoint(t).URL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(args ...string) string {
				t.Helper()
				out, err := printedBy(t, append(args, on...)...)
				if err != nil {
					t.Fatal(args, err, out)
				}
				return out
			}
			if name == storeDynamo {
				if out, err := printedBy(t, append([]string{"table", "create"}, on[2:]...)...); err != nil {
					t.Fatal(out, err)
				}
			}
			f := storeFlags{}
			cmd := &cobra.Command{}
			f.add(cmd, storeDynamo)
			if err := cmd.ParseFlags(on); err != nil {
				t.Fatal(err)
			}
			for _, tenant := range []string{"acme", "globex"} {
				run("tenant", "create", tenant)
				run("webhook", "create", tenant, "https://hooks.example.com", "--tenant", tenant)
			}
			run("webhook", "create", "whole", "https://hooks.example.com")
			b, err := f.open(t.Context(), slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer b.close()
			for i, of := range []string{"acme", "globex", "acme"} {
				d := webhook.Delivery{Endpoint: []string{"acme", "globex", "whole"}[i], Seq: 1, Resource: "User/a", Type: "user.created"}
				if d.Tenant, err = scim.ParseTenantID(of); err == nil {
					err = b.webhooks.Add(t.Context(), false, d)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			run("tenant", "delete", "acme", "--yes", "--wait", "0s")
			if out := run("webhook", "list"); strings.Contains(out, "acme") || !strings.Contains(out, "globex") || !strings.Contains(out, "whole") {
				t.Error(out)
			}
			for endpoint, want := range map[string]int{"acme": 0, "globex": 1, "whole": 0} {
				if list, err := b.webhooks.Deliveries(t.Context(), endpoint, false, 10); err != nil || len(list) != want {
					t.Errorf("%s: %+v %v", endpoint, list, err)
				}
			}
		})
	}
}
