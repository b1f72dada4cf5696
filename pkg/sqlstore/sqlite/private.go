package sqlite

import (
	"os"
	"path/filepath"
)

// links bounds the symbolic links that lead to a file.
const links = 8

// private makes the file of a database if there is none. Only this user can read it, because it has personal data, hashes of
// passwords, the secrets of webhooks, and what access tokens are signed with. SQLite would use the umask; the files that it keeps
// beside the database have the mode of the database.
//
// A file that exists is not opened: an operator may have chosen its mode, and closing it would end the locks that this process has
// on it (fcntl). What is wrong with a path is found when SQLite opens it.
func private(path string) {
	for range links {
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		_ = f.Close()
	}
}
