package suite_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/suite"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

var update = flag.Bool("update", false, "write status codes and literal values of the transcripts anew, from the memory store")

// TestTranscripts plays every transcript over every store.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files := archives(t)
	if *update {
		for _, f := range files {
			suite.Update(t, f, stores["memory"])
		}
		return
	}
	for name, open := range stores {
		for _, f := range files {
			t.Run(name+"/"+strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
				t.Parallel()
				suite.Play(t, f, open)
			})
		}
	}
}

func archives(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	return files
}

// stores are the stores that every transcript holds for.
var stores = map[string]func(*testing.T) scim.Store{
	"memory": func(*testing.T) scim.Store { return memory.New() },
	"dynamo": func(t *testing.T) scim.Store {
		t.Helper()
		_, client := dynamotest.NewDirect()
		if err := dynamo.Create(t.Context(), client, "scim"); err != nil {
			t.Fatal(err)
		}
		return dynamo.New(client, dynamo.Options{Table: "scim"})
	},
}
