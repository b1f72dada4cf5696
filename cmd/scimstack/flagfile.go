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

// namedFile reads the file that an argument names, by the same rule. next says what to do.
func namedFile(name, next string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, noFile(name, err, next)
	}
	return data, nil
}

// noFile is the error of a file that an argument names and that cannot be read.
func noFile(name string, err error, next string) error {
	return usagef("the file %s cannot be read: %s; %s", name, fileReason(err), next)
}
