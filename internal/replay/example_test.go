package replay_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Replays the recorded traffic of Okta against a handler, each scenario in a tenant of its own.
func ExampleRun() {
	scenarios, err := replay.Load("../../testdata/idp-corpus/okta.json")
	if err != nil {
		log.Fatal(err)
	}
	tenants := tenant.NewMemory()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer server.Close()
	base := server.URL + scimstack.Prefix
	handler, err = scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: base, NoLog: true})
	if err != nil {
		log.Fatal(err)
	}

	for i, s := range scenarios[:3] {
		id, err := scim.ParseTenantID(fmt.Sprintf("okta-%d", i))
		if err != nil {
			log.Fatal(err)
		}
		text, token := tenant.NewToken(id, scim.All)
		tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, IdP: s.Profile}, Tokens: []tenant.Token{token}})
		err = replay.Run(context.Background(), replay.Target{Base: base + "/" + id.String(), Token: text}, s)
		if err != nil {
			fmt.Printf("%s: %v\n", s.ID, err)
			continue
		}
		fmt.Println(s.ID, "is answered as expected")
	}
	// Output:
	// okta-001 is answered as expected
	// okta-002 is answered as expected
	// okta-004 is answered as expected
}
