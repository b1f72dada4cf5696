package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Kinds of a SchemaDocument.
const (
	kindSchema = "Schema"
	kindType   = "ResourceType"
)

// maxDocuments limits the schemas and resource types of a tenant.
const maxDocuments = 200

// same reports whether two documents are the same schema or the same resource type.
func (d SchemaDocument) same(other SchemaDocument) bool {
	return d.Kind == other.Kind && schema.SameName(d.ID, other.ID)
}

// Load reads schemas and resource types as PutSchemas does, for a tenant that has none: what a lint can
// say without a store. An error names the position.
func Load(documents []json.RawMessage) ([]*schema.ResourceType, error) {
	docs, err := flattened(documents)
	if err != nil {
		return nil, err
	}
	return load(nil, docs)
}

// stored returns the documents that settings have.
func stored(s *tenant.Settings) ([]SchemaDocument, error) {
	data, err := s.Document()
	if err != nil {
		return nil, err
	}
	var doc struct {
		Types []json.RawMessage `json:"types"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	return flattened(doc.Types)
}

// flattened returns the documents of lists and ListResponses one by one.
func flattened(in []json.RawMessage) ([]SchemaDocument, error) {
	out := []SchemaDocument{}
	for i, raw := range in {
		v, err := schema.ParseJSON(raw, 16)
		if err != nil {
			return nil, fail(Invalid, fmt.Sprintf("documents[%d]", i), err.Error(), "correct the JSON")
		}
		if out, err = flatten1(out, fmt.Sprintf("documents[%d]", i), v); err != nil {
			return nil, err
		}
	}
	if len(out) > maxDocuments {
		return nil, fail(Invalid, "documents", fmt.Sprintf("there are %d", len(out)), fmt.Sprintf("use at most %d schemas and resource types", maxDocuments))
	}
	return out, nil
}

func flatten1(out []SchemaDocument, at string, v any) (_ []SchemaDocument, err error) {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			if out, err = flatten1(out, fmt.Sprintf("%s[%d]", at, i), e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if list, ok := v["Resources"].([]any); ok {
			return flatten1(out, at+".Resources", list)
		}
		d, err := describe(at, v)
		return append(out, d), err
	}
	return nil, fail(Invalid, at, "it is neither a Schema nor a ResourceType", "write it as RFC 7643 §6 and §7 do")
}

func describe(at string, v map[string]any) (SchemaDocument, error) {
	d := SchemaDocument{Kind: kindSchema, Document: schema.AppendValue(nil, v)}
	d.ID, _ = v["id"].(string)
	if _, ok := v["attributes"]; ok {
		return d, nil // a missing id is found by the loader, which knows the position
	}
	if _, ok := v["endpoint"]; ok {
		d.Kind = kindType
		if name, ok := v["name"].(string); ok {
			d.ID = name
		}
		return d, nil
	}
	return d, fail(Invalid, at, "it is neither a Schema (attributes) nor a ResourceType (endpoint)", "write it as RFC 7643 §6 and §7 do")
}

// load makes the resource types of documents. Errors of put name the position in it.
func load(keep, put []SchemaDocument) ([]*schema.ResourceType, error) {
	if len(keep)+len(put) == 0 {
		return nil, nil
	}
	types, err := schema.Load(schema.File{Name: "documents.json", Data: list(put)}, schema.File{Name: "stored.json", Data: list(keep)})
	if err != nil {
		text := strings.NewReplacer("documents.json:", "documents", "stored.json:", "stored").Replace(err.Error())
		field, reason, ok := strings.Cut(text, ": ")
		if !ok {
			field, reason = "documents", text
		}
		return nil, fail(Invalid, strings.TrimSpace(field), reason, "correct it; RFC 7643 §6 and §7 have the rules, and scimstack schema lint checks files")
	}
	return types, unkept(types, put)
}

// list writes documents as one list.
func list(docs []SchemaDocument) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, d := range docs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(d.Document)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// compared says what changes from one set of documents to another.
func compared(was, now []SchemaDocument) *SchemaReport {
	r := &SchemaReport{Added: []string{}, Changed: []string{}, Removed: []string{}, Breaks: []Break{}}
	for _, d := range now {
		old, found := find(was, d)
		switch {
		case !found:
			r.Added = append(r.Added, d.ID)
		case !sameMeaning(old, d):
			r.Changed = append(r.Changed, d.ID)
		}
	}
	for _, d := range was {
		if _, found := find(now, d); !found {
			r.Removed = append(r.Removed, d.ID)
		}
	}
	return r
}

func find(list []SchemaDocument, want SchemaDocument) (SchemaDocument, bool) {
	for _, d := range list {
		if d.same(want) {
			return d, true
		}
	}
	return SchemaDocument{}, false
}

// sameMeaning reports whether two documents say the same, apart from what is written by default.
func sameMeaning(a, b SchemaDocument) bool {
	return bytes.Equal(canonical(a), canonical(b))
}

// canonical is a schema as the service writes it, or the document itself.
func canonical(d SchemaDocument) []byte {
	if d.Kind != kindSchema {
		var t struct {
			Name, Description, Endpoint, Schema string
			SchemaExtensions                    []struct {
				Schema   string
				Required bool
			}
		}
		if json.Unmarshal(d.Document, &t) != nil {
			return d.Document
		}
		out, _ := json.Marshal(t) // texts and booleans always have a form
		return out
	}
	urn, _ := json.Marshal(d.ID)
	holder := SchemaDocument{Document: []byte(`{"id":"Holder","name":"Holder","endpoint":"/Holder","schema":` + string(urn) + `}`)}
	types, err := load(nil, []SchemaDocument{d, holder})
	if err != nil || len(types) < 3 {
		return d.Document
	}
	return types[2].Schema.AppendJSON(nil, "")
}
