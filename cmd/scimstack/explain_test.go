package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// TestExplained: what a store or a network answers is reported in words with the next step, and never as a library's
// text; -v shows that.
func TestExplained(t *testing.T) {
	t.Parallel()
	answers := func(status int, code string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"library text"}`, code)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	aws := []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_ENDPOINT_URL_DYNAMODB="}
	for _, c := range []struct {
		want string
		env  []string
		args []string
	}{
		{"scimstack table create", aws, []string{"tenant", "list", "--endpoint", endpoint(t).URL}},
		{"scimstack table create", aws, []string{"table", "recount", "--endpoint", endpoint(t).URL}},
		{"scimstack table create", aws, []string{"table", "reindex", "--endpoint", endpoint(t).URL}},
		{"scimstack table create", aws, []string{"tenant", "create", "acme", "--endpoint", endpoint(t).URL}},
		{"must allow it", aws, []string{"tenant", "list", "--endpoint", answers(400, "AccessDeniedException")}},
		{"have expired", aws, []string{"tenant", "list", "--endpoint", answers(400, "ExpiredTokenException")}},
		{"does not accept the credentials", aws, []string{"token", "list", "acme", "--endpoint", answers(400, "UnrecognizedClientException")}},
		{"DynamoDB refuses", aws, []string{"tenant", "list", "--endpoint", answers(400, "ValidationException")}},
		{"AWS_REGION is not set", []string{"AWS_REGION=", "AWS_DEFAULT_REGION="}, []string{"tenant", "list"}},
		{"AWS_ACCESS_KEY_ID is not set", []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID="}, []string{"tenant", "list"}},
		{"there is no host", aws, []string{"tenant", "list", "--region", "no-such-region.invalid"}},
		{"nothing listens there", nil, []string{"tenant", "list", "--store", "postgres://a:hush@127.0.0.1:1/db"}},
		{"there is no socket /nowhere/", nil, []string{"tenant", "list", "--store", "postgres:///db?host=/nowhere"}},
		{"there is no host", nil, []string{"tenant", "list", "--store", "postgres://a:hush@nowhere.invalid/db"}},
		{"not a SQLite database", nil, []string{"tenant", "list", "--store", "sqlite:/etc/passwd"}},
		{"a newer version has used it; start that version", nil, []string{"tenant", "list", "--store", newerFile(t)}},
		{"make the file", nil, []string{"tenant", "list", "--store", "sqlite:" + t.TempDir() + "/absent.db"}},
	} {
		status, text := runBinary(t, c.env, c.args...)
		for _, raw := range []string{"operation error", "RequestID", "library text: ", "sqlstore", "dial tcp", "hush", "goroutine", "StatusCode"} {
			if strings.Contains(text, raw) {
				t.Errorf("%v: %q in %s", c.args, raw, text)
			}
		}
		if status != 1 || !strings.Contains(text, c.want) {
			t.Errorf("%v: status %d, want %q: %s", c.args, status, c.want, text)
		}
	}
	if _, text := runBinary(t, aws, "-v", "tenant", "list", "--endpoint", answers(400, "AccessDeniedException")); !strings.Contains(text, "cause: dynamo: operation error DynamoDB") {
		t.Error(text)
	}
}

// newerFile is the value of --store for a file that a later version has used.
func newerFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "newer.db")
	db, err := sqlite.Open(t.Context(), file, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE scim_schema SET version = 99`)
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}
