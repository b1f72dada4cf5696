package main

import (
	"errors"
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
		return sendable(v)
	}
	name, ok := strings.CutPrefix(flag, "@")
	if !ok {
		return sendable(flag)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("the file of the token: %w", err)
	}
	v := strings.TrimSpace(string(data))
	if v == "" || strings.ContainsAny(v, "\r\n") {
		return "", fmt.Errorf("%s must have one line, the token", name)
	}
	return sendable(v)
}

// sendable returns a token without the blanks around it, as of a line that was copied. A header has no place for others.
func sendable(token string) (string, error) {
	token = strings.TrimSpace(token)
	for _, c := range []byte(token) {
		if c < ' ' || c > '~' {
			return "", errors.New("a token has letters, digits and signs of ASCII on one line; copy it again")
		}
	}
	return token, nil
}
