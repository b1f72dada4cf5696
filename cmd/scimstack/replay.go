package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/replay"
)

// replayCommand replays recorded traffic.
func replayCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "replay FILE…",
		Short: "Replay recorded traffic and compare the responses",
		Long: `Replays recorded traffic and compares the responses with those expected. The format of the files is described
in testdata/idp-corpus/README.md. Without --base, each scenario runs against an empty tenant of a server in
this process. With --base, all scenarios run against that tenant. It should be empty; what the scenarios
create stays in it.`,
		Example: `  scimstack replay testdata/idp-corpus/okta.json
  scimstack replay recording.json --base http://127.0.0.1:8080/scim/v2/acme --token TOKEN`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runReplay(cmd, &t, args) },
	}
	t.flags(cmd)
	return cmd
}

func runReplay(cmd *cobra.Command, t *target, files []string) error {
	if t.base != "" && t.secret() == "" {
		return errNoToken
	}
	failed, total := 0, 0
	for _, file := range files {
		scenarios, err := replay.Load(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, s := range scenarios {
			total++
			if err := play(cmd.Context(), t, s); err != nil {
				failed++
				fmt.Fprintf(cmd.OutOrStdout(), "FAILED  %s  %s\n        %v\n", s.ID, s.Description, err)
				continue
			}
			fmt.Fprintf(cmd.OutOrStdout(), "passed  %s  %s\n", s.ID, s.Description)
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d of %d scenarios passed\n", total-failed, total)
	if failed > 0 {
		return fmt.Errorf("%d of %d scenarios failed; the output above lists them", failed, total)
	}
	return nil
}

// play runs a scenario against the target, or against an empty tenant of a new local server.
func play(ctx context.Context, t *target, s replay.Scenario) error {
	if t.base != "" {
		return replay.Run(ctx, replay.Target{Base: t.base, Token: t.secret()}, s)
	}
	local, err := demo.NewLocal(ctx, nil)
	if err != nil {
		return err
	}
	defer local.Close()
	empty, err := local.Target(s.Profile)
	if err != nil {
		return err
	}
	return replay.Run(ctx, replay.Target{Base: empty.Base, Token: empty.Token}, s)
}
