package main

import (
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
compares it. Without --base the server runs in this process. A run deletes all that it has created, also if it is interrupted.
The exit status is 1 if a check fails.`,
		Example: `  scimstack demo
  scimstack demo --base http://127.0.0.1:8080/scim/v2/acme --token TOKEN --idp okta,entra --seed 7
  scimstack demo --fault lost,duplicate`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd, &t, o) },
	}
	t.flags(cmd)
	addOutput(cmd)
	addQuiet(cmd)
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
	if err := t.optional(cmd); err != nil {
		return err
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
	p := progressOf(cmd)
	o.Progress = func(done, total int, idp, step string) { p.at("%d of %d steps  %s  %s", done, total, idp, step) }
	report, err := demo.Run(cmd.Context(), o)
	p.end()
	if err == nil {
		err = demoReport(cmd, report)
	}
	if err != nil {
		return err
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	if report.Failed() > 0 {
		return errCheckFailed
	}
	return nil
}

// demoRow is the report of a run.
type demoRow struct {
	Base     string         `json:"base"`
	Seed     uint64         `json:"seed"`
	Passed   int            `json:"passed"`
	Failed   int            `json:"failed"`
	Requests int64          `json:"requests"`
	Repeats  int64          `json:"retries"`
	Took     string         `json:"took"` // with a unit
	Faults   map[string]int `json:"faults"`
	Steps    []demoStep     `json:"steps"`
}

type demoStep struct {
	IdP    string `json:"idp"`
	Step   string `json:"step"`
	Passed bool   `json:"passed"`
	Proved string `json:"proved"`
	Error  string `json:"error,omitempty"`
}

// demoReport prints a report as -o says.
func demoReport(cmd *cobra.Command, r *demo.Report) error {
	r.Write(textOut(cmd))
	if formatOf(cmd) == asTable {
		return nil
	}
	row := demoRow{Base: r.Base, Seed: r.Seed, Passed: len(r.Steps) - r.Failed(), Failed: r.Failed(), Requests: r.Requests, Repeats: r.Repeats,
		Took: r.Took.Round(time.Millisecond).String(), Faults: map[string]int{}, Steps: []demoStep{}}
	maps.Copy(row.Faults, r.Faults)
	for _, s := range r.Steps {
		step := demoStep{IdP: s.IdP, Step: s.Name, Passed: s.Err == nil, Proved: s.Proved}
		if s.Err != nil {
			step.Error = s.Err.Error()
		}
		row.Steps = append(row.Steps, step)
	}
	return printRow(cmd, row)
}
