package scimstack

import (
	"net/http"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/oauth/authserver"
)

// OAuthOptions configure OAuth access tokens. The zero value is right for most services.
type OAuthOptions struct {
	// Secret is mixed into the keys of access tokens: a reader of the store of the tenants
	// cannot make any without it. It must be random, and the same on every instance and in every part of the service. A changed one
	// ends all access tokens, which clients replace by themselves. Zero is none.
	Secret [32]byte
	// Loopback also fetches the keys of issuers and clients by http from this machine. It is for development:
	// with it, who may name such a URL reaches every service of the machine.
	Loopback bool
}

// authorize sets what checks access tokens. Without a URL there are none, because they name it.
func (s *Service) authorize() error {
	if s.c.PublicBase == "" {
		return nil
	}
	var err error
	if s.address, err = oauth.NewAddress(s.c.PublicBase, s.c.Prefix); err != nil {
		return bad("PublicBase", "%q is not a URL: %s", s.c.PublicBase, err)
	}
	o := s.c.OAuth
	s.verifier = oauth.NewVerifier(oauth.Options{Address: s.address, Keys: &oauth.Keys{Secret: o.Secret}, Now: s.c.Now, Loopback: o.Loopback})
	return nil
}

// authorizes reports whether tenants have an authorization server, in this part of the service or in another one.
func (s *Service) authorizes() bool {
	_, ok := s.c.Tenants.(authserver.Directory)
	return ok && s.verifier != nil
}

func (s *Service) addOAuth() error {
	if !s.authorizes() {
		return nil
	}
	recorder := s.recording()
	s.oauth = authserver.NewHandler(authserver.Options{
		Directory: s.c.Tenants.(authserver.Directory), Verifier: s.verifier, Address: s.address, Prefix: s.c.Prefix,
		Admit: s.gate.Admit, Observe: observer(s.c, recorder), Log: s.c.Logger, Now: s.c.Now,
	})
	s.forgetter, _ = s.oauth.(authserver.Forgetter)
	if recorder != nil {
		s.oauth = recorder.Wrap(s.oauth)
		if s.c.FlushFor > 0 {
			s.oauth = recorder.Flushing(s.oauth, s.c.FlushFor)
		}
	}
	if s.rest == nil {
		s.rest = http.NotFoundHandler()
	}
	return nil
}
