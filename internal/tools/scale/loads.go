package main

import (
	"fmt"
	"strings"
)

// load is a stream of requests at a rate.
type load struct {
	name    string
	tenants int     // that the load has
	played  int     // tenants that are played
	rate    float64 // requests a second of one tenant
	seconds float64 // of the clock that are played
	begin   func(*rig) (op, error)
}

// op sends request i.
type op func(i int) error

// requestsPerMonth is what an idle tenant of 10,000 users sends in a month, see docs/reference/cost.md.
const requestsPerMonth = 24_000

// loads are the four scenarios, each with the operations that it consists of.
func loads(size float64) []load {
	idle := max(int(50*size), 3)
	return []load{
		{"10,000 tenants, idle polling", 10_000, idle, requestsPerMonth / (30 * 86_400.), 3600 * size, polling(idle)},
		{"1,000,000 users: create, 40/s", 1, 1, 40, 10 * size, creating(1)},
		{"1,000,000 users: find by userName, 40/s", 1, 1, 40, 10 * size, polling(1)},
		{"1,000,000 users: PATCH active, 40/s", 1, 1, 40, 10 * size, deactivating},
		{"1,000,000 users: pages of 100, 10/s", 1, 1, 10, 20 * size, paging},
		{"group of 500,000: add one member, 40/s", 1, 1, 40, 10 * size, joining},
		{"four initial cycles, 40/s each", 4, 4, 40, 10 * size, cycle(4)},
	}
}

// userBody is a user of an identity provider with the usual attributes, which takes 1.3 KB in the
// table: two units for each write, and four in a transaction.
func userBody(name string) string {
	work := fmt.Sprintf(`"type":"work","primary":true,"value":"%s@corporation.example.com"`, name)
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],`+
		`"userName":"%[1]s","externalId":"00u1a2b3c4d5e6f7g8h9-%[1]s","active":true,"displayName":"Bartholomew Featherstonehaugh",`+
		`"name":{"givenName":"Bartholomew","familyName":"Featherstonehaugh","formatted":"Bartholomew Featherstonehaugh"},"title":"Principal Engineer, Infrastructure",`+
		`"userType":"Employee","preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles","emails":[{%[2]s}],`+
		`"phoneNumbers":[{"type":"work","value":"tel:+1-201-555-0123"},{"type":"mobile","value":"tel:+1-201-555-0124"}],`+
		`"addresses":[{"type":"work","primary":true,"streetAddress":"100 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US",`+
		`"formatted":"100 Universal City Plaza, Hollywood, CA 91608 USA"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":`+
		`{"department":"Infrastructure and Operations","division":"Theme Park","costCenter":"4130","organization":"Universal Studios","employeeNumber":"%[1]s"}}`, name, work)
}

func find(r *rig, tenant int, name string) error {
	_, err := r.do(tenant, "GET", fmt.Sprintf("/Users?filter=userName%%20eq%%20%%22%s%%22", name), "")
	return err
}

// people creates n users in each of the tenants and returns the ids of the first tenant.
func people(r *rig, tenants, n int) ([]string, error) {
	var ids []string
	for t := range tenants {
		for i := range n {
			id, err := r.create(t, "/Users", userBody(fmt.Sprintf("u%d", i)))
			if err != nil {
				return nil, err
			}
			if t == 0 {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

func polling(tenants int) func(*rig) (op, error) {
	return func(r *rig) (op, error) {
		_, err := people(r, tenants, 5)
		return func(i int) error { return find(r, i%tenants, fmt.Sprintf("u%d", i/tenants%5)) }, err
	}
}

func creating(tenants int) func(*rig) (op, error) {
	return func(r *rig) (op, error) {
		return func(i int) error {
			_, err := r.create(i%tenants, "/Users", userBody(fmt.Sprintf("new%d", i)))
			return err
		}, nil
	}
}

func deactivating(r *rig) (op, error) {
	ids, err := people(r, 1, 50)
	return func(i int) error {
		body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":%t}]}`, i/len(ids)%2 == 1)
		_, err := r.do(0, "PATCH", "/Users/"+ids[i%len(ids)], body)
		return err
	}, err
}

func paging(r *rig) (op, error) {
	_, err := people(r, 1, 150)
	return func(int) error {
		_, err := r.do(0, "GET", "/Users?count=100&cursor=", "")
		return err
	}, err
}

func addBody(ids ...string) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"value":%q}`, id)
	}
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[` + b.String() + `]}]}`
}

func group(r *rig) (string, error) {
	return r.create(0, "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"everybody"}`)
}

// joining adds members one by one, each once: there are more users than requests.
func joining(r *rig) (op, error) {
	ids, err := people(r, 1, 1400)
	if err != nil {
		return nil, err
	}
	g, err := group(r)
	return func(i int) error {
		_, err := r.do(0, "PATCH", "/Groups/"+g, addBody(ids[i%len(ids)]))
		return err
	}, err
}

// cycle is what an identity provider sends for each user: a search, and a create.
func cycle(tenants int) func(*rig) (op, error) {
	return func(r *rig) (op, error) {
		return func(i int) error {
			tenant, name := i%tenants, fmt.Sprintf("new%d", i/tenants/2)
			if i/tenants%2 == 0 {
				return find(r, tenant, name)
			}
			_, err := r.create(tenant, "/Users", userBody(name))
			return err
		}, nil
	}
}
