package secevent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestRemovedType: events of a type that the tenant no longer has are notices, because there is no data for others. One with data
// always has the resource or the operations.
func TestRemovedType(t *testing.T) {
	t.Parallel()
	store := memory.New()
	device := schema.NewSchema("urn:example:Device", "Device", "", &schema.Attribute{Name: "serial"})
	before := newWorld(t, store, func(s *tenant.Settings) {
		s.Types = []*schema.ResourceType{schema.UserType(), schema.GroupType(), {Name: "Device", Endpoint: "/Devices", Schema: device}}
	})
	w := newWorld(t, store)
	w.poll(`{"returnImmediately":true}`)
	var made struct{ ID string }
	before.send(before.service, 201, before.token, "POST /scim/v2/acme/Devices", `{"serial":"1"}`, &made)
	before.send(before.service, 200, before.token, "PATCH /scim/v2/acme/Devices/"+made.ID, `{"Operations":[{"op":"replace","path":"serial","value":"2"}]}`, nil)
	before.send(before.service, 204, before.token, "DELETE /scim/v2/acme/Devices/"+made.ID, "", nil)
	got := map[string]string{}
	for id, token := range w.poll(`{}`).Sets {
		c := w.verified(token)
		for uri, payload := range c.Events {
			got[id+" "+c.Sub.URI+" "+uri] = string(payload)
		}
	}
	place, prov := " /Device/"+made.ID+" ", "urn:ietf:params:scim:event:prov:"
	want := map[string]string{
		"acme.1" + place + prov + "create:notice": `{"attributes":[],"version":"W/\"1\""}`,
		"acme.2" + place + prov + "patch:notice":  `{"attributes":[],"version":"W/\"2\""}`,
		"acme.3" + place + prov + "delete":        `{}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("(-want +got):", d)
	}
}
