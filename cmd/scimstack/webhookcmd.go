package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// webhookCommand manages webhooks on a store, or on a service.
func webhookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "webhook", Short: "Manage webhooks: URLs that get every change, signed",
		Long: `Manages webhooks on a store, or with --server on a running service. scimstack serve sends to those of its store, and
notices changes within seconds. A webhook gets what happens after it was created: of one tenant or of all, of all types or
of some.`,
		Example: `  scimstack webhook create billing https://billing.example.com/hook --types 'user.*' --store sqlite:scim.db
  scimstack webhook redeliver billing acme --since 24h --store sqlite:scim.db
  scimstack webhook list --server https://abc123.execute-api.eu-central-1.amazonaws.com`,
	}
	cmd.AddCommand(webhookCreate(), webhookList(), webhookGet(), webhookSet(), webhookRotate(), webhookPause(), webhookResume(), webhookDelete(), webhookLetters(), webhookRedeliver())
	return cmd
}

// hookCommand returns a command of the administration for webhooks.
func hookCommand(use, short string, run func(*administration) error) *cobra.Command {
	var f adminFlags
	cmd := f.command(use, short, run)
	f.addAt(cmd, "sqlite:scim.db")
	return cmd
}

// webhookMade is a webhook with a new secret.
type webhookMade struct {
	ID     string     `json:"id"`
	URL    string     `json:"url"`
	Secret string     `json:"secret"`
	Until  optionalAt `json:"oldSecretUntil" col:"old secret until"`
}

// showHook prints a webhook with its secret.
func (a *administration) showHook(made *admin.WebhookCreated) error {
	w := &made.Webhook
	err := printRow(a.cmd, webhookMade{w.ID, w.URL, made.Secret, optionalAt{w.OldUntil}})
	remark(a.cmd, made.Note)
	return err
}

func webhookCreate() *cobra.Command {
	var in admin.WebhookInput
	var types, form, bearer string
	cmd := withKey(hookCommand("create ID URL", "Create a webhook; its signing secret is shown only once", func(a *administration) error {
		in.ID, in.URL, in.Types = a.args[0], a.args[1], listOf(types)
		if form == formSET {
			in.Form = form
		}
		if bearer != "" {
			var err error
			if in.Bearer, err = secret(bearer); err != nil {
				return usagef("--bearer: %w", err)
			}
		}
		made, err := a.CreateWebhook(a.ctx(), in)
		if err != nil {
			return err
		}
		return a.showHook(made)
	}))
	cmd.Flags().StringVar(&form, "form", "webhook", "what is sent: webhook, or set for Security Event Tokens, which scimstack serve signs with --security-events-key-file")
	cmd.Flags().StringVar(&bearer, "bearer", "", "of the form set: bearer token that the receiver asks for; "+secretHelp)
	cmd.Flags().StringVar(&in.Tenant, "tenant", "", "the only tenant whose changes are sent (default: all)")
	cmd.Flags().StringVar(&types, "types", "", typesHelp)
	return cmd
}

const typesHelp = "only facts of these types, with commas, such as user.deactivated,membership.*"

// webhookRow is a webhook without its secrets, with all members that admin.Webhook has.
type webhookRow struct {
	ID       string     `json:"id"`
	URL      string     `json:"url"`
	Tenant   string     `json:"tenant"`
	Types    []string   `json:"types"`
	Form     string     `json:"form"`
	State    stateValue `json:"state"`
	Secrets  int        `json:"secrets"`
	OldUntil optionalAt `json:"oldSecretUntil" col:"-"`
	Created  optionalAt `json:"created"`
	Paused   optionalAt `json:"paused" col:"-"`
	Failing  optionalAt `json:"failing"`
	Reason   string     `json:"reason"`
}

func hookRowOf(w *admin.Webhook) webhookRow {
	return webhookRow{
		ID: w.ID, URL: w.URL, Tenant: w.Tenant, Types: w.Types, Form: w.Form, State: stateValue(w.State), Secrets: w.Secrets,
		OldUntil: optionalAt{w.OldUntil}, Created: optionalAt{&w.Created}, Paused: optionalAt{w.Paused}, Failing: optionalAt{w.Failing}, Reason: w.Reason,
	}
}

func webhookList() *cobra.Command {
	return hookCommand("list", "List the webhooks, without their secrets", func(a *administration) error {
		list, err := a.Webhooks(a.ctx())
		if err != nil {
			return err
		}
		rows := make([]webhookRow, len(list.Webhooks))
		for i := range list.Webhooks {
			rows[i] = hookRowOf(&list.Webhooks[i])
		}
		return printRows(a.cmd, rows)
	})
}

func webhookGet() *cobra.Command {
	return hookCommand("get ID", "Show a webhook, and how many deliveries wait or were given up", func(a *administration) error {
		w, err := a.Webhook(a.ctx(), a.args[0])
		if err != nil {
			return err
		}
		row := struct {
			webhookRow
			Waiting int `json:"waiting"`
			Dead    int `json:"deadLetters" col:"dead letters"`
		}{webhookRow: hookRowOf(w)}
		if w.Waiting != nil && w.Dead != nil {
			row.Waiting, row.Dead = *w.Waiting, *w.Dead
		}
		return printRow(a.cmd, row)
	})
}

func webhookSet() *cobra.Command {
	var to, types string
	cmd := hookCommand("set ID", "Change the URL or the types of a webhook", func(a *administration) error {
		var in admin.WebhookChange
		if a.cmd.Flags().Changed("url") {
			in.URL = &to
		}
		if a.cmd.Flags().Changed("types") {
			list := append([]string{}, listOf(types)...)
			in.Types = &list
		}
		if in.URL == nil && in.Types == nil {
			return usagef("say what to change: --url, --types, or both")
		}
		w, err := a.ChangeWebhook(a.ctx(), a.args[0], in)
		if err != nil {
			return err
		}
		return printRow(a.cmd, hookRowOf(w))
	})
	cmd.Flags().StringVar(&to, "url", "", "where deliveries are sent from now on")
	cmd.Flags().StringVar(&types, "types", "", typesHelp+"; empty for all")
	return cmd
}

func webhookRotate() *cobra.Command {
	grace, bearer := 24*time.Hour, ""
	cmd := hookCommand("rotate ID", "Make a new signing secret, and the old one signs too for a time; or set the bearer token of a webhook of the form set", func(a *administration) error {
		in := admin.WebhookRotation{Grace: grace.String()}
		if bearer != "" {
			var err error
			if in.Bearer, err = secret(bearer); err != nil {
				return usagef("--bearer: %w", err)
			}
			if !a.cmd.Flags().Changed("grace") {
				in.Grace = ""
			}
		}
		made, err := a.RotateWebhook(a.ctx(), a.args[0], in)
		if err != nil {
			return err
		}
		return a.showHook(made)
	})
	cmd.Flags().Var(duration(&grace), "grace", "how long deliveries are signed with both secrets")
	cmd.Flags().StringVar(&bearer, "bearer", "", "of the form set: bearer token that the receiver asks for from now on; "+secretHelp)
	return cmd
}

func webhookPause() *cobra.Command {
	reason := ""
	cmd := hookCommand("pause ID", "Pause a webhook; what happens meanwhile is sent when it is resumed", func(a *administration) error {
		w, err := a.PauseWebhook(a.ctx(), a.args[0], reason)
		return a.toldOfHook(w, err, "webhook %s is paused; facts are kept for 30 days")
	})
	cmd.Flags().StringVar(&reason, "reason", "paused by an operator", "reason, for people")
	return cmd
}

func webhookResume() *cobra.Command {
	return hookCommand("resume ID", "Resume a webhook; all that waits is sent", func(a *administration) error {
		w, err := a.ResumeWebhook(a.ctx(), a.args[0])
		return a.toldOfHook(w, err, "webhook %s is resumed")
	})
}

// toldOfHook says what has become of a webhook: people get a sentence, and scripts the webhook.
func (a *administration) toldOfHook(w *admin.Webhook, err error, sentence string) error {
	if err != nil {
		return err
	}
	if formatOf(a.cmd) != asTable {
		return printRow(a.cmd, hookRowOf(w))
	}
	note(a.cmd, sentence, w.ID)
	return nil
}

func webhookDelete() *cobra.Command {
	return hookCommand("delete ID", "Delete a webhook with its dead letters", func(a *administration) error {
		err := a.RemoveWebhook(a.ctx(), a.args[0])
		if err == nil {
			note(a.cmd, "webhook %s is deleted", a.args[0])
		}
		return err
	})
}
