package awslambda_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
	"github.com/scimstack/scimstack/pkg/scim"
)

// The main function of a program with a hook of its own.
func ExampleStart() {
	joined := func(_ context.Context, e *scim.Event) { fmt.Println(e.Type.Name, e.Created()) }
	awslambda.Start(scimstack.Config{After: []scim.AfterHook{joined}}, scimstack.All())
}

// TestHandler: what is wrong is named: the variable of the environment, the field, or that no part is named.
func TestHandler(t *testing.T) {
	refused := func(want string, c scimstack.Config, parts ...scimstack.Part) {
		t.Helper()
		if _, err := awslambda.Handler(c, parts...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	t.Setenv("SCIMSTACK_TABLE", "")
	refused("SCIMSTACK_TABLE", scimstack.Config{}, scimstack.All())
	if _, err := awslambda.Stream(scimstack.Config{}); err == nil {
		t.Error("no table")
	}
	for key, value := range map[string]string{"SCIMSTACK_TABLE": "scim", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "SCIMSTACK_PUBLIC_BASE": ""} {
		t.Setenv(key, value)
	}
	refused("SCIMSTACK_PUBLIC_BASE", scimstack.Config{}, scimstack.All())
	t.Setenv("SCIMSTACK_PUBLIC_BASE", "https://scim.example.com/scim/v2")
	refused("scimstack.All()", scimstack.Config{})
	refused("Config.Timeout", scimstack.Config{Timeout: -1}, scimstack.SCIM())
	for _, parts := range [][]scimstack.Part{{scimstack.All()}, {scimstack.Activity()}, {scimstack.SCIM()}} {
		if _, err := awslambda.Handler(scimstack.Config{}, parts...); err != nil {
			t.Error(err)
		}
	}
	if _, err := awslambda.Stream(scimstack.Config{}); err != nil {
		t.Error(err)
	}
}
