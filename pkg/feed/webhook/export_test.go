package webhook

import "net"

// Slack is how long before its creation an endpoint gets facts.
const Slack = slack

// Resolve makes a sender look up names with a resolver.
func (s *Sender) Resolve(r *net.Resolver) { s.resolver = r }

// RetryAfter is retryAfter.
var RetryAfter = retryAfter //nolint:gochecknoglobals // for tests
