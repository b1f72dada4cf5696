package main

import (
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/feed"
)

// secretIn returns who may read the feeds of all tenants: requests with the secret in a file. "" is no file.
func secretIn(file string) (func(*http.Request) bool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // no one may
	}
	b, err := flagFile("events-secret-file", file)
	if err != nil {
		return nil, err
	}
	secret := strings.TrimSpace(string(b))
	if len(secret) < 32 || strings.ContainsAny(secret, " \t\r\n") {
		return nil, usagef("--events-secret-file: %s must contain one secret of at least 32 characters; openssl rand -hex 32 prints one", file)
	}
	return feed.Bearer(secret), nil
}
