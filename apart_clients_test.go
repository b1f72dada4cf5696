package scimstack_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// send sends a request, and checks the answer. A client may hang up while it reads it.
func (a *apart) send(client *http.Client, name, method, path, body string) {
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	var in io.Reader = strings.NewReader(body)
	packed := rand.IntN(4) == 0 && body != ""
	if packed {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(body))
		_ = z.Close()
		in = &b
	}
	r, err := http.NewRequestWithContext(ctx, method, a.server.URL+"/scim/v2/"+name+path, in)
	if err != nil {
		a.t.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+a.tokens[name])
	if packed {
		r.Header.Set("Content-Encoding", "gzip")
	}
	switch rand.IntN(12) {
	case 0:
		r.Header.Set("If-Match", `W/"1"`)
	case 1:
		r.Header.Set("If-None-Match", `W/"2"`)
	case 2:
		time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, cancel)
	}
	res, err := client.Do(r)
	if err != nil {
		return // hung up
	}
	defer res.Body.Close()
	if rand.IntN(15) == 0 {
		some := make([]byte, 100)
		n, _ := res.Body.Read(some)
		a.pure(name, "the beginning of "+method+" "+path, some[:n])
		return
	}
	if res.StatusCode < 300 {
		a.good[res.ProtoMajor].Add(1)
	}
	text, _ := io.ReadAll(res.Body)
	a.pure(name, method+" "+path, text)
	a.pure(name, "the header of "+path, fmt.Append(nil, res.Header))
}

// work sends random requests of a tenant, by HTTP/1.1 if old is set, otherwise by HTTP/2.
func (a *apart) work(name string, rounds int, old bool) {
	shared, _ := a.server.Client().Transport.(*http.Transport)
	transport := shared.Clone()
	client := &http.Client{Transport: transport}
	if old {
		transport.ForceAttemptHTTP2, transport.TLSNextProto = false, map[string]func(string, *tls.Conn) http.RoundTripper{}
		transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
	}
	defer client.CloseIdleConnections()
	ids := func(typ string) string { // of a user or a group of the tenant
		at := a.tenants[name]
		list, err := a.store.List(a.t.Context(), at.ID, typ, scim.Page{Offset: rand.IntN(20), Limit: 1})
		if err != nil || len(list.Resources) == 0 {
			return "none"
		}
		return list.Resources[0].ID
	}
	patch := func(path, ops string) {
		a.send(client, name, "PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`)
	}
	for i := range rounds {
		m := fmt.Sprintf("mark-%s-%d-%d", name, i, rand.IntN(1e9))
		user := func(more string) string {
			return `{"schemas":["` + schema.URNUser + `"],"userName":"` + m + `","externalId":"` + m + `","displayName":"` + m + `","password":"` + m + `",
				"name":{"givenName":"` + m + `"},"emails":[{"value":"` + m + `@x.example","type":"work","primary":true}]` + more + `}`
		}
		switch rand.IntN(16) {
		case 0, 1:
			a.send(client, name, "POST", "/Users", user(""))
		case 2:
			a.send(client, name, "POST", "/Users", user(`,"unknown":"`+strings.Repeat(m, 400)+`"`)) // not canonical, and large
		case 3:
			a.send(client, name, "POST", "/Groups", `{"displayName":"`+m+`","members":[{"value":"`+ids("User")+`"},{"value":"`+ids("User")+`"}]}`)
		case 4:
			a.send(client, name, "PUT", "/Users/"+ids("User"), user(""))
		case 5:
			patch("/Users/"+ids("User"), `{"op":"replace","path":"emails[type eq \"work\"].value","value":"`+m+`@x.example"},{"op":"add","path":"name.familyName","value":"`+m+`"}`)
		case 6:
			patch("/Users/"+ids("User"), `{"op":"replace","value":{"title":"`+m+`","`+schema.URNEnterpriseUser+`:department":"`+m+`","password":"`+m+`"}}`)
		case 7:
			patch("/Users/"+ids("User"), `{"op":"replace","path":"title","value":"`+m+`"},{"op":"replace","path":"emails[type eq \"`+m+`\"","value":1}`) // 400
		case 8:
			patch("/Groups/"+ids("Group")+"?attributes=members", `{"op":"add","path":"members","value":[{"value":"`+ids("User")+`"}]}`)
		case 9:
			patch("/Groups/"+ids("Group"), `{"op":"remove","path":"members[value eq \"`+ids("User")+`\"]"}`)
		case 10:
			a.send(client, name, "GET", "/Users?count=50", "")
			a.send(client, name, "HEAD", "/Users/"+ids("User"), "")
		case 11:
			a.send(client, name, "GET", "/Users/"+ids("User"), "")
			a.send(client, name, "GET", "/Groups/"+ids("Group")+"?excludedAttributes=displayName", "")
		case 12:
			a.send(client, name, "GET", "/Users?filter=displayName+sw+%22mark-"+name+"%22&sortBy=displayName&count=7", "")
		case 13:
			var ops []string
			for k := range 40 {
				ops = append(ops, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"b%d","data":{"userName":"%s-%d"}}`, k, m, k))
			}
			ops[20] = `{"method":"PATCH","path":"/Users/` + ids("User") + `","data":{"Operations":[{"op":"replace","path":"title","value":"` + m + `"}]}}`
			a.send(client, name, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(ops, ",")+`]}`)
		case 14:
			a.send(client, name, "DELETE", "/Users/"+ids("User"), "")
		case 15:
			a.send(client, name, "POST", "/Users", `{"userName":"`+m+`","emails":[`) // 400
			a.store.look()
		}
	}
}
