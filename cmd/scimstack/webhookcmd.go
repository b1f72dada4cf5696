package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// webhookCommand manages webhooks on the store.
func webhookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "webhook", Short: "Manage webhooks: URLs that get every change, signed",
		Long: `Manages webhooks on a store. scimstack serve sends to those of its store, and notices changes within seconds.
A webhook gets what happens after it was created: of one tenant or of all, of all types or of some.`,
		Example: `  scimstack webhook create billing https://billing.example.com/hook --types 'user.*' --store sqlite:scim.db
  scimstack webhook redeliver billing acme --since 24h --store sqlite:scim.db`,
	}
	cmd.AddCommand(webhookCreate(), webhookList(), webhookGet(), webhookRotate(), webhookPause(), webhookResume(), webhookDelete(), webhookLetters(), webhookRedeliver())
	return cmd
}

// webhookWork is what a command works with.
type webhookWork struct {
	context.Context
	cmd   *cobra.Command
	store webhook.Store
	b     *backend
	args  []string
}

// onWebhooks makes a command that works on the webhooks of a store.
func onWebhooks(use, short string, args int, run func(*webhookWork) error) *cobra.Command {
	var f storeFlags
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(args),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := f.open(cmd.Context(), slog.Default())
			if err != nil {
				return err
			}
			defer b.close()
			if b.webhooks == nil {
				return usagef("--store %s: %s keeps no webhooks; use SQLite, Postgres or dynamodb", redacted(f.place), b.name)
			}
			err = run(&webhookWork{cmd.Context(), cmd, b.webhooks, b, args})
			switch {
			case errors.Is(err, webhook.ErrUnknown):
				return failed(err, "there is no webhook %s in %s; scimstack webhook list shows them", args[0], b.name)
			case errors.Is(err, webhook.ErrExists):
				return failed(err, "there is a webhook %s in %s; choose another id, or delete that one", args[0], b.name)
			}
			return err
		},
	}
	f.add(cmd, "sqlite:scim.db")
	addOutput(cmd)
	return cmd
}

// webhookMade is a webhook with a new secret.
type webhookMade struct {
	ID     string     `json:"id"`
	URL    string     `json:"url"`
	Secret string     `json:"secret"`
	Until  optionalAt `json:"oldSecretUntil" col:"old secret until"`
}

func webhookCreate() *cobra.Command {
	var name, types, form, bearer string
	cmd := onWebhooks("create ID URL", "Create a webhook; its signing secret is shown only once", 2, func(w *webhookWork) error {
		e := webhook.Endpoint{ID: w.args[0], URL: w.args[1], Types: listOf(types), Secrets: []string{webhook.NewSecret()}, Created: time.Now().UTC().Truncate(time.Millisecond)}
		if err := w.owner(&e, name); err != nil {
			return err
		}
		if err := formed(&e, form, bearer); err != nil {
			return err
		}
		if err := w.store.Create(w, e); err != nil {
			return err
		}
		made := webhookMade{ID: e.ID, URL: e.URL}
		if e.Form == "" {
			made.Secret = e.Secrets[0]
		}
		return printRow(w.cmd, made)
	})
	cmd.Flags().StringVar(&form, "form", "webhook", "what is sent: webhook, or set for Security Event Tokens, which scimstack serve signs with --security-events-key-file")
	cmd.Flags().StringVar(&bearer, "bearer", "", "of the form set: bearer token that the receiver asks for; "+secretHelp)
	cmd.Flags().StringVar(&name, "tenant", "", "the only tenant whose changes are sent (default: all)")
	cmd.Flags().StringVar(&types, "types", "", "only facts of these types, with commas, such as user.deactivated,membership.*")
	return cmd
}

// formed sets the form of an endpoint, and checks it.
func formed(e *webhook.Endpoint, form, bearer string) error {
	switch {
	case form == formSET:
		e.Form, e.Secrets = form, nil
	case form != "webhook":
		return unknownValue("form", form, []string{"webhook", formSET})
	case bearer != "":
		return usagef("--bearer belongs to --form set; a webhook is signed")
	}
	if bearer != "" {
		text, err := secret(bearer)
		if err != nil {
			return usagef("--bearer: %w", err)
		}
		e.Secrets = []string{text}
	}
	none := func(context.Context, *webhook.Endpoint, *feed.Fact) (http.Header, []byte, error) {
		return nil, nil, nil
	}
	return usage((&webhook.Sender{Forms: map[string]webhook.Form{formSET: none}}).Check(e))
}

// owner sets the tenant of an endpoint, unless it is of all tenants.
func (w *webhookWork) owner(e *webhook.Endpoint, name string) (err error) {
	if name == "" {
		return nil
	}
	if e.Tenant, err = scim.ParseTenantID(name); err != nil {
		return usagef("--tenant: %w", err)
	}
	if _, _, err := w.b.directory.inventory(w, e.Tenant); err != nil {
		return failed(err, "there is no tenant %s in %s; scimstack tenant list shows the tenants", name, w.b.name)
	}
	return nil
}

// webhookRow is a webhook without its secrets.
type webhookRow struct {
	ID      string     `json:"id"`
	URL     string     `json:"url"`
	Tenant  string     `json:"tenant"`
	Types   []string   `json:"types"`
	State   stateValue `json:"state"`
	Secrets int        `json:"secrets"`
	Created optionalAt `json:"created"`
	Failing optionalAt `json:"failing"`
	Reason  string     `json:"reason"`
}

func hookRowOf(e *webhook.Endpoint) webhookRow {
	at := func(t time.Time) optionalAt {
		if t.IsZero() {
			return optionalAt{}
		}
		return optionalAt{&t}
	}
	row := webhookRow{e.ID, e.URL, e.Tenant.String(), e.Types, "active", len(e.Secrets), at(e.Created), at(e.Failing), e.Reason}
	if !e.Paused.IsZero() {
		row.State = "paused"
	}
	return row
}

func webhookList() *cobra.Command {
	return onWebhooks("list", "List the webhooks, without their secrets", 0, func(w *webhookWork) error {
		list, err := w.store.Endpoints(w)
		if err != nil {
			return err
		}
		rows := make([]webhookRow, len(list))
		for i := range list {
			rows[i] = hookRowOf(&list[i])
		}
		return printRows(w.cmd, rows)
	})
}

// mostShown bounds the deliveries that a command counts or lists.
const mostShown = 10_000

func webhookGet() *cobra.Command {
	return onWebhooks("get ID", "Show a webhook, and how many deliveries wait or were given up", 1, func(w *webhookWork) error {
		e, err := w.store.Endpoint(w, w.args[0])
		if err != nil {
			return err
		}
		waiting, err := w.store.Deliveries(w, e.ID, false, mostShown)
		if err != nil {
			return err
		}
		dead, err := w.store.Deliveries(w, e.ID, true, mostShown)
		if err != nil {
			return err
		}
		return printRow(w.cmd, struct {
			webhookRow
			Waiting int `json:"waiting"`
			Dead    int `json:"deadLetters" col:"dead letters"`
		}{hookRowOf(&e), len(waiting), len(dead)})
	})
}

func webhookRotate() *cobra.Command {
	grace := 24 * time.Hour
	cmd := onWebhooks("rotate ID", "Make a new signing secret; the old one signs too for a time", 1, func(w *webhookWork) error {
		until := time.Now().Add(grace).UTC()
		e, err := w.store.Update(w, w.args[0], func(e *webhook.Endpoint) error {
			if e.Form != "" {
				return usagef("webhook %s is of the form %s, which has no signing secret", e.ID, e.Form)
			}
			e.Rotate(webhook.NewSecret(), until)
			return nil
		})
		if err != nil {
			return err
		}
		return printRow(w.cmd, webhookMade{e.ID, e.URL, e.Secrets[0], optionalAt{&until}})
	})
	cmd.Flags().Var(duration(&grace), "grace", "how long deliveries are signed with both secrets")
	return cmd
}

func webhookPause() *cobra.Command {
	reason := ""
	cmd := onWebhooks("pause ID", "Pause a webhook; what happens meanwhile is sent when it is resumed", 1, func(w *webhookWork) error {
		_, err := w.store.Update(w, w.args[0], func(e *webhook.Endpoint) error { e.Pause(time.Now(), reason); return nil })
		if err == nil {
			note(w.cmd, "webhook %s is paused; facts are kept for 30 days", w.args[0])
		}
		return err
	})
	cmd.Flags().StringVar(&reason, "reason", "paused by an operator", "reason, for people")
	return cmd
}

func webhookResume() *cobra.Command {
	return onWebhooks("resume ID", "Resume a webhook; all that waits is sent", 1, func(w *webhookWork) error {
		_, err := (&webhook.Sender{Store: w.store}).Resume(w, w.args[0])
		if err == nil {
			note(w.cmd, "webhook %s is resumed", w.args[0])
		}
		return err
	})
}

func webhookDelete() *cobra.Command {
	return onWebhooks("delete ID", "Delete a webhook with its dead letters", 1, func(w *webhookWork) error {
		err := w.store.Remove(w, w.args[0])
		if err == nil {
			note(w.cmd, "webhook %s is deleted", w.args[0])
		}
		return err
	})
}
