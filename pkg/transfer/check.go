package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// content is what a file has, without its resources and members.
type content struct {
	head     Header
	settings tenant.Settings
	tenant   *scim.Tenant
	tokens   []tenant.Token
	clients  []tenant.Client
	webhooks []*webhookLine

	ranks     map[string]int // the types, by name
	resources int64          // lines
	members   int64          // lines
	from      int64          // where the first resource or group begins, 0 if there is none
}

// mostCredentials is how many tokens, clients and webhooks a file may have, which are held in memory.
const mostCredentials = 100_000

// check reads a whole file, and returns an error if anything in it cannot be imported.
func check(ctx context.Context, r io.Reader, as scim.TenantID, progress func(Progress)) (*content, error) {
	l := newLineReader(r, newSum())
	head, err := l.head()
	if err != nil {
		return nil, err
	}
	c := &content{head: *head}
	id, err := scim.ParseTenantID(head.Tenant)
	if err != nil {
		return nil, l.wrong("%.50q cannot be the name of a tenant", head.Tenant)
	}
	if !as.IsZero() {
		id = as
	}
	if err := c.read(l, id); err != nil {
		return nil, err
	}
	order := newOrder()
	for {
		v, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil, &FileError{Reason: fmt.Sprintf("it ends after line %d, without its last line: it is not complete; export the tenant again", l.lines-1)}
		}
		if err != nil {
			return nil, err
		}
		if v.End != nil {
			return c, errors.Join(l.ended(v.End), order.complete(l))
		}
		if err := c.one(l, v, order); err != nil {
			return nil, err
		}
		if l.lines%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			progress(Progress{Step: "checking the file", Done: l.lines})
		}
	}
}

// read reads the settings, which are the second line.
func (c *content) read(l *lineReader, id scim.TenantID) error {
	v, err := l.next()
	if errors.Is(err, io.EOF) {
		return &FileError{Reason: "it ends after its first line: it is not complete; export the tenant again"}
	}
	if err != nil {
		return err
	}
	if v.Settings == nil {
		return l.wrong("the settings of the tenant are missing")
	}
	if c.settings, err = tenant.ParseDocument(id, v.Settings); err != nil {
		return l.wrong("%v", err)
	}
	if c.tenant, err = c.settings.Tenant(); err != nil {
		return l.wrong("%v", err)
	}
	c.ranks = map[string]int{}
	for rank, rt := range c.tenant.Types.List {
		c.ranks[rt.Name] = rank
	}
	return nil
}

// one checks a line after the settings.
func (c *content) one(l *lineReader, v *line, o *order) error {
	switch {
	case v.Resource != nil:
		c.resources++
		c.begin(l)
		return c.resource(l, v.Resource, o)
	case v.Members != nil:
		c.members++
		c.begin(l)
		return c.group(l, v.Members, o)
	case c.from > 0:
		return l.wrong("tokens, clients and webhooks come before resources")
	case len(c.tokens)+len(c.clients)+len(c.webhooks) >= mostCredentials:
		return l.wrong("there are more than %d tokens, clients and webhooks", mostCredentials)
	case v.Token != nil:
		if len(v.Token.Hash) != 32 {
			return l.wrong("the hash of token %.50q is not a SHA-256", v.Token.Key)
		}
		t := v.Token.token()
		if err := t.Check(); err != nil {
			return l.wrong("token: %v", err)
		}
		c.tokens = append(c.tokens, t)
		return o.key(l, t.KeyID)
	case v.Client != nil:
		client, err := tenant.ParseClient(v.Client.ID, v.Client.Document)
		if err == nil {
			err = client.Check()
		}
		if err != nil {
			return l.wrong("client: %v", err)
		}
		client.Used = v.Client.Used
		c.clients = append(c.clients, client)
		return o.key(l, client.ID)
	case v.Webhook != nil:
		c.webhooks = append(c.webhooks, v.Webhook)
		return c.webhook(l, v.Webhook, o)
	default:
		return l.wrong("it is there twice, or in the wrong place")
	}
}

// webhook checks a webhook as the place that made it has. Which forms and addresses a place sends to is up to that place, which
// checks them with each delivery.
func (c *content) webhook(l *lineReader, w *webhookLine, o *order) error {
	e := webhook.Endpoint{ID: w.ID, Tenant: c.settings.ID}
	w.into(&e)
	form := func(context.Context, *webhook.Endpoint, *feed.Fact) (http.Header, []byte, error) {
		return nil, nil, nil
	}
	sender := webhook.Sender{Loopback: true, Forms: map[string]webhook.Form{w.Form: form}}
	if err := sender.Check(&e); err != nil {
		return l.wrong("%v", err) // which has no secret
	}
	return o.key(l, "webhook "+w.ID)
}

func (c *content) begin(l *lineReader) {
	if c.from == 0 {
		c.from = l.from
	}
}

// order is what came before a line.
type order struct {
	resource, group ref
	member          string
	groups, more    bool // members have begun; the group at hand goes on

	keys            map[string]bool // of tokens, clients and webhooks
	made, described hash.Hash       // the groups among the resources, and those with lines of members: one after the other
}

func newOrder() *order {
	return &order{keys: map[string]bool{}, made: sha256.New(), described: sha256.New()}
}

// key refuses a key id, client id or webhook that is there twice.
func (o *order) key(l *lineReader, key string) error {
	if o.keys[key] {
		return l.wrong("the key %.50q is there twice", key)
	}
	o.keys[key] = true
	return nil
}

// note adds a group to a list of them.
func (r ref) note(list hash.Hash) { _, _ = fmt.Fprintf(list, "%d %q ", r.rank, r.id) } // never fails

// complete checks that each group has its members, and that no others have.
func (o *order) complete(l *lineReader) error {
	switch {
	case o.more:
		return l.wrong("members of the group before it are missing")
	case !bytes.Equal(o.made.Sum(nil), o.described.Sum(nil)):
		return &FileError{Reason: "the groups that have lines of members are not those of the resources"}
	}
	return nil
}

func (c *content) rank(l *lineReader, typ, id string) (ref, error) {
	rank, ok := c.ranks[typ]
	if !ok {
		return ref{}, l.wrong("the tenant has no resource type %.50q", typ)
	}
	if id == "" {
		return ref{}, l.wrong("the id is missing")
	}
	return ref{rank, id}, nil
}

// resource checks a resource.
func (c *content) resource(l *lineReader, r *resourceLine, o *order) error {
	of, err := c.rank(l, r.Type, r.ID)
	switch {
	case err != nil:
		return err
	case o.groups:
		return l.wrong("resources come before members")
	case o.resource.id != "" && o.resource.compare(of) >= 0:
		return l.wrong("%s %.50q is not in order, or there twice", r.Type, r.ID)
	case r.Created.IsZero() || r.LastModified.IsZero():
		return l.wrong("%s %.50q has no time of creation or change", r.Type, r.ID)
	}
	if o.resource = of; c.tenant.Types.List[of.rank].HasMembers() {
		of.note(o.made)
	}
	if err := stored(r); err != nil {
		return l.wrong("%s %.50q: %v", r.Type, r.ID, err)
	}
	if _, err := engine.Keys(c.tenant, c.tenant.Types.List[of.rank], r.resource()); err != nil {
		return l.wrong("%s %.50q: its document cannot be read", r.Type, r.ID)
	}
	return nil
}

// group checks a line of members.
func (c *content) group(l *lineReader, m *membersLine, o *order) error {
	of, err := c.rank(l, m.Type, m.ID)
	switch {
	case err != nil:
		return err
	case !c.tenant.Types.List[of.rank].HasMembers():
		return l.wrong("a %s has no members", m.Type)
	case o.more && o.group != of:
		return l.wrong("members of the group before it are missing")
	case !o.more && o.group.id != "" && o.group.compare(of) >= 0:
		return l.wrong("group %.50q is not in order, or there twice", m.ID)
	case m.LastModified.IsZero():
		return l.wrong("group %.50q has no time of change", m.ID)
	}
	if !o.more {
		o.member = ""
		of.note(o.described)
	}
	for i := range m.List {
		if id := m.List[i].ID; id <= o.member {
			return l.wrong("member %.50q of group %.50q is not in order, or there twice", id, m.ID)
		}
		if _, ok := c.ranks[m.List[i].Type]; !ok {
			return l.wrong("a member of group %.50q has a resource type that the tenant does not have", m.ID)
		}
		o.member = m.List[i].ID
	}
	o.groups, o.group, o.more = true, of, m.More
	return nil
}

// storedDepth bounds the nesting of documents, as for those of a store.
const storedDepth = 64

// stored checks the documents of a resource: an answer contains them as they are.
func stored(r *resourceLine) error {
	if !bytes.HasPrefix(r.Document, []byte(`{"schemas":[`)) {
		return errors.New("its document does not begin with schemas")
	}
	doc, err := object(r.Document)
	if err != nil {
		return err
	}
	for name := range doc {
		switch strings.ToLower(name) {
		case "id", "meta", "members", "groups":
			return fmt.Errorf("its document has %s, which is not part of one", strings.ToLower(name))
		}
	}
	if r.Hidden == nil {
		return nil
	}
	hidden, err := object(r.Hidden)
	if err != nil {
		return err
	}
	for name := range hidden {
		if _, twice := doc[name]; twice {
			return errors.New("an attribute is both hidden and not")
		}
	}
	return nil
}

// object decodes a document, which must have the form that a store keeps.
func object(data json.RawMessage) (map[string]any, error) {
	doc, err := schema.DecodeJSON(data, storedDepth)
	if err != nil {
		return nil, errors.New("its document is not one JSON object with distinct names")
	}
	var compact bytes.Buffer
	if json.Compact(&compact, data) != nil || !bytes.Equal(compact.Bytes(), data) {
		return nil, errors.New("its document has blanks between its values")
	}
	return doc, nil
}

// resource is the resource of a line.
func (r *resourceLine) resource() *scim.Resource {
	out := &scim.Resource{
		Type: r.Type, ID: r.ID, ExternalID: r.ExternalID, Created: r.Created, LastModified: r.LastModified, Document: r.Document,
	}
	if r.Hidden != nil {
		out.Hidden = r.Hidden
	}
	return out
}
