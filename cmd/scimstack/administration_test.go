package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const exampleSchema = `[
 {"id":"urn:example:params:scim:schemas:extension:acme:2.0:User","name":"Badge","attributes":[{"name":"badge","type":"string","multiValued":false}]},
 {"id":"User","name":"User","endpoint":"/Users","schema":"urn:ietf:params:scim:schemas:core:2.0:User",
  "schemaExtensions":[{"schema":"urn:example:params:scim:schemas:extension:acme:2.0:User","required":false}]}]`

// step is a command of the administration, with what it must print, or the error that it must end with.
type step struct {
	line  string // {name} is what an earlier step has saved, {dir} a folder
	want  string // parts of the output, separated by |
	fails string // parts of the error
	save  string // name=pattern: the first group of the pattern in the output
}

// steps run every command of the administration once, as an operator would.
func steps() []step {
	return []step{
		{line: "tenant create acme --idp okta --set limits.rate=100 --token-name first", want: "tenant |acme|scim_acme_|cannot be shown again", save: `key=key +(\w+)`},
		{line: "tenant create acme", fails: "name: the tenant acme already exists"},
		{line: "tenant create globex --strict --days 30 -o json --idempotency-key k1", want: `"mode": "strict"|"secret": "scim_globex_`},
		{line: "tenant create globex --strict --days 30 -o json --idempotency-key k1", want: `"note": "this was made by an earlier request|"secret"!`},
		{line: "tenant create initech --idp oktaa", fails: "mean okta?"},
		{line: "tenant create initech --set colour=1", fails: "colour: there is no such setting"},
		{line: "tenant list", want: "NAME |acme |okta|globex |strict"},
		{line: "tenant list -o yaml", want: "- name: acme|- name: globex"},
		{line: "tenant show acme", want: "idp |okta|rate=100|live tokens"},
		{line: "tenant show unknown", fails: "there is no tenant unknown|scimstack tenant list"},
		{line: "tenant set acme idp=entra mode=strict limits.rate= keepValues=true", want: "entra|strict|keep values |yes|rate=100!"},
		{line: "tenant set acme idp=entar", fails: `no identity provider "entar"|did you mean entra?`},
		{line: "tenant set acme keepValues=perhaps limits.maxBody=many", fails: "keepValues: it is a string; use true or false|limits.maxBody"},
		{line: "tenant set acme indexes=password", fails: "never returned"},
		{line: "tenant set acme indexes=", want: "indexes of its own"},
		{line: "tenant set acme limits.maxBoddy=1", fails: "did you mean maxBody?"},
		{line: "tenant set acme mode=tolerant --version 1", fails: "changed in the meantime"},
		{line: "tenant pause acme --reason overdue", want: "paused|reason |overdue"},
		{line: "tenant pause acme --reason moving --retry-after 2m", want: "paused|reason |moving|retry after seconds |120|overdue!"},
		{line: "tenant pause acme --reason moving --retry-after 2h", fails: "retryAfterSeconds"},
		{line: "tenant pause acme --reason moving --retry-after 1500ms", fails: "whole number of seconds"},
		{line: "tenant pause acme --reason moving", want: "paused|reason |moving|retry after!|120!"},
		{line: "tenant pause acme --reason moving --retry-after 60s", want: "retry after seconds |60"},
		{line: "tenant resume acme", want: "state |active|retry after!|60!"},
		{line: "token list acme", want: "KEY |first|{key}|live"},
		{line: "token create acme --scopes read,users --expires never --name audit --idp google", want: "scim_acme_|never", save: `second=key +(\w+)`},
		{line: "token create acme --expires soon", fails: "expires|or never"},
		{line: "token create acme --mode strickt", fails: "mean strict?"},
		{line: "token set acme {second} --name auditor --expires 90d", want: "auditor"},
		{line: "token rotate acme {key} --grace 24h", want: "scim_acme_|the token {key} is accepted until", save: `third=key +(\w+)`},
		{line: "token rotate acme {key}", fails: "rotated already"},
		{line: "token rotate acme {third} --grace soon", fails: "grace: it is not a duration"},
		{line: "token revoke acme {key}", want: "token {key} is revoked"},
		{line: "token revoke acme nokey", fails: "has no token with the key nokey|scimstack token list acme"},
		{line: "token remove acme {key}", want: "is removed"},
		{line: "token list acme -o json", want: `"key": "{second}"|"name": "auditor"|scim_acme_!|{key}!`},
		{line: "schema lint {dir}/badge.json", want: "User|urn:example:params:scim:schemas:extension:acme:2.0:User"},
		{line: "schema lint {dir}/wrong.json", fails: "wrong.json attributes[0].type"},
		{line: "schema put acme {dir}/wrong.json", fails: "wrong.json attributes[0].type"},
		{line: "schema put acme {dir}/badge.json --dry-run", want: "applied |no"},
		{line: "schema put acme {dir}/badge.json", want: "applied |yes|acme:2.0:User"},
		{line: "schema list acme", want: "Schema |ResourceType  User"},
		{line: "schema remove acme Device", fails: "no schema and no resource type Device"},
		{line: "schema remove acme User", want: "applied |yes"},
		{line: "client create acme --method client_secret --name portal", want: "client secret |cannot be shown again", save: `client=client id +(\w+)`},
		{line: "client create acme --method private_key_jwt", fails: "keys: the method private_key_jwt needs"},
		{line: "client create acme --method issuer --issuer https://login.example.com/t --audience api://scim --subject app", want: "issuer"},
		{line: "client create acme --method pasword", fails: `unknown method "pasword"`},
		{line: "client list acme", want: "ID |portal|client_secret|issuer"},
		{line: "client set acme {client} --idp Entra --name portal2 --version 1", want: "portal2|entra"},
		{line: "client set acme {client} --idp okta --version 1", fails: "changed in the meantime"},
		{line: "client set acme {client} --keys-uri https://portal.example.com/keys", fails: "keysUri: the method client_secret does not use it"},
		{line: "client set acme {client} --idp oktaa", fails: "mean okta?"},
		{line: "client rotate acme {client} --grace 1h --version 1", fails: "changed in the meantime"},
		{line: "client revoke acme {client} --version 1", fails: "changed in the meantime"},
		{line: "client remove acme {client} --version 1", fails: "changed in the meantime"},
		{line: "client rotate acme {client} --grace 1h", want: "client secret |accepted until"},
		{line: "client revoke acme {client}", want: "is revoked"},
		{line: "client remove acme {client}", want: "is removed"},
		{line: "tenant reindex globex", want: "tenant |globex|duplicates  0"},
		{line: "operator create ci --scopes admin:read --tenant acme", want: "scimop_|admin:read|acme", save: `operator=id +(\w+)`},
		{line: "operator create ci --scopes admin:raed", fails: "mean admin:read?"},
		{line: "operator list", want: "{operator}|ci|live"},
		{line: "operator revoke {operator}", want: "is revoked"},
		{line: "operator remove {operator}", want: "is removed"},
		{line: "tenant recount acme", fails: "no counters|nothing is to be done"},
		{line: "health", want: "TENANT |acme |globex |unused|No request has come yet"},
		{line: "health acme -o json", want: `"tenant": "acme"|"state": "unused"|"key": "{second}"`},
		{line: "health initech", fails: "there is no tenant initech"},
		{line: "log --tenant acme -n 200", want: "acme |tenant.pause|token.rotate|globex!"},
		{line: "log --all-tenants -n 200", want: "acme |globex "},
		{line: "log --all-tenants -n 2 -o json", want: `"tenant": "acme"|"operation": "operator.remove"|"actor": "|token.rotate!`},
		{line: "log --tenant initech", fails: "there is no tenant initech"},
		{line: "log --user unknown@acme.com --all-tenants", fails: "no record of"},
		{line: "tenant delete globex", fails: "is not deleted"},
		{line: "tenant delete globex --yes --wait 0s", want: "1 tokens|tenant globex is deleted"},
		{line: "tenant show globex", fails: "there is no tenant globex"},
	}
}

// TestAdministrationWays: every command does the same on the store itself and through a running service, over HTTP.
func TestAdministrationWays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wrong := strings.Replace(exampleSchema, `"type":"string"`, `"type":"colour"`, 1)
	one := strings.TrimSuffix(strings.TrimSpace(strings.SplitN(wrong, "\n", 3)[1]), ",")
	for name, text := range map[string]string{"badge.json": exampleSchema, "wrong.json": one} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, way := range []string{"store", "server"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			store := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
			on := []string{"--store", store}
			if way == "server" {
				on = administered(t, store)
			}
			follow(t, dir, on)
		})
	}
}

// administered starts a service with an operator token, and returns the flags that reach its administration.
func administered(t *testing.T, store string) []string {
	t.Helper()
	made, err := command(t, "operator", "create", "test", "--store", store, "-o", "json")
	var out struct{ Secret string }
	if err != nil || json.Unmarshal([]byte(made), &out) != nil || out.Secret == "" {
		t.Fatal(made, err)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(out.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, nil, "serve", "--addr", "127.0.0.1:0", "--store", store)
	base := strings.TrimSuffix(strings.Split(p.lines[len(p.lines)-1], "; ")[1], "/scim/v2")
	return []string{"--server", base, "--operator-token-file", file}
}

// follow runs the steps.
func follow(t *testing.T, dir string, on []string) {
	t.Helper()
	saved := map[string]string{"dir": dir}
	fill := func(s string) string {
		for name, v := range saved {
			s = strings.ReplaceAll(s, "{"+name+"}", v)
		}
		return s
	}
	for _, s := range steps() {
		args := strings.Fields(fill(s.line))
		if args[0] != "schema" || args[1] != "lint" {
			args = append(args, on...)
		}
		out, err := command(t, args...)
		for want := range strings.SplitSeq(fill(s.want), "|") {
			absent, not := strings.CutSuffix(want, "!")
			if s.fails == "" && (err != nil || strings.Contains(out, absent) == not && want != "") {
				t.Errorf("%s: %v, want %q in\n%s", s.line, err, want, out)
			}
		}
		for want := range strings.SplitSeq(fill(s.fails), "|") {
			if s.fails != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %v, want %q\n%s", s.line, err, want, out)
			}
		}
		if name, pattern, ok := strings.Cut(s.save, "="); ok {
			if m := regexp.MustCompile(pattern).FindStringSubmatch(out); m != nil {
				saved[name] = m[1]
			}
		}
	}
}

// TestServerFlags: what cannot reach a service says what to do.
func TestServerFlags(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("scimop_x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, line := range map[string]string{
		"scimstack operator create":  "tenant list --server http://127.0.0.1:1",
		"cannot reach":               "tenant list --server http://127.0.0.1:1 --operator-token-file " + file,
		"exclude each other":         "tenant list --server http://127.0.0.1:1 --store sqlite:x --operator-token-file " + file,
		"not the URL of a service":   "tenant list --server scim.example.com --operator-token-file " + file,
		"--operator-token-file: the": "tenant list --server http://127.0.0.1:1 --operator-token-file /nowhere",
	} {
		if _, err := command(t, strings.Fields(line)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}
