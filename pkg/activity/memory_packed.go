package activity

import "github.com/scimstack/scimstack/pkg/scim"

// packed is a record as appendRecord writes it.
type packed []byte

// record returns the record as one of a tenant. It shares no memory with p. ok is false if appendRecord has not
// written p; what could be read is returned.
func (p packed) record(t scim.TenantID) (r Record, ok bool) {
	c := coder{reading: true, in: p, copied: string(p)}
	c.record(&r)
	r.Tenant = t
	return r, !c.broken && c.at == len(c.in)
}

// readable is record for readers. If a part cannot be read, a note says so, and the other records can be read.
func (p packed) readable(t scim.TenantID) Record {
	r, ok := p.record(t)
	if !ok {
		r.Notes = append(r.Notes, "A part of this record could not be read.")
	}
	return r
}

// id is the first field. Its length is a single byte, because no id is longer than maxID.
func (p packed) id() []byte { return p[1 : 1+p[0]] }

// matches is Query.Match without the times. It allocates nothing, so that a query may pass thousands of records.
func (p packed) matches(q *Query) bool {
	c := coder{reading: true, in: p}
	c.bytes() // the id
	var status int
	c.number(&status)
	idp, operation, request := c.bytes(), c.bytes(), c.bytes()
	switch {
	case q.Status != 0 && status != q.Status,
		q.Failed && status < 400,
		q.IdP != "" && string(idp) != q.IdP,
		q.Operation != "" && string(operation) != q.Operation,
		q.RequestID != "" && string(request) != q.RequestID:
		return false
	}
	return q.Resource == "" || c.concerns(q.Resource)
}

// concerns reports whether a resource is among Record.Resources: the next fields are those that it returns.
func (c *coder) concerns(resource string) bool {
	if string(c.bytes()) == resource {
		return true
	}
	if !c.any(false) {
		return false
	}
	if string(c.bytes()) == resource {
		return true
	}
	for range 4 {
		for range c.length(0) {
			if string(c.bytes()) == resource {
				return true
			}
		}
	}
	return false
}
