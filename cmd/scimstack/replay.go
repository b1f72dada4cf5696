package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/replay"
)

// replayCommand plays recorded traffic.
func replayCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "replay FILE…",
		Short: "Play recorded traffic again and compare the answers",
		Long: "Play recorded traffic again and compare the answers. The files have the format of testdata/idp-corpus/README.md.\n" +
			"Without --base each scenario gets an empty tenant of a server in this process; with it, all scenarios run against\n" +
			"the one tenant, which should be empty and is not cleaned.",
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
		return errors.New("--token is needed with --base")
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
			fmt.Fprintf(cmd.OutOrStdout(), "played  %s  %s\n", s.ID, s.Description)
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d of %d scenarios have the answers they should\n", total-failed, total)
	if failed > 0 {
		return fmt.Errorf("%d scenarios failed", failed)
	}
	return nil
}

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
