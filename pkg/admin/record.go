package admin

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// change is a change of the administration, for the provisioning log. Neither before nor after has
// secrets: they are what callers see.
type change struct {
	tenant        scim.TenantID
	operation     string // tenant.update, token.rotate, …
	resource      string // key id of a token, id of a client or a schema
	before, after any
	idp           string
}

// record writes a change to the log of its tenant and to the log of the service. A failure to write is a
// line in the latter: the change was made.
func (s *Service) record(ctx context.Context, c change) {
	s.changed(c.tenant)
	actor := actorOf(ctx)
	before, after := flat(c.before), flat(c.after)
	changed := differing(before, after)
	s.o.Logger.InfoContext(ctx, "administration", "operation", c.operation, "tenant", c.tenant.String(), "id", c.resource,
		"actor", actor.Name, "requestId", actor.RequestID, "changed", changed)
	if s.o.Log == nil || c.tenant.IsZero() {
		return
	}
	at := s.now()
	err := s.o.Log.Append(ctx, activity.Record{
		ID: activity.NewID(at), Time: at.UTC(), Tenant: c.tenant, IdP: c.idp, Entry: activity.EntryAdmin, Operation: c.operation,
		RequestID: actor.RequestID, Actor: actor.Name, Type: "", Resource: c.resource, Status: http.StatusOK,
		Changed: changed, Before: before, Values: after,
	})
	if err != nil {
		s.o.Logger.ErrorContext(ctx, "a change of the administration is not in the provisioning log", "operation", c.operation, "tenant", c.tenant.String(), "cause", err)
	}
}

// same reports whether callers see no difference. Such a change is neither written nor recorded: what a log has was done.
func same(before, after any) bool { return len(differing(flat(before), flat(after))) == 0 }

// changed reports that a tenant has changed.
func (s *Service) changed(id scim.TenantID) {
	if s.o.Changed != nil && !id.IsZero() {
		s.o.Changed(id)
	}
}

// flat returns a value as an object whose inner objects are written as limits.maxBody.
func flat(v any) map[string]any {
	if v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil() {
		return nil
	}
	out := map[string]any{}
	flatten(out, "", asMap(v))
	return out
}

func flatten(out map[string]any, at string, in map[string]any) {
	for name, v := range in {
		if inner, ok := v.(map[string]any); ok {
			flatten(out, at+name+".", inner)
			continue
		}
		out[at+name] = v
	}
}

// differing names what is not the same, and leaves everything else out of both.
func differing(before, after map[string]any) (names []string) {
	for name, v := range after {
		if was, ok := before[name]; ok && reflect.DeepEqual(was, v) {
			delete(before, name)
			delete(after, name)
			continue
		}
		names = append(names, name)
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
