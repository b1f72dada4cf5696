package suite

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// login is a tenant as a client sees it.
type login struct{ base, token string }

// player plays one transcript. A failure ends its test.
type player struct {
	t         *testing.T
	server    Service
	transport http.RoundTripper
	folder    string           // of the archive
	tenants   map[string]login // by name
	now       login            // of the next request
	vars      map[string]string
	bodies    map[string]any

	update bool     // literal expectations are rewritten in lines
	lines  []string // of the transcript
	at     int      // index of the current line
	line   string   // the current line with variables filled in

	pending bool // the last request still lacks its status line
	status  int
	header  http.Header
	raw     []byte
	body    any // decoded with json.Number; nil without JSON
}

// shorthands are the abbreviations of transcripts and their meanings, in pairs.
func shorthands() []string {
	return []string{
		"@User", schema.URNUser, "@Group", schema.URNGroup, "@Ent", schema.URNEnterpriseUser,
		"@Patch", "urn:ietf:params:scim:api:messages:2.0:PatchOp", "@Error", scim.URNError,
		"@Search", "urn:ietf:params:scim:api:messages:2.0:SearchRequest",
		"@Bulk", "urn:ietf:params:scim:api:messages:2.0:BulkRequest",
		"@List", "urn:ietf:params:scim:api:messages:2.0:ListResponse",
		"@SPC", schema.URNServiceProviderConfig,
	}
}

func (p *player) fatalf(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf("%s\n%s\nlast response: %d %s", p.line, fmt.Sprintf(format, args...), p.status, p.raw)
}

// play runs the lines of a transcript, and rewrites them in place if update is set.
func (p *player) play(lines []string) {
	p.lines = lines
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "// ") {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "repeat "); ok {
			p.repeat(rest, i+1)
			i += 2
			continue
		}
		p.at = i
		var headers []string
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ") {
			i++
			headers = append(headers, strings.TrimSpace(lines[i]))
		}
		p.step(line, headers)
	}
	if p.pending {
		p.fatalf("the last request has no status line")
	}
}

// repeat plays the two lines from the given index, a request and its status, several times.
func (p *player) repeat(times string, from int) {
	count, err := strconv.Atoi(times)
	if err != nil || from+1 >= len(p.lines) {
		p.t.Fatalf("repeat %s: want a number, and two lines after it", times)
	}
	for n := range count {
		for p.at = from; p.at <= from+1; p.at++ {
			p.step(strings.ReplaceAll(strings.TrimSpace(p.lines[p.at]), "{{i}}", fmt.Sprintf("%03d", n)), nil)
		}
	}
}

func (p *player) step(line string, headers []string) {
	p.t.Helper()
	line = p.fill(line)
	p.line = line
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPS", "OPTIONS":
		p.request(word, rest, headers)
	case "tenant":
		p.tenant(strings.Fields(rest))
	case "token":
		p.now.token = rest
	case "scopes":
		p.credential(rest, "")
	case "user":
		p.credential("read,write,users,groups,resources", rest)
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.fatalf("%v", err)
		}
		p.server.Wait(p.t, d)
	default:
		p.expect(word, rest)
	}
}

// fill replaces shorthands and variables by their values.
func (p *player) fill(s string) string {
	s = strings.NewReplacer(shorthands()...).Replace(s)
	for k, v := range p.vars {
		s = strings.ReplaceAll(s, "{{"+k+"}}", v)
	}
	return s
}

// remember stores the last body, and what other lines may refer to, under a name.
func (p *player) remember(name string) {
	m, _ := p.body.(map[string]any)
	if id, ok := m["id"].(string); ok {
		p.vars[name+".id"] = id
	}
	if next, ok := m["nextCursor"].(string); ok {
		p.vars[name+".next"] = next
	}
	if meta, ok := m["meta"].(map[string]any); ok {
		p.vars[name+".created"], _ = meta["created"].(string)
		p.vars[name+".modified"], _ = meta["lastModified"].(string)
		p.vars[name+".location"], _ = meta["location"].(string)
	}
	p.vars[name+".etag"] = p.header.Get("ETag")
	p.bodies[name] = p.body
}
