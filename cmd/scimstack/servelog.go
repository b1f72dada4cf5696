package main

import (
	"log/slog"
	"os"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// logFlags say how a server writes its log.
type logFlags struct{ format, level string }

func (f *logFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.format, "log-format", "auto", "form of the log on standard error: text (coloured on a terminal), json, or auto: text on a terminal, JSON else")
	cmd.Flags().StringVar(&f.level, "log-level", "info", "least level of the log: debug, info, warn or error")
}

// logger returns the logger on a file.
func (f *logFlags) logger(file *os.File) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, usagef("--log-level %s: use debug, info, warn or error", f.level)
	}
	terminal := term.IsTerminal(int(file.Fd()))
	switch {
	case f.format == "json" || f.format == "auto" && !terminal:
		return slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level})), nil
	case f.format == "text" || f.format == "auto":
		return slog.New(tint.NewHandler(file, &tint.Options{Level: level, NoColor: !terminal || os.Getenv("NO_COLOR") != ""})), nil
	}
	return nil, usagef("--log-format %s: use auto, text or json", f.format)
}
