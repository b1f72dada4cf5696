package transfer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// sealed gives lines a last line that is right.
func sealed(lines []string) []byte {
	all := strings.Join(lines, "")
	sum := sha256.Sum256([]byte(all))
	return fmt.Appendf(nil, "%s{\"end\":{\"lines\":%d,\"sha256\":%q}}\n", all, len(lines), hex.EncodeToString(sum[:]))
}

// TestBrokenFiles: a file that is cut or changed anywhere is refused, and nothing is written.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	old := inMemory(t)
	fill(t, old, 14)
	file := export(t, old)
	p := inMemory(t)
	refused := func(what string, file []byte) string {
		t.Helper()
		out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), quick)
		var wrong *transfer.FileError
		if !errors.As(err, &wrong) || out != nil {
			t.Fatalf("%s: %+v, %v", what, out, err)
		}
		if _, err := p.Directory.Resolve(t.Context(), id(t, "acme")); !errors.Is(err, tenant.ErrUnknown) {
			t.Fatalf("%s: a tenant was made: %v", what, err)
		}
		return err.Error()
	}
	for n := 0; n < len(file); n += 1 + len(file)/300 {
		refused(fmt.Sprint("cut after ", n), file[:n])
		changed := bytes.Clone(file)
		changed[n] ^= 1
		refused(fmt.Sprint("changed at ", n), changed)
	}
	lines := strings.SplitAfter(string(file), "\n")
	lines = lines[:len(lines)-2] // the last line ends with a line break, and is made anew
	at := func(kind string) int {
		for i, l := range lines {
			if strings.HasPrefix(l, `{"`+kind+`"`) {
				return i
			}
		}
		t.Fatal(kind)
		return 0
	}
	with := func(i int, line string) []string {
		out := append([]string{}, lines...)
		out[i] = line
		return out
	}
	without := func(i int) []string { return append(append([]string{}, lines[:i]...), lines[i+1:]...) }
	twice := func(i int) []string {
		return append(append(append([]string{}, lines[:i]...), lines[i]), lines[i:]...)
	}
	replaced := func(kind, from, to string) []string {
		i := at(kind)
		if !strings.Contains(lines[i], from) {
			t.Fatalf("%s has no %s", lines[i], from)
		}
		return with(i, strings.Replace(lines[i], from, to, 1))
	}
	for what, c := range map[string]struct {
		lines []string
		want  string
	}{
		"a newer format":       {replaced("export", `"format":1`, `"format":2,"more":{}`), "format 2, and this build reads up to 1"},
		"no tenant":            {replaced("export", `"acme"`, `"../x"`), "cannot be the name of a tenant"},
		"no settings":          {without(at("settings")), "line 2: the settings of the tenant are missing"},
		"settings twice":       {twice(at("settings")), "line 3: it is there twice"},
		"an unknown type":      {replaced("resource", `"type":"User"`, `"type":"Robot"`), `no resource type "Robot"`},
		"a resource twice":     {twice(at("resource")), "not in order, or there twice"},
		"a document with meta": {replaced("resource", `"document":{"schemas":[`, `"document":{"schemas":[],"meta":{},"x":[`), "has meta"},
		"no schemas":           {replaced("resource", `"document":{"schemas"`, `"document":{"Schemas"`), "does not begin with schemas"},
		"a name twice":         {replaced("resource", `"document":{"schemas":[`, `"document":{"schemas":[],"userName":"x","x":[`), "distinct names"},
		"blanks":               {replaced("resource", `"document":{"schemas":[`, `"document":{"schemas":[ `), "blanks"},
		"an unknown member":    {replaced("resource", `{"type"`, `{"later":1,"type"`), "a member is unknown"},
		"two things":           {with(at("token"), `{"token":{"key":"a"},"client":{"id":"b","document":{}}}`+"\n"), "it has 2 of"},
		"a short hash":         {replaced("token", `"hash":"`, `"hash":"AAAA","name":"`), "not a SHA-256"},
		"a hash of no length":  {with(at("token"), `{"token":{"key":"a","hash":"","scopes":1,"created":"2026-01-01T00:00:00Z"}}`+"\n"), "not a SHA-256"},
		"not UTF-8":            {replaced("resource", `"userName":"`, "\"userName\":\"\xff"), "not UTF-8"},
		"no JSON":              {with(at("resource"), "{\"resource\":\n"), "JSON ends too early"},
		"two values":           {with(at("resource"), "{\"end\":{}} {}\n"), "something after its value"},
		"members too early":    {append(append([]string{}, lines[:at("resource")]...), append(lines[at("members"):], lines[at("resource"):at("members")]...)...), "resources come before members"},
		"a long line":          {with(at("resource"), strings.Repeat(" ", transfer.MaxLine)+"\n"), "longer than"},
		"a token late":         {append(append([]string{}, lines...), lines[at("token")]), "come before resources"},
		"members that go on":   {append(append([]string{}, lines...), `{"members":{"type":"Group","id":"zz","lastModified":"2026-01-01T00:00:00Z","list":[],"more":true}}`+"\n"), "missing"},
		"members of a user":    {append(append([]string{}, lines...), `{"members":{"type":"User","id":"zz","lastModified":"2026-01-01T00:00:00Z","list":[]}}`+"\n"), "has no members"},
		"a token twice":        {twice(at("token")), "is there twice"},
		"a webhook twice":      {twice(at("webhook")), "is there twice"},
		"no URL of a webhook":  {replaced("webhook", `"url":"https://app.example.com/hook"`, `"url":"file:///etc/passwd"`), "webhook hook-1"},
		"an inner address":     {replaced("webhook", `"url":"https://app.example.com/hook"`, `"url":"https://169.254.169.254/"`), "not public"},
		"a short secret":       {replaced("webhook", `"secrets":["whsec_`, `"secrets":["whsec_AA==","whsec_`), "a secret is whsec_"},
		"no id of a webhook":   {replaced("webhook", `"id":"hook-1"`, `"id":"A/B"`), "is not one of a-z"},
		"a strange group":      {append(append([]string{}, lines...), `{"members":{"type":"Group","id":"zz","lastModified":"2026-01-01T00:00:00Z","list":[]}}`+"\n"), "are not those of the resources"},
		"a group with no line": {without(at("members")), "are not those of the resources"},
		"an empty line":        {with(at("resource"), "\n"), "not a line of an export"},
	} {
		if got := refused(what, sealed(c.lines)); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %s", what, got, c.want)
		}
	}
	refused("lines after the end", append(bytes.Clone(file), "{}\n"...))
	if got := refused("empty", nil); !strings.Contains(got, "empty") {
		t.Error(got)
	}
	if got := refused("cut at a line", []byte(strings.Join(lines, ""))); !strings.Contains(got, "without its last line") {
		t.Error(got)
	}
	if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(sealed(lines)), quick); err != nil {
		t.Error(err)
	}
}

// FuzzImport: whatever a file has, an import refuses it without a write, or makes a tenant that can be exported, and of
// which a second import changes nothing.
func FuzzImport(f *testing.F) {
	f.Add([]byte(`{"export":{"format":1,"tenant":"acme","time":"2026-01-01T00:00:00Z","settled":true,"credentials":true,"webhooks":false}}
{"settings":{"idp":"okta"}}
{"token":{"key":"k","hash":"GnZ0607njffhrEOak8P6jjyUV4TU3sn9jjARc4svHWI=","scopes":191,"created":"2026-01-01T00:00:00Z"}}
{"client":{"id":"c","document":{"method":"client_secret","scopes":1,"created":"2026-01-01T00:00:00Z"}}}
{"resource":{"type":"User","id":"u","externalId":"x1","created":"2026-01-01T00:00:00.000Z","lastModified":"2026-01-01T00:00:00.000Z","document":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u1"},"hidden":{"password":"p"}}}
{"resource":{"type":"Group","id":"g","created":"2026-01-01T00:00:00.000Z","lastModified":"2026-01-01T00:00:00.000Z","document":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g"}}}
{"members":{"type":"Group","id":"g","lastModified":"2026-01-01T00:00:00.000Z","list":[{"id":"u","type":"User","display":"u1"},{"id":"v","type":"User"}]}}
`))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := strings.SplitAfter(string(text), "\n")
		if lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		file, p := sealed(lines), inMemory(t)
		out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), quick)
		var wrong *transfer.FileError
		if errors.As(err, &wrong) {
			return
		}
		if err != nil {
			if out == nil || len(out.Clashes) == 0 {
				t.Fatalf("%v", err)
			}
			return
		}
		again, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), quick)
		if err != nil || out.Missing == 0 && again.Differs() {
			t.Fatalf("again: %+v, %v", again, err)
		}
		var b bytes.Buffer
		if _, err := transfer.Export(t.Context(), p.Place, id(t, out.Into), &b, transfer.ExportOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}
