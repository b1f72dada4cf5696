package tenant

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// clientDocument is a Client as stored, without ID, Used and Version.
type clientDocument struct {
	Name   string `json:"name,omitempty"`
	Method Method `json:"method"`
	Connection
	Scopes   scim.Scope      `json:"scopes"`
	Secrets  []Secret        `json:"secrets,omitempty"`
	Keys     json.RawMessage `json:"keys,omitempty"`
	KeysURI  string          `json:"keysUri,omitempty"`
	Issuer   string          `json:"issuer,omitempty"`
	Audience []string        `json:"audience,omitempty"`
	Subject  string          `json:"subject,omitempty"`
	Created  time.Time       `json:"created"`
	Expires  time.Time       `json:"expires,omitzero"`
	Revoked  bool            `json:"revoked,omitempty"`
}

// Document returns the client as a JSON object, for a Directory that stores it. The object has neither ID,
// Used nor Version, which a Directory keeps beside it; ParseClient reads it.
func (c *Client) Document() ([]byte, error) {
	return json.Marshal(clientDocument{
		Name: c.Name, Method: c.Method, Connection: c.Connection, Scopes: c.Scopes, Secrets: c.Secrets, Keys: c.Keys, KeysURI: c.KeysURI,
		Issuer: c.Issuer, Audience: c.Audience, Subject: c.Subject, Created: c.Created.UTC(), Expires: c.Expires, Revoked: c.Revoked,
	})
}

// ParseClient reads what Document has made.
func ParseClient(id string, doc []byte) (Client, error) {
	var d clientDocument
	if err := json.Unmarshal(doc, &d); err != nil {
		return Client{}, fmt.Errorf("client %s: %w", id, err)
	}
	return Client{
		ID: id, Name: d.Name, Method: d.Method, Connection: d.Connection, Scopes: d.Scopes, Secrets: d.Secrets, Keys: d.Keys, KeysURI: d.KeysURI,
		Issuer: d.Issuer, Audience: d.Audience, Subject: d.Subject, Created: d.Created, Expires: d.Expires, Revoked: d.Revoked,
	}, nil
}
