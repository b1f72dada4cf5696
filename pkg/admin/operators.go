package admin

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Operator is a token of the administration as callers see it: without its secret.
type Operator struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	State   string     `json:"state" enum:"live,expired,revoked"`
	Scopes  []string   `json:"scopes" doc:"admin:read, admin:write"`
	Tenant  string     `json:"tenant,omitempty" doc:"the only tenant that it may administer; absent: all, and operators"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty" doc:"absent: never"`
}

// OperatorInput is what CreateOperator makes.
type OperatorInput struct {
	Name    string   `json:"name" doc:"the person or program that uses it; at most 100 bytes"`
	Scopes  []string `json:"scopes,omitempty" doc:"admin:read and admin:write; absent: both"`
	Tenant  string   `json:"tenant,omitempty" doc:"the only tenant that it may administer; absent: all, and operators"`
	Expires string   `json:"expires,omitempty" doc:"as for a token; absent: 365d"`
}

// OperatorCreated is a new operator token with its secret, which is shown only once.
type OperatorCreated struct {
	Operator Operator `json:"operator"`
	Secret   string   `json:"secret,omitempty"`
	Note     string   `json:"note"`
}

// OperatorList are all operator tokens.
type OperatorList struct {
	Operators []Operator `json:"operators"`
}

// Scopes of an operator token.
const (
	ScopeRead  = "admin:read"
	ScopeWrite = "admin:write"
)

// Operators implements API.
func (s *Service) Operators(ctx context.Context) (*OperatorList, error) {
	if s.o.Operators == nil {
		return nil, noOperators()
	}
	list, err := s.o.Operators.Operators(ctx)
	if err != nil {
		return nil, AsError(err)
	}
	out := &OperatorList{Operators: make([]Operator, len(list))}
	for i := range list {
		out.Operators[i] = s.operatorOf(&list[i])
	}
	return out, nil
}

func noOperators() error {
	return fail(Unsupported, "", "this service has no operator tokens", "authenticate with IAM (SigV4) on AWS")
}

// CreateOperator implements API.
func (s *Service) CreateOperator(ctx context.Context, in OperatorInput) (*OperatorCreated, error) {
	if s.o.Operators == nil {
		return nil, noOperators()
	}
	o, err := s.newOperator(ctx, in)
	if err != nil {
		return nil, err
	}
	if from := seed(ctx, "operator", ""); from != "" {
		o.ID = tenant.KeyIDFor(from)
	}
	secret, o := tenant.NewOperator(o)
	err = s.o.Operators.AddOperator(ctx, o)
	if errors.Is(err, tenant.ErrExists) {
		was, err := s.o.Operators.Operator(ctx, o.ID)
		switch {
		case err != nil:
			return nil, AsError(err)
		case was.Name != o.Name || was.Scopes != o.Scopes || was.Tenant != o.Tenant:
			return nil, otherInput()
		}
		return &OperatorCreated{Operator: s.operatorOf(was), Note: "this was made by an earlier request with the same idempotency key, which has shown the secret; if it is lost, revoke this one and create another"}, nil
	}
	if err != nil {
		return nil, AsError(err)
	}
	made := s.operatorOf(&o)
	s.record(ctx, change{tenant: o.Tenant, operation: "operator.create", resource: o.ID, after: made})
	return &OperatorCreated{Operator: made, Secret: secret, Note: "store the secret now: it cannot be shown again"}, nil
}

func (s *Service) newOperator(ctx context.Context, in OperatorInput) (o tenant.Operator, err error) {
	problems := checkText("name", in.Name, maxName, true)
	if len(in.Scopes) == 0 {
		in.Scopes = []string{ScopeRead, ScopeWrite}
	}
	for _, name := range in.Scopes {
		switch name {
		case ScopeRead:
			o.Scopes |= tenant.AdminRead
		case ScopeWrite:
			o.Scopes |= tenant.AdminWrite
		default:
			problems = append(problems, Problem{Field: "scopes", Reason: "there is no scope " + strconv.Quote(shortened(name)), Remedy: use(name, []string{ScopeRead, ScopeWrite})})
		}
	}
	expires, wrong := s.expiry(in.Expires)
	if err := invalid(append(problems, wrong...)...); err != nil {
		return o, err
	}
	if in.Tenant != "" {
		r, err := s.resolve(ctx, in.Tenant)
		if err != nil {
			return o, err
		}
		o.Tenant = r.Settings.ID
	}
	o.Name, o.Expires, o.Created = in.Name, expires, s.now().UTC()
	return o, nil
}

const revokeOperator = "operator.revoke"

// RevokeOperator implements API.
func (s *Service) RevokeOperator(ctx context.Context, id string) (*Operator, error) {
	return s.endOperator(ctx, id, revokeOperator, func(list tenant.Operators) error { return list.RevokeOperator(ctx, id) })
}

// RemoveOperator implements API.
func (s *Service) RemoveOperator(ctx context.Context, id string) error {
	_, err := s.endOperator(ctx, id, "operator.remove", func(list tenant.Operators) error { return list.RemoveOperator(ctx, id) })
	return err
}

func (s *Service) endOperator(ctx context.Context, id, operation string, f func(tenant.Operators) error) (*Operator, error) {
	if s.o.Operators == nil {
		return nil, noOperators()
	}
	was, err := s.o.Operators.Operator(ctx, id)
	if err != nil {
		return nil, AsError(err)
	}
	after := *was
	after.Revoked = true
	out := s.operatorOf(&after)
	if was.Revoked && operation == revokeOperator {
		return &out, nil
	}
	if err := f(s.o.Operators); err != nil {
		return nil, AsError(err)
	}
	s.record(ctx, change{tenant: was.Tenant, operation: operation, resource: id, before: s.operatorOf(was), after: out})
	return &out, nil
}

func (s *Service) operatorOf(o *tenant.Operator) Operator {
	out := Operator{ID: o.ID, Name: o.Name, State: stateOf(o.Revoked, o.Live(s.now())), Scopes: []string{}, Created: o.Created, Expires: optional(o.Expires)}
	if o.Tenant != (scim.TenantID{}) {
		out.Tenant = o.Tenant.String()
	}
	for _, n := range []struct {
		name string
		bit  tenant.OperatorScope
	}{{ScopeRead, tenant.AdminRead}, {ScopeWrite, tenant.AdminWrite}} {
		if o.Scopes.Has(n.bit) {
			out.Scopes = append(out.Scopes, n.name)
		}
	}
	return out
}
