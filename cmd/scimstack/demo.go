package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scimstack/scimstack/internal/demo"
)

// demoCommand simulates identity providers against a server.
func demoCommand() *cobra.Command {
	var t target
	o := demo.Options{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Simulate identity providers against a SCIM server and check every result",
		Long: `Simulates identity providers against a SCIM server: connection test, first sync of 25 people and 4 groups,
joiners, movers, leavers, imports and repeated requests. After each step it reads the server's state and
compares it. Without --base the server runs in this process. A run deletes all that it has created.
The exit status is 1 if a check fails.`,
		Example: `  scimstack demo
  scimstack demo --base http://127.0.0.1:8080/scim/v2/acme --token TOKEN --idp okta,entra --seed 7
  scimstack demo --fault lost,duplicate`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd, &t, o) },
	}
	t.flags(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&o.IdPs, "idp", []string{"okta", "entra"}, "identity providers to simulate: "+strings.Join(demo.Names(), ", ")+", or all")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of the random data; the same seed gives the same people and requests")
	f.StringSliceVar(&o.Faults, "fault", nil, "network faults to inject: "+strings.Join(demo.FaultKinds(), ", "))
	return cmd
}

var errCheckFailed = errors.New("a check failed; the report above lists it")

func runDemo(cmd *cobra.Command, t *target, o demo.Options) error {
	if len(o.IdPs) == 1 && o.IdPs[0] == "all" {
		o.IdPs = demo.Names()
	}
	if t.base == "" {
		local, err := demo.NewLocal(cmd.Context(), nil)
		if err != nil {
			return err
		}
		defer local.Close()
		o.Target = local.Target
	} else {
		token, err := t.running(cmd.Context())
		if err != nil {
			return err
		}
		o.Target = func(string) (demo.Target, error) { return demo.Target{Base: t.base, Token: token}, nil }
	}
	o.Progress = progress()
	report, err := demo.Run(cmd.Context(), o)
	if err != nil {
		return err
	}
	report.Write(cmd.OutOrStdout())
	if report.Failed() > 0 {
		return errCheckFailed
	}
	return nil
}

// progress returns a function that draws a progress bar, or nil if standard error is not a terminal.
func progress() func(done, total int, idp, step string) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, total int, idp, step string) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish())
		}
		bar.Describe(fmt.Sprintf("%-16s %-20s", idp, step))
		_ = bar.Set(done) // the bar is decoration: a failure to draw it is ignored
	}
}
