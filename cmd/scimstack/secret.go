package main

import (
	"fmt"
	"os"
	"strings"
)

// secretHelp says how a token is given without being readable in the list of processes.
const secretHelp = "@FILE reads it from a file and env:NAME from an environment variable, so that ps does not show it" //nolint:gosec // a help text

// secret returns a token as a flag names it: @FILE, env:NAME, or the token itself.
func secret(flag string) (string, error) {
	if name, ok := strings.CutPrefix(flag, "env:"); ok {
		v := strings.TrimSpace(os.Getenv(name))
		if v == "" {
			return "", fmt.Errorf("the environment variable %s is not set; set it to the token", name)
		}
		return v, nil
	}
	name, ok := strings.CutPrefix(flag, "@")
	if !ok {
		return flag, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("the file of the token: %w", err)
	}
	v := strings.TrimSpace(string(data))
	if v == "" || strings.ContainsAny(v, "\r\n") {
		return "", fmt.Errorf("%s must have one line, the token", name)
	}
	return v, nil
}
