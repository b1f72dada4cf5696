package authserver

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Bounds of failed logins of one stranger. A client that proves who it is takes nothing from them.
const (
	failuresAtOnce    = 100
	failuresPerSecond = 2
)

// stranger is who has not proved who it is: an address that asks for a client of a tenant, whether these exist or not. So
// one that fails takes nothing from the client itself, which comes from another address.
type stranger struct {
	tenant         scim.TenantID
	client, remote string
}

// strangers bound the failed logins of each, and with them the signatures that are checked in vain.
type strangers struct{ failures *tenant.Buckets[stranger] }

func strangerOf(r *http.Request, id scim.TenantID, l login) stranger {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return stranger{id, l.id, host}
}

// may returns an error if too many logins of a stranger have failed for a check that costs something. A secret costs
// nothing, and a right one is always accepted.
func (s strangers) may(who stranger, l login) error {
	if l.method == keyJWT && !s.failures.Left(who, failuresPerSecond, failuresAtOnce) {
		return tooMany(time.Second)
	}
	return nil
}

// failed counts a failed login, and returns the error to answer with.
func (s strangers) failed(who stranger, err error) error {
	var f *refusal
	if !errors.As(err, &f) || f.status != http.StatusUnauthorized && f.code != invalidGrant {
		return err
	}
	if wait, ok := s.failures.Take(who, failuresPerSecond, failuresAtOnce); !ok {
		return tooMany(wait)
	}
	return err
}

func tooMany(wait time.Duration) error {
	return &refusal{status: http.StatusTooManyRequests, code: "temporarily_unavailable", description: "too many failed logins; correct the credential", cause: scim.CodeThrottled, wait: wait}
}
