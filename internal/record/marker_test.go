package record_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/record"
)

// planted are markers that no recording may contain.
type planted struct{ texts []string }

// mark plants a new marker: letters, so that it is a word in every place.
func (p *planted) mark() string {
	n := len(p.texts)
	s := "Mk" + strings.Map(func(c rune) rune { return c - '0' + 'p' }, fmt.Sprintf("%03d", n)) + "ZqxVwKjhyTrWcb"
	p.texts = append(p.texts, s)
	return s
}

// digits plants a number.
func (p *planted) digits() string {
	s := strconv.Itoa(918273645 + 7919*len(p.texts))
	p.texts = append(p.texts, s)
	return s
}

// fill replaces each § by a marker and each ¤ by a number.
func (p *planted) fill(s string) string {
	var out strings.Builder
	for _, c := range s {
		switch c {
		case '§':
			out.WriteString(p.mark())
		case '¤':
			out.WriteString(p.digits())
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

// find reports the markers that are in a text, plainly or encoded.
func (p *planted) find(text string) (found []string) {
	decoded, _ := url.QueryUnescape(regexp.MustCompile(`%([^0-9a-fA-F]|.[^0-9a-fA-F])`).ReplaceAllString(text, "$1"))
	escaped := regexp.MustCompile(`\\u00([0-9a-fA-F]{2})`).ReplaceAllStringFunc(text, func(s string) string {
		b, _ := hex.DecodeString(s[4:])
		return string(b)
	})
	all := strings.ToLower(text + decoded + escaped)
	for _, m := range p.texts {
		for _, spelling := range []string{m, hex.EncodeToString([]byte(m)), strings.ToUpper(m)} {
			if strings.Contains(all, strings.ToLower(spelling)) {
				found = append(found, spelling)
			}
		}
		for shift := range 3 {
			b := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + m))
			if core := b[4 : len(b)-4]; len(core) >= 8 && strings.Contains(text, core) { // fewer occur by chance
				found = append(found, m+" in base64")
			}
		}
	}
	return found
}

// markedPaths are request targets. § is a marker.
func markedPaths() []string {
	return []string{
		"/§", "/§/§", "/Users/§", "/Users/%5§", "/§@x.example", "/Users/§%40x.example/§", "/Users//§", "/Schemas/urn:§:§", "/Schemas/§",
		"/ResourceTypes/§", "/Me/§", "/Groups/§?attributes=§", "/Users?access_token=§", "/Users?§=§", "/Users?email=§@x.example&x", "/Users?§",
		"/Users?filter=§", "/Users?filter=userName%20eq%22§%22", "/Users?filter=%22§%22+eq+userName", "/Users?filter=userName+eq+%zz§",
		"/Users?filter=userName+eq+%22§", "/Users?filter=userName+eq+§@x.example", "/Users?filter=§+eq+%22§%22", "/Users?filter=emails%5B§+eq+%22§%22%5D.§",
		"/Users?filter=userName%20eq%20'§'", "/Users?filter=not(§)", "/Users?filter=userName+eq+%22%5Cq§%22", "/Users?filter=userName+eq+%22§%5C%22§%22",
		"/Users?filter=userName+§+%22x%22", "/Users?filter=title+eq+¤", "/Users?filter=urn:§:2.0:User:§+pr", "/Users?attributes=§,userName,§",
		"/Users?excludedAttributes=§.§", "/Users?sortBy=§&sortOrder=§", "/Users?count=§", "/Users?count=¤&startIndex=¤", "/Users?startIndex=§",
		"/Users?cursor=§", "/Users?filter=%ff§", "/Users?filter={{§}}", "/Users?filter=userName=%22§%22", "/Users;§=§", "/Users?;§", "/§?§=§&§",
		"/Users?filter=userName+eq+%22%4D§%22", "/Bulk/§", "/.search/§", "/Users?x=§%00§", "/Users?filter=emails.§+co+§-§_§", "?§=§", "/Users/bulkId:§",
	}
}

// markedBodies are request bodies.
func markedBodies() []string {
	return []string{
		`{"schemas":["urn:§:x","§"],"userName":"§","§":1,"§@x.example":{"§":"§"},"locale":"§","timezone":"Europe/§","preferredLanguage":"§","password":"§!","title":¤}`,
		`{"userName":"§@x.example","emails":[{"value":"§@§.example","type":"§","display":"§ §","primary":true}],"name":{"familyName":"§","formatted":"§, §"}}`,
		`{"userName":["§"],"active":"§","meta":{"version":"§","location":"https://§.example/§","resourceType":"§","created":"§"},"id":"§","externalId":¤}`,
		`{"phoneNumbers":[{"value":"tel:+¤"}],"photos":[{"value":"https://x.example/§?§=§#§"}],"x509Certificates":[{"value":"§=="}],"members":[{"value":"§","type":"§","$ref":"../§/§","display":"§"}]}`,
		`{"Operations":[{"op":"§","path":"§","value":"§"},{"op":"add","path":"emails[value eq \"§\"].§","value":{"§":"§"}},{"op":"add","value":{"members[value eq \"§\"]":"§"}},{"op":"replace","path":"password","value":"§"}]}`,
		`{"Operations":[{"op":"add","path":"/§/§"},{"op":"remove","path":"urn:§:User:§"},{"path":"userName eq"},{"op":¤}],"schemas":"§"}`,
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"§ eq","attributes":["§"],"sortBy":"§","sortOrder":"§","startIndex":¤,"count":"§"}`,
		`{"failOnErrors":¤,"Operations":[{"method":"POST","path":"/Users","bulkId":"§","version":"§","data":{"userName":"§","manager":"bulkId:§"}},{"method":"§","path":"/Users/§","bulkId":¤},{"method":"DELETE","path":"/§?§=§"},{"method":"PUT","path":"https://§.example/§","status":"§"}]}`,
		`§`, `"§"`, `¤`, `{"userName":"§"`, `{"userName":"§"} §`, `{§:§}`, `{'§':'§'}`, `access_token=§&user=§@x.example`, `<user name="§">§</user>`,
		"{\"userName\":\"§\xff§\"}", `{"userName":"\q§"}`, `["§",["§",¤,-¤,1.¤,1e¤]]`, "\ufeff{\"userName\":\"§\"}", `{"userName":"§","userName":"§","USERNAME":"§"}`,
		`{"userName":"\u004d§\ud800"}`, `{"a":{{§}}}`, `{"value":"1961-03-04T05:06:07.¤Z","§":null,"startIndex":"§"}`,
	}
}

// TestMarkers: nothing of a request or an answer is in a recording, in any encoding.
func TestMarkers(t *testing.T) {
	t.Parallel()
	var p planted
	r := record.New(scimstack.Prefix, func(string) record.Tenant { return record.Tenant{IdP: p.texts[0]} })
	p.mark()
	status := 0
	handler := r.Wrap(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		status++
		w.Header().Set("Location", p.fill("https://x.example/§"))
		w.Header().Set("Etag", p.fill(`W/"§"`))
		w.Header().Set("X-"+p.mark(), p.mark())
		w.WriteHeader([]int{200, 201, 400, 401, 500}[status%5])
		_, _ = io.WriteString(w, p.fill([]string{
			`{"id":"§","userName":"§","§":"§","detail":"§ is taken by \"§\"","schemas":["§"],"nextCursor":"§","meta":{"location":"http://h/scim/v2/t/Users/§","version":"W/\"§\""}}`,
			`{"Operations":[{"method":"§","location":"http://h/§/§","bulkId":"§","status":"§","version":"§"},{"location":"http://h/Users/§","status":"201"}]}`,
			`§`, `{"totalResults":¤,"Resources":[{"id":"§"}]}`, ``,
		}[status%5]))
	}))
	send := func(method, target, body string, header http.Header) {
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		req.Method, req.RequestURI = method, scimstack.Prefix+"/"+target
		if header != nil {
			req.Header = header
		}
		handler.ServeHTTP(httptest.NewRecorder(), req)
	}
	for _, path := range markedPaths() {
		send("GET", "acme"+p.fill(path), "", nil)
	}
	for _, body := range markedBodies() {
		for _, path := range []string{"acme/Users", "acme/Bulk"} {
			send("POST", path, p.fill(body), nil)
		}
	}
	send(p.mark(), p.mark()+"/Users", "", nil)
	send("GET", p.fill("§?§=§"), "", nil)
	{
		for _, name := range []string{"User-Agent", "Accept", "Accept-Charset", "Content-Type", "If-Match", "If-None-Match", "Content-Encoding", "X-Other", "Cookie", "Authorization"} {
			for _, form := range []string{"§", "okta §/¤ (§; §@x.example)", `W/"§", "§", *`, "application/§; charset=§; §=¤", "Bearer §", `Token §, token="§"`, "Basic " + base64.StdEncoding.EncodeToString([]byte(p.fill("§:§")))} {
				send("PUT", "acme/Users/"+p.mark(), p.fill(`{"userName":"§"}`), http.Header{name: {p.fill(form)}, p.mark(): {p.mark()}})
			}
		}
	}
	send("POST", "acme/Users", packed(p.fill(`{"userName":"§"}`)), http.Header{"Content-Encoding": {"gzip"}})
	send("POST", "acme/Users", packed(p.fill(`{"userName":"§"}`))[:20], http.Header{"Content-Encoding": {"gzip"}})
	_, text := write(t, r)
	if len(p.texts) < 150 {
		t.Errorf("only %d markers", len(p.texts))
	}
	for _, m := range p.find(text) {
		t.Errorf("%s is in the recording: %s", m, around(text, m))
	}
	t.Logf("%d markers in %d requests", len(p.texts), r.Steps())
}

func around(text, marker string) string {
	i := strings.Index(strings.ToLower(text), strings.ToLower(marker))
	if i < 0 {
		return ""
	}
	return text[max(0, i-100):min(len(text), i+60)]
}

func packed(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, s)
	_ = z.Close()
	return b.String()
}
