package main

import "os"

// flagFile reads the file that a flag names. A file that cannot be read is a mistake on the command line, in every command.
func flagFile(flag, name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("--%s: the file %s cannot be read: %s", flag, name, fileReason(err))
	}
	return data, nil
}
