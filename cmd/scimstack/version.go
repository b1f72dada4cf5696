package main

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
)

// versionRow is what a binary knows about itself.
type versionRow struct {
	Version   string    `json:"version"`            // of the module; "devel" for a build of a working copy
	Commit    string    `json:"commit"`             // "" if the build had no repository
	Committed time.Time `json:"committed,omitzero"` // time of the commit
	Dirty     bool      `json:"dirty"`              // the working copy had changes
	Go        string    `json:"go"`
	Platform  string    `json:"platform"`
}

func versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "version", Short: "Show the version, the commit and the Go version of this binary", Args: cobra.NoArgs,
		Long: `Shows what this binary is built of. The date is that of the commit: a build of the same commit gives the same binary.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return printRow(cmd, versionOf(buildInfo()))
		},
	}
	addOutput(cmd)
	return cmd
}

// buildInfo is what the Go command has recorded in the binary, or nil.
func buildInfo() *debug.BuildInfo {
	info, _ := debug.ReadBuildInfo()
	return info
}

// currentVersion is what the flag --version prints.
func currentVersion() string { return versionOf(buildInfo()).Version }

// versionOf reads what the Go command has recorded in the binary; info may be nil.
func versionOf(info *debug.BuildInfo) versionRow {
	row := versionRow{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info == nil {
		return row
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		row.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			row.Commit = s.Value
		case "vcs.time":
			row.Committed, _ = time.Parse(time.RFC3339, s.Value) // written by the Go command
		case "vcs.modified":
			row.Dirty = s.Value == "true"
		}
	}
	return row
}
