// Package adminparams are the parameters that operations of /admin/v1 share. They are exported, because the library that
// reads them uses exported fields only, and apart, so that package adminhttp does not offer them.
package adminparams

import (
	"strconv"
	"strings"
)

// Tenant are the parameters of an operation on a tenant.
type Tenant struct {
	Name string `path:"name" maxLength:"64" doc:"name of the tenant"`
}

// Token are the parameters of an operation on a token.
type Token struct {
	Tenant
	Key string `path:"key" maxLength:"100" doc:"key of the token"`
}

// Client are the parameters of an operation on a client.
type Client struct {
	Tenant
	ID string `path:"id" maxLength:"100" doc:"client_id"`
}

// Webhook are the parameters of an operation on a webhook.
type Webhook struct {
	ID string `path:"id" maxLength:"100" doc:"id of the webhook"`
}

// Log are the parameters of an operation on a provisioning log.
type Log struct {
	Resource  string `query:"resource" maxLength:"100" doc:"id of a user, a group or another resource: only what concerned it"`
	Failed    bool   `query:"failed" doc:"only failed requests"`
	Status    int    `query:"status" minimum:"0" maximum:"599" doc:"only this HTTP status"`
	IdP       string `query:"idp" maxLength:"100" doc:"only this identity provider"`
	Operation string `query:"operation" maxLength:"100" doc:"only this operation, such as create or token.rotate"`
	Request   string `query:"request" maxLength:"200" doc:"only the request with this id"`
	From      string `query:"from" maxLength:"40" doc:"only records from this time on (RFC 3339)"`
	Until     string `query:"until" maxLength:"40" doc:"only records before this time"`
	Cursor    string `query:"cursor" maxLength:"100" doc:"next of the page before"`
	Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// Condition is the parameter of a write that must not overwrite what another one has written.
type Condition struct {
	IfMatch string `header:"If-Match" maxLength:"40" doc:"the ETag that was read, or *; required"`
}

// Optional is the parameter of a write that may name the version that was read.
type Optional struct {
	IfMatch string `header:"If-Match" maxLength:"40" doc:"the ETag that was read; absent or *: any version"`
}

// OneClient are the parameters of a write to a client.
type OneClient struct {
	Client
	Optional
}

// Version reads If-Match; 0 is any version. missing and wrong say that it is not there, or is no ETag.
func (c Condition) Version() (version int64, missing, wrong bool) {
	text := strings.TrimPrefix(strings.TrimSpace(c.IfMatch), "W/")
	switch text {
	case "":
		return 0, true, false
	case "*":
		return 0, false, false
	}
	if len(text) < 3 || text[0] != '"' || text[len(text)-1] != '"' {
		return 0, false, true
	}
	n, err := strconv.ParseInt(text[1:len(text)-1], 10, 64)
	return n, false, err != nil || n < 1
}
