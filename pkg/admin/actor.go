package admin

import "context"

// Actor is who makes a change, for the provisioning log: an operator token, an IAM principal, or a user of
// the command line on the store itself.
type Actor struct {
	Name      string // for instance "operator 4fG… (Ann)", or an ARN
	RequestID string // of the request, or ""
}

type actorKey struct{}

// WithActor returns a context for the calls of one actor.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// actorOf returns the actor of a context. A program that names none is the program itself.
func actorOf(ctx context.Context) Actor {
	a, ok := ctx.Value(actorKey{}).(Actor)
	if !ok || a.Name == "" {
		a.Name = "program"
	}
	return a
}

type onceKey struct{}

// WithIdempotencyKey returns a context for one call that makes something: a repetition with the same key
// and the same actor finds what the first call has made, instead of making a second one. See API.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, onceKey{}, key)
}

// seed returns what the id of something new is derived from, or "" without an idempotency key.
func seed(ctx context.Context, kind, of string) string {
	key := IdempotencyKey(ctx)
	if key == "" {
		return ""
	}
	return kind + "\x00" + of + "\x00" + actorOf(ctx).Name + "\x00" + key
}

// IdempotencyKey returns the key of WithIdempotencyKey, or "".
func IdempotencyKey(ctx context.Context) string {
	key, _ := ctx.Value(onceKey{}).(string)
	return key
}
