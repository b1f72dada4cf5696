package admin

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestPageFigures: the figures of the guide are those of the code, on each page that has them. A sentence that is written anew needs
// its pattern here anew: a pattern that finds nothing fails.
func TestPageFigures(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	figures := map[string]int{
		`([\d,]+) tokens and [\d,]+ OAuth clients`:            maxTokens,
		`[\d,]+ tokens and ([\d,]+) OAuth clients`:            maxClients,
		`([\d,]+) bytes of the URL of a webhook`:              maxURL,
		`([\d,]+) of a bearer token`:                          maxBearer,
		`([\d,]+) tenants on a page`:                          maxPage,
		`([\d,]+) deliveries in a list`:                       MostDeliveries,
		`([\d,]+) KiB of settings`:                            maxSettings >> 10,
		`([\d,]+) schemas and resource types \|`:              maxDocuments,
		`([\d,]+) wrong values in an error`:                   mostProblems,
		`reads at most ([\d,]+) resources \(.--max-read.\)`:   maxReadDefault,
		`(?:[Ff]acts|[Ee]ntries) are kept for (\d+) days`:     int(scim.DefaultAge / day),
		`waits in the feed, for (\d+) days`:                   int(scim.DefaultAge / day),
		`the feed of the last (\d+) days`:                     int(scim.DefaultAge / day),
		`until the grace ends \((\d+) days by default\)`:      int(tenant.DefaultGrace / day),
		`signs too for .grace., (\d+)h by default`:            24, // graceOfHooks
		`begin (\d+) seconds after the change`:                int(defaultSettle / time.Second),
		`the command waits (\d+) seconds after it has paused`: int(defaultSettle / time.Second),
		`an import over a tenant waits (\d+) seconds`:         int(defaultSettle / time.Second),
	}
	found := map[string]int{}
	blanks := regexp.MustCompile(`\s+`)
	err := filepath.WalkDir("../../docs", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		page, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := blanks.ReplaceAllString(string(page), " ") // a sentence may go over lines
		for pattern, want := range figures {
			for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
				found[pattern]++
				if n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", "")); err != nil || n != want {
					t.Errorf("%s says %q, and the code %d", path, m[0], want)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pattern := range figures {
		if found[pattern] == 0 {
			t.Errorf("no page has %s", pattern)
		}
	}
	if graceOfHooks != "24h" {
		t.Errorf("the grace of webhooks is %s", graceOfHooks)
	}
}
