package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// replayCommand replays recorded traffic.
func replayCommand() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay FILE…",
		Short: "Replay recorded traffic and compare the responses",
		Long: `Replays recorded traffic and compares the responses with those expected. The format of the files is described
in testdata/idp-corpus/README.md. Without --base, each scenario runs against an empty tenant of a server in
this process. With --base, all scenarios run against that tenant. It should be empty; what the scenarios
create stays in it.`,
		Example: `  scimstack replay testdata/idp-corpus/okta.json
  scimstack replay testdata/cases/profiles-strict.json --mode strict
  scimstack replay recording.json --base http://127.0.0.1:8080/scim/v2/acme --token TOKEN`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runReplay(cmd, &o, args) },
	}
	o.flags(cmd)
	addOutput(cmd)
	cmd.Flags().StringVar(&o.mode, "mode", "tolerant", "mode of the tenants without --base: tolerant or strict")
	cmd.Flags().StringVar(&o.schemas, "schemas", "", "folder with schemas of the tenants without --base")
	return cmd
}

// replayOptions are the flags of `scimstack replay`.
type replayOptions struct {
	target
	mode    string
	schemas string // folder, or ""
}

// settings returns the settings of the tenants on a local server.
func (o *replayOptions) settings() (tenant.Settings, error) {
	var t devTenant
	if err := t.set("mode", o.mode); err != nil {
		return tenant.Settings{}, err
	}
	if o.schemas != "" {
		if err := t.set("schemas", o.schemas); err != nil {
			return tenant.Settings{}, usagef("--schemas: %w", err)
		}
	}
	return t.record.Settings, nil
}

func runReplay(cmd *cobra.Command, o *replayOptions, files []string) error {
	if err := o.optional(cmd, "mode", "schemas"); err != nil {
		return err
	}
	scenarios, err := scenariosIn(files)
	if err != nil {
		return err
	}
	var token string
	if o.base != "" {
		if token, err = o.running(cmd.Context()); err != nil {
			return err
		}
	}
	settings, err := o.settings()
	if err != nil {
		return err
	}
	rows, wrong := o.all(cmd, replay.Target{Base: o.base, Token: token}, settings, scenarios)
	fmt.Fprintf(textOut(cmd), "%d of %d scenarios passed\n", len(rows)-wrong, len(rows))
	if err := printFields(cmd, rows); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d scenarios failed; the output above lists them", wrong, len(rows))
	}
	return nil
}

// replayRow is the result of one scenario.
type replayRow struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Passed      bool   `json:"passed"`
	Error       string `json:"error,omitempty"`
}

// scenariosIn reads all files before the first scenario is played.
func scenariosIn(files []string) (all []replay.Scenario, err error) {
	const next = "record one with scimstack dev --record"
	for _, file := range files {
		scenarios, err := replay.Load(file)
		var unread *fs.PathError
		switch {
		case errors.As(err, &unread):
			return nil, noFile(file, err, next)
		case err != nil:
			return nil, failed(err, "the file %s is not a list of scenarios in JSON; %s", file, next)
		case len(scenarios) == 0:
			return nil, fmt.Errorf("the file %s has no scenario; %s", file, next)
		}
		all = append(all, scenarios...)
	}
	return all, nil
}

// all plays scenarios, and prints the result of each.
func (o *replayOptions) all(cmd *cobra.Command, t replay.Target, settings tenant.Settings, scenarios []replay.Scenario) (rows []replayRow, wrong int) {
	for _, s := range scenarios {
		row := replayRow{ID: s.ID, Description: s.Description, Passed: true}
		if err := play(cmd.Context(), t, settings, s); err != nil {
			wrong++
			row.Passed, row.Error = false, err.Error()
			fmt.Fprintf(textOut(cmd), "FAILED  %s  %s\n        %v\n", s.ID, s.Description, err)
		} else {
			fmt.Fprintf(textOut(cmd), "passed  %s  %s\n", s.ID, s.Description)
		}
		rows = append(rows, row)
	}
	return rows, wrong
}

// play runs a scenario against the target, or against an empty tenant of a new local server.
func play(ctx context.Context, t replay.Target, settings tenant.Settings, s replay.Scenario) error {
	if t.Base != "" {
		return replay.Run(ctx, t, s)
	}
	if s.Profile != "default" {
		idp, err := identityProvider(s.Profile)
		if err != nil {
			return fmt.Errorf("profile: %w", err)
		}
		settings.IdP = idp
	}
	local, err := demo.NewLocal(ctx, nil)
	if err != nil {
		return err
	}
	defer local.Close()
	empty, err := local.TargetWith(settings)
	if err != nil {
		return err
	}
	return replay.Run(ctx, replay.Target{Base: empty.Base, Token: empty.Token}, s)
}
