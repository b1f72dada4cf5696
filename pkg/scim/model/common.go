package model

import (
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Common has what every resource has (RFC 7643 §3.1). Embed it in a struct of your own for a resource
// type of your own; it must have a method SchemaURN and may have a field for every attribute, named by
// its json tag.
type Common struct {
	ExternalID string `json:"externalId"`
	ID         string `json:"id" scim:"outside"`
	Meta       Meta   `json:"meta" scim:"outside"`

	kept *kept // nil if it was read from nothing
}

// kept is what a resource was read from. It is shared between copies and never changed. It is in a pointer so
// that formatting a resource does not print it: it may have the hash of a password.
type kept struct {
	doc     object
	stored  *scim.Resource // nil if it was read from a representation
	misfits []error
	// extended says that doc has an extension that was set since.
	extended bool
}

func (c *Common) common() *Common { return c }
func (c Common) read() kept {
	if c.kept == nil {
		return kept{}
	}
	return *c.kept
}

// Typed is a type that says which schema it is for: User, Group, EnterpriseUser, and structs of your
// own.
type Typed interface {
	// SchemaURN returns the URN of the schema. It is called on the zero value, too.
	SchemaURN() string
}

// Resource is a struct that embeds Common, or a pointer to one.
type Resource interface {
	Typed
	read() kept
}

// pointer is a pointer to a struct that embeds Common.
type pointer[T any] interface {
	*T
	common() *Common
}

// Meta is the metadata of a resource, which the service writes (RFC 7643 §3.1). Location is known only
// in what a client sees: Decode leaves it unset.
type Meta struct {
	ResourceType string    `json:"resourceType"`
	Created      time.Time `json:"created"`
	LastModified time.Time `json:"lastModified"`
	Location     URI       `json:"location"`
	Version      string    `json:"version"`
}

func (Meta) complexType() {}

// Valid returns nil, or the reason why the location is not valid.
func (m Meta) Valid() error { return join(at("location", m.Location.Valid())) }

// MarshalJSON writes the metadata that is set. Metadata that is not valid has no JSON.
func (m Meta) MarshalJSON() ([]byte, error) { return strictMarshal(&m) }

// UnmarshalJSON accepts an object whose parts are valid.
func (m *Meta) UnmarshalJSON(data []byte) error {
	var fresh Meta
	if err := strictUnmarshal(data, &fresh); err != nil {
		return err
	}
	*m = fresh
	return nil
}

func metaOf(r *scim.Resource) Meta {
	m := Meta{ResourceType: r.Type, Created: r.Created, LastModified: r.LastModified}
	if r.Version > 0 {
		m.Version = scim.ETag(r.Version)
	}
	return m
}
