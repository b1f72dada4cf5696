package transfer_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

func export(t *testing.T, p place) []byte {
	t.Helper()
	var b bytes.Buffer
	out, err := transfer.Export(t.Context(), p.Place, id(t, "acme"), &b, transfer.ExportOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if out.Bytes != int64(b.Len()) || !out.Settled {
		t.Errorf("%d bytes of %d, settled %v", out.Bytes, b.Len(), out.Settled)
	}
	return b.Bytes()
}

var quick = transfer.ImportOptions{Wait: -1, Actor: "test"}

// TestMatrix moves a tenant from each store to each: every answer is the same, the old token works, an export of the copy
// is the file, and a second import writes nothing.
func TestMatrix(t *testing.T) {
	t.Parallel()
	for from, open := range places {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			old := open(t)
			token := fill(t, old, dynamotest.Size(60, 1200))
			file, before := export(t, old), serve(t, old, token).seen(t)
			for to, open := range places {
				t.Run(to, func(t *testing.T) {
					t.Parallel()
					moved(t, open(t), file, before, token)
				})
			}
		})
	}
}

func moved(t *testing.T, p place, file []byte, before []string, token string) {
	t.Helper()
	o := quick
	o.Webhooks = true
	out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), o)
	if err != nil {
		t.Fatal(err)
	}
	p.settle()
	if !out.New || out.Missing > 0 || out.Count("User").Created < 14 || out.Count(transfer.KindWebhooks).Created != 1 {
		t.Errorf("%+v", out)
	}
	differ(t, "answers", serve(t, p, token).seen(t), before)
	copied := export(t, p)
	differ(t, "file", body(t, copied), body(t, file))
	if hook := webhookLines(copied); len(hook) != 1 || hook[0] != webhookLines(file)[0] {
		t.Errorf("webhooks: %q", hook)
	}

	at, err := p.Directory.Resolve(t.Context(), id(t, "acme"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), o)
	if err != nil || again.Differs() || again.New {
		t.Errorf("again: %+v, %v", again, err)
	}
	if now := must[*tenant.Record](t)(p.Directory.Resolve(t.Context(), id(t, "acme"))); now.Settings.Version != at.Settings.Version {
		t.Errorf("the settings have version %d, and had %d", now.Settings.Version, at.Settings.Version)
	}
}

func webhookLines(file []byte) (lines []string) {
	for l := range strings.SplitSeq(string(file), "\n") {
		if strings.HasPrefix(l, `{"webhook"`) {
			lines = append(lines, l)
		}
	}
	return lines
}
