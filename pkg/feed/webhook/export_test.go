package webhook

import "net"

// Resolve makes a sender look up names with a resolver.
func (s *Sender) Resolve(r *net.Resolver) { s.resolver = r }
