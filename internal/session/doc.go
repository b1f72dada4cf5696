// Package session limits what a function reaches in DynamoDB to the items of one tenant.
//
//	Store, Log, Plans, Consumer ── With(ctx, tenant) ──► SDK ── Retrieve(ctx) ──► session of the tenant's role
//	dynamo.Tenants (settings, tokens) ─────────────────► SDK ── Retrieve(ctx) ──► the function's own role
//
// The code is the first wall between tenants: only a scim.TenantID becomes a key. This is the
// second: IAM refuses a key of another tenant whatever the code asks for, because the session has
// the tag "tid" and the policy of the role compares it with the partition key.
//
// The tenant is the argument of the call, not a part of the key, so a fault in the making of keys
// cannot choose the session.
package session
