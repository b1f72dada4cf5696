// Command github drives the SCIM service of google/go-github through the life of a user:
//
//	github BASE TOKEN      BASE is the base URL of an empty tenant
//
// It prints a line for each step: the client, the step, ok or FAIL, and a detail, separated by tabs.
// It is a module of its own, so that the service does not depend on the client.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/google/go-github/v74/github"
)

// prefix is the part of the client's paths before the resource type.
const prefix = "/scim/v2/organizations/acme"

// tenant sends the requests of the client to a tenant. It changes the path and nothing else.
type tenant struct{ path string }

func (t tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path = t.path + strings.TrimPrefix(r.URL.Path, prefix)
	r.URL.RawPath = ""
	return http.DefaultTransport.RoundTrip(r)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: github BASE TOKEN")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // the process ends
	}
}

func run(ctx context.Context, base, token string) error {
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	client := github.NewClient(&http.Client{Transport: tenant{u.Path}}).WithAuthToken(token)
	client.BaseURL = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	l := life{ctx: ctx, scim: client.SCIM}
	l.play()
	return nil
}

// life is the life of one user.
type life struct {
	ctx  context.Context //nolint:containedctx // of one run
	scim *github.SCIMService
	id   string
}

const userName = "octocat@corp.example"

var (
	errNoUser = errors.New("there is no user")
	errValue  = errors.New("another answer than expected")
)

func (l *life) play() {
	step("list-empty", l.list(0))
	step("provision", l.provision())
	step("list-filter", l.list(1))
	step("get", l.get(func(u *github.SCIMUserAttributes) bool { return u.UserName == userName && u.Name.GivenName == "Mona" }))
	step("update-without-body", l.refused(l.update()))
	step("patch-without-body", l.refused(l.deactivate()))
	step("get-unchanged", l.get(func(u *github.SCIMUserAttributes) bool {
		return u.Name.FamilyName == "Octocat" && u.GetActive()
	}))
	step("delete", l.delete())
	step("get-deleted", l.gone())
}

// step prints the result of a step.
func step(name string, err error) {
	if err != nil {
		fmt.Printf("go-github\t%s\tFAIL\t%s\n", name, strings.Join(strings.Fields(err.Error()), " "))
		return
	}
	fmt.Printf("go-github\t%s\tok\t\n", name)
}

func attributes(family string) *github.SCIMUserAttributes {
	return &github.SCIMUserAttributes{
		UserName: userName, Name: github.SCIMUserName{GivenName: "Mona", FamilyName: family},
		Emails: []*github.SCIMUserEmail{{Value: userName, Primary: github.Ptr(true), Type: github.Ptr("work")}},
		Active: github.Ptr(true),
	}
}

func (l *life) list(want int) error {
	found, _, err := l.scim.ListSCIMProvisionedIdentities(l.ctx, "acme", &github.ListSCIMProvisionedIdentitiesOptions{
		StartIndex: github.Ptr(1), Count: github.Ptr(10), Filter: github.Ptr(`userName eq "` + userName + `"`),
	})
	if err != nil {
		return err
	}
	if found.GetTotalResults() != want || len(found.Resources) != want {
		return errValue
	}
	return nil
}

func (l *life) provision() error {
	user, _, err := l.scim.ProvisionAndInviteSCIMUser(l.ctx, "acme", attributes("Octocat"))
	if err != nil {
		return err
	}
	if l.id = user.GetID(); l.id == "" {
		return errValue
	}
	return nil
}

func (l *life) get(holds func(*github.SCIMUserAttributes) bool) error {
	if l.id == "" {
		return errNoUser
	}
	user, _, err := l.scim.GetSCIMProvisioningInfoForUser(l.ctx, "acme", l.id)
	if err != nil {
		return err
	}
	if !holds(user) {
		return errValue
	}
	return nil
}

func (l *life) update() error {
	if l.id == "" {
		return errNoUser
	}
	_, err := l.scim.UpdateProvisionedOrgMembership(l.ctx, "acme", l.id, attributes("Lisa"))
	return err
}

func (l *life) deactivate() error {
	if l.id == "" {
		return errNoUser
	}
	_, err := l.scim.UpdateAttributeForSCIMUser(l.ctx, "acme", l.id, &github.UpdateAttributeForSCIMUserOptions{
		Schemas:    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		Operations: github.UpdateAttributeForSCIMUserOperations{Op: "replace", Path: github.Ptr("active"), Value: json.RawMessage("false")},
	})
	return err
}

// refused wants 400: this client sends the attributes of an update in the query, and no body.
func (l *life) refused(err error) error {
	var answer *github.ErrorResponse
	if errors.As(err, &answer) && answer.Response.StatusCode == http.StatusBadRequest {
		return nil
	}
	return fmt.Errorf("%w, a refusal: %v", errValue, err) //nolint:errorlint // err may be nil
}

func (l *life) delete() error {
	if l.id == "" {
		return errNoUser
	}
	_, err := l.scim.DeleteSCIMUserFromOrg(l.ctx, "acme", l.id)
	return err
}

// gone wants 404 for the user.
func (l *life) gone() error {
	if l.id == "" {
		return errNoUser
	}
	_, response, err := l.scim.GetSCIMProvisioningInfoForUser(l.ctx, "acme", l.id)
	if response == nil || response.StatusCode != http.StatusNotFound {
		return fmt.Errorf("%w: %v", errValue, err) //nolint:errorlint // err may be nil
	}
	return nil
}
