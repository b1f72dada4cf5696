package main

import (
	"log/slog"
	"os"
	"runtime"
	"strings"
)

// warnReadable warns of a SQLite file that every user of the machine can read, such as one that a version before made with the
// umask. A file that a group can read is a choice.
func warnReadable(place string, log *slog.Logger) {
	file, ok := strings.CutPrefix(place, "sqlite:")
	if !ok || runtime.GOOS == "windows" { // there a file has no such mode
		return
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o004 != 0 {
		log.Warn("every user of this machine can read the database, with personal data and hashes of passwords; run chmod o-rwx on it, and on the files beside it",
			"file", file, "mode", info.Mode().Perm().String())
	}
}
