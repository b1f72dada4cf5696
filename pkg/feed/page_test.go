package feed_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/feed"
)

// TestPage keeps docs/reference/events.md in step with the code: go test ./pkg/feed -run TestPage -update.
func TestPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# Events

What the feed tells: one fact for each thing that happened. [Receive changes](../how-to/receive-changes.md) shows how to
read it. This page is generated: ` + "`go test ./pkg/feed -run TestPage -update`" + `.

## Types

| Type | When | besides what all have |
|---|---|---|
`)
	for _, k := range feed.Kinds() {
		has := "`" + strings.Join(k.Has, "`, `") + "`"
		if len(k.May) > 0 {
			has += "; perhaps `" + strings.Join(k.May, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Type, k.When, has)
	}
	b.WriteString(`
Resource types of a tenant have types of their own, with the name of the resource type in lower case: ` + "`device.created`, `device.updated`, `device.deleted`" + `.
Those whose schema is that of users are deactivated and reactivated, too, and those with members are renamed.
A commit makes one fact of the resource itself, and one for each membership that begins or ends.

## Members of the object

| Member | What it is |
|---|---|
`)
	for _, f := range feed.Fields() {
		name := "`" + f.Name + "`"
		if feed.Required(f) {
			name = "**" + name + "**"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", name, f.About)
	}
	b.WriteString("\nThose in bold are in every fact. The version of the form (`v`) is " + fmt.Sprint(feed.Version) + `. Within it, members of the object and types of facts may be
added, and none is removed or changes its meaning: skip what you do not know.

## Schemas

The JSON Schemas (2020-12) of all types are in [pkg/feed/testdata/schemas.json](../../pkg/feed/testdata/schemas.json); in Go, ` + "`feed.Schema(type)`" + `.

## Examples

`)
	facts := story(t).facts()
	for _, want := range []string{feed.UserCreated, feed.UserDeactivated, feed.MembershipRemoved} {
		for i := range facts {
			if facts[i].Type == want {
				out, err := json.MarshalIndent(facts[i], "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&b, "```json\n%s\n```\n\n", out)
				break
			}
		}
	}
	text := strings.TrimRight(b.String(), "\n") + "\n"
	const path = "../../docs/reference/events.md"
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(have), text); d != "" {
		t.Errorf("%s is out of date; run this test with -update (-have +want):\n%s", path, d)
	}
}
