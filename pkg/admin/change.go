package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// ChangeTenant implements API.
func (s *Service) ChangeTenant(ctx context.Context, name string, version int64, patch map[string]json.RawMessage) (*Tenant, error) {
	return s.change(ctx, name, version, "tenant.update", func(own *tenant.Settings) error {
		next, err := settingsOf(own).patched(patch)
		if err != nil {
			return err
		}
		next.into(own)
		return nil
	})
}

// PauseTenant implements API.
func (s *Service) PauseTenant(ctx context.Context, name string, in Pause) (*Tenant, error) {
	problems := checkText("reason", in.Reason, tenant.MaxReason, true)
	if most := int(tenant.MaxRetryAfter / time.Second); in.RetryAfter < 0 || in.RetryAfter > most {
		problems = append(problems, Problem{
			Field: "retryAfterSeconds", Reason: fmt.Sprintf("it is %d", in.RetryAfter),
			Remedy: fmt.Sprintf("use 1 to %d seconds, or 0 for the answer 403", most),
		})
	}
	if err := invalid(problems...); err != nil {
		return nil, err
	}
	return s.change(ctx, name, 0, "tenant.pause", func(own *tenant.Settings) error {
		own.Paused, own.RetryAfter = in.Reason, time.Duration(in.RetryAfter)*time.Second
		return nil
	})
}

// ResumeTenant implements API.
func (s *Service) ResumeTenant(ctx context.Context, name string) (*Tenant, error) {
	return s.change(ctx, name, 0, "tenant.resume", func(own *tenant.Settings) error {
		own.Paused, own.RetryAfter = "", 0
		return nil
	})
}

// tries bounds how often a change of any version is repeated because another one came first.
const tries = 10

// lost waits after a change that lost against another one, longer from try to try, and not all that lost alike.
func lost(ctx context.Context, try int) error {
	const pause = 10 * time.Millisecond
	return async.Sleep(ctx, time.Duration(rand.Int64N(int64(pause)*int64(try+1))))
}

// change changes the settings of a tenant. Version 0 changes any version: it reads again if another change
// came first, so that none is lost.
func (s *Service) change(ctx context.Context, name string, version int64, operation string, f func(*tenant.Settings) error) (*Tenant, error) {
	for try := range tries {
		r, err := s.resolve(ctx, name)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != r.Settings.Version {
			return nil, AsError(tenant.ErrChanged)
		}
		before, own := s.tenantOf(r), r.Settings
		if err := f(&own); err != nil {
			return nil, err
		}
		if err := valid(&own); err != nil {
			return nil, err
		}
		same, err := alike(r.Settings, own)
		if err != nil {
			return nil, err
		}
		if same && len(r.Settings.Pending) == 0 { // otherwise it completes what was interrupted
			return &before, nil
		}
		err = s.put(ctx, &r.Settings, own)
		if err != nil {
			if e := AsError(err); e.Kind != Changed || version != 0 {
				return nil, e
			}
			if err := lost(ctx, try); err != nil {
				return nil, AsError(err)
			}
			continue
		}
		after, err := s.Tenant(ctx, name)
		if err != nil {
			return nil, err
		}
		s.record(ctx, change{tenant: own.ID, operation: operation, before: logged(&before), after: logged(after), idp: own.IdP})
		return after, nil
	}
	return nil, fail(Busy, "version", "others change the tenant all the time", "try again in a moment")
}

// alike reports whether something is stored as it is now. A change without effect makes no version and no record, like one of
// a resource.
func alike[T interface{ Document() ([]byte, error) }](now, next T) (bool, error) {
	was, err := now.Document()
	if err != nil {
		return false, err
	}
	is, err := next.Document()
	return bytes.Equal(was, is), err
}

// loggedTenant is what the log keeps of a tenant.
type loggedTenant struct {
	Paused     string   `json:"pausedReason"`
	RetryAfter int      `json:"retryAfterSeconds,omitempty"`
	Settings   Settings `json:"settings"`
	Types      []string `json:"types"`
}

func logged(t *Tenant) loggedTenant {
	return loggedTenant{Paused: t.Paused, RetryAfter: t.RetryAfter, Settings: t.Settings, Types: t.Types}
}
