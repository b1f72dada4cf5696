package suite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/suite"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
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

// stores are the stores that everything told over HTTP holds for.
var stores = map[string]func(*testing.T) scim.Store{
	"memory": func(*testing.T) scim.Store { return memory.New() },
	"dynamo": func(t *testing.T) scim.Store {
		t.Helper()
		_, client := dynamotest.Start(t)
		if err := dynamo.Create(t.Context(), client, "scim"); err != nil {
			t.Fatal(err)
		}
		return dynamo.New(client, dynamo.Options{Table: "scim"})
	},
}
