package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
)

func sorted(list []string) string { return fmt.Sprint(slices.Sorted(slices.Values(list))) }

const badgeURN = "urn:example:params:scim:schemas:extension:acme:2.0:User"

// badge are an extension of users with one attribute, and the resource type that has it.
func badge(typ string, more ...string) admin.SchemaInput {
	return admin.SchemaInput{Documents: []json.RawMessage{
		json.RawMessage(`{"id":"` + badgeURN + `","name":"Badge","attributes":[{"name":"badge","multiValued":false,"type":` + typ + strings.Join(more, "") + `}]}`),
		json.RawMessage(`{"id":"User","name":"User","endpoint":"/Users","schema":"urn:ietf:params:scim:schemas:core:2.0:User","schemaExtensions":[{"schema":"` + badgeURN + `","required":false}]}`),
	}}
}

func withBadge(name, value string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","` + badgeURN + `"],"userName":"` + name + `","` + badgeURN + `":{"badge":` + value + `}}`
}

// TestSchemas: schemas are added, changed and removed; a dry run changes nothing.
func TestSchemas(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	dry := badge(`"string"`)
	dry.DryRun = true
	if r, err := w.PutSchemas(ctx, "acme", dry); err != nil || r.Applied || len(r.Added) != 2 || r.Version != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	r, err := w.PutSchemas(ctx, "acme", badge(`"string"`))
	if err != nil || !r.Applied || r.Version != 2 || !r.All {
		t.Fatalf("%+v %v", r, err)
	}
	if r, err := w.PutSchemas(ctx, "acme", badge(`"string"`)); err != nil || r.Applied || len(r.Changed) != 0 {
		t.Errorf("the same again: %+v %v", r, err)
	}
	if r, err := w.PutSchemas(ctx, "acme", badge(`"integer"`)); err != nil || !r.Applied || len(r.Changed) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	got, err := w.Schemas(ctx, "acme")
	if err != nil || len(got.Documents) != 2 || got.Documents[0].ID != badgeURN || got.Documents[1].ID != "User" {
		t.Fatalf("%+v %v", got, err)
	}
	_, err = w.RemoveSchema(ctx, "acme", badgeURN, admin.SchemaOptions{})
	refused(t, err, admin.Invalid, badgeURN) // the resource type still has it
	if r, err := w.RemoveSchema(ctx, "acme", "User", admin.SchemaOptions{}); err != nil || fmt.Sprint(r.Removed) != "[User]" {
		t.Errorf("%+v %v", r, err)
	}
	_, err = w.RemoveSchema(ctx, "acme", "Device", admin.SchemaOptions{})
	refused(t, err, admin.NotFound)
}

// TestSchemasContradicted: a schema that stored resources contradict is refused, with their number and the first ids, and
// none of their values.
func TestSchemasContradicted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change admin.SchemaInput
		want   string
	}{
		"type":     {badge(`"integer"`), "another type or form"},
		"required": {badge(`"string"`, `},{"name":"room","type":"string","multiValued":false,"required":true`), "required"},
		"renamed": {admin.SchemaInput{Documents: []json.RawMessage{
			json.RawMessage(`{"id":"` + badgeURN + `","attributes":[{"name":"card","type":"string","multiValued":false}]}`)}}, "do not have"},
		"unique": {badge(`"string"`, `,"uniqueness":"server"`), "several have the same"},
	} {
		w, ctx := newWorld(t), t.Context()
		w.create("acme", `{}`)
		if _, err := w.PutSchemas(ctx, "acme", badge(`"string"`)); err != nil {
			t.Fatal(err)
		}
		for i := range 7 {
			w.user("acme", fmt.Sprintf("u%d", i), withBadge(fmt.Sprint("ann", i), `"blue"`))
		}
		_, err := w.PutSchemas(ctx, "acme", c.change)
		refused(t, err, admin.Conflict, c.want, "u1", "stored resources")
		if strings.Contains(fmt.Sprint(err), "blue") || strings.Contains(fmt.Sprint(err), "u6,") {
			t.Errorf("%s: %v", name, err)
		}
		c.change.DryRun = true
		r, err := w.PutSchemas(ctx, "acme", c.change)
		if err != nil || len(r.Breaks) == 0 || r.Breaks[0].Count < 6 || len(r.Breaks[0].IDs) != 5 || r.Read != 7 {
			t.Errorf("%s: %+v %v", name, r, err)
		}
		c.change.DryRun, c.change.MaxRead = false, 3
		_, err = w.PutSchemas(ctx, "acme", c.change)
		refused(t, err, admin.Conflict)
		if got, _ := w.Tenant(ctx, "acme"); got.Version != 2 {
			t.Errorf("%s: the settings changed", name)
		}
	}
}

// TestSchemasUnbuilt: a schema by which values that are there are to be looked up is refused where nothing builds the index,
// and taken where no resource has a value, or the store builds it.
func TestSchemasUnbuilt(t *testing.T) {
	t.Parallel()
	const unique, folded = `,"uniqueness":"server"`, `,"uniqueness":"server","caseExact":false`
	for name, c := range map[string]struct {
		was, now, value string
		builds, refused bool
	}{
		"unique":          {now: unique, value: `"blue"`, refused: true},
		"another form":    {was: folded, now: `,"uniqueness":"server","caseExact":true`, value: `"Blue"`, refused: true},
		"the same form":   {was: folded, now: folded + `,"description":"of the door"`, value: `"Blue"`},
		"no value":        {now: unique, value: `null`},
		"the store does":  {now: unique, value: `"blue"`, builds: true},
		"no longer":       {was: unique, value: `"blue"`},
		"of another name": {now: `},{"name":"card","type":"string","multiValued":false` + unique, value: `"blue"`},
	} {
		w, ctx := newWorld(t), t.Context()
		w.create("acme", `{}`)
		w.unbuilding()
		if _, err := w.PutSchemas(ctx, "acme", badge(`"string"`, c.was)); err != nil {
			t.Fatal(err)
		}
		w.user("acme", "ann", withBadge("ann", c.value))
		if c.builds {
			w.Service = admin.New(admin.Options{Directory: w.dir, Store: w.store, Reindexer: builder{}, Logger: slog.New(slog.DiscardHandler)})
		}
		_, err := w.PutSchemas(ctx, "acme", badge(`"string"`, c.now))
		if c.refused {
			refused(t, err, admin.Conflict, "badge", "nothing in this store builds", "export")
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// builder is a store that builds indexes.
type builder struct{}

func (builder) Reindex(context.Context, scim.TenantID, bool) (admin.IndexReport, error) {
	return admin.IndexReport{}, nil
}

// TestSchemasUnread: a tenant with more resources than may be read is refused, unless the caller accepts that.
func TestSchemasUnread(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	for i := range 7 {
		w.user("acme", fmt.Sprintf("u%d", i), `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann`+fmt.Sprint(i)+`"}`)
	}
	in := badge(`"string"`)
	in.MaxRead = 3
	_, err := w.PutSchemas(ctx, "acme", in)
	refused(t, err, admin.Conflict, "--max-read", "--accept-unread")
	in.AcceptUnread = true
	if r, err := w.PutSchemas(ctx, "acme", in); err != nil || !r.Applied || r.All || r.Read != 3 {
		t.Errorf("%+v %v", r, err)
	}
}

// TestSchemasWrong: documents that are wrong are refused with their position.
func TestSchemasWrong(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{}`)
	for text, want := range map[string]string{
		`{"id":"` + badgeURN + `","attributes":[{"name":"badge","type":"colour"}]}`: "documents[0].attributes[0].type",
		`{"id":"no urn","attributes":[]}`:                                           "documents[0].id",
		`{"attributes":[]}`:                                                         "documents[0].id",
		`{"x":1}`:                                                                   "neither a Schema",
		`{"id":"` + badgeURN + `","attributes":[{"name":"badge","type":"string"}]}`: "no resource type uses the schema " + badgeURN,
		`7`:      "neither a Schema",
		`{`:      "documents[0]",
		`<html>`: "documents[0]",
		`{"name":"Device","endpoint":"/Users","schema":"` + badgeURN + `"}`: "documents[0]",
	} {
		_, err := w.PutSchemas(ctx, "acme", admin.SchemaInput{Documents: []json.RawMessage{json.RawMessage(text)}})
		refused(t, err, admin.Invalid, want)
	}
}
