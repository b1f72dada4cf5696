package main

import (
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scimstack/scimstack/internal/requestlog"
)

// requestLog returns a logger that writes text to a terminal and JSON to any other file.
func requestLog(f *os.File) *slog.Logger {
	if term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(f, nil))
	}
	return slog.New(slog.NewJSONHandler(f, nil))
}

// logFlags say how a server writes its log.
type logFlags struct{ form, level string }

// add adds the flags. --log-format is the old name of --log, which commands have that had it.
func (f *logFlags) add(cmd *cobra.Command, old bool) {
	cmd.Flags().StringVar(&f.form, "log", "auto", "log on standard error, a line for each request: text (coloured on a terminal), json, auto (text on a terminal, otherwise json), or off (no line for a request, unless the service failed)")
	cmd.Flags().StringVar(&f.level, "log-level", "info", "least level of the log: debug, info, warn or error")
	if old {
		cmd.Flags().StringVar(&f.form, "log-format", "auto", "form of the log: auto, text or json")
		_ = cmd.Flags().MarkDeprecated("log-format", "use --log") // fails for an unknown flag only
	}
}

// logger returns the logger on a file. The caller must call done at the end, which writes what waits.
//
// Without a reader of the log, or of what else it prints, a server goes on: a signal would end it otherwise.
func (f *logFlags) logger(file *os.File) (log *slog.Logger, done func(), err error) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // not Ignore, which the programs that it starts would inherit
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, nil, usagef("--log-level %s: use debug, info, warn or error", f.level)
	}
	terminal := term.IsTerminal(int(file.Fd()))
	batch := requestlog.NewBatch(file)
	text := func() *requestlog.Handler {
		return requestlog.NewText(batch, func(w io.Writer) slog.Handler {
			return tint.NewHandler(w, &tint.Options{Level: level, NoColor: !terminal || os.Getenv("NO_COLOR") != ""})
		})
	}
	var h *requestlog.Handler
	switch f.form {
	case "json":
		h = requestlog.NewJSON(batch, level)
	case "text":
		h = text()
	case "auto", "off":
		if h = requestlog.NewJSON(batch, level); terminal {
			h = text()
		}
		if f.form == "off" {
			h = h.Off()
		}
	default:
		return nil, nil, usagef("--log %s: use auto, text, json or off", f.form)
	}
	return slog.New(h), h.Close, nil
}
