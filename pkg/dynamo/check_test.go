package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// checked is a service over a table whose items a test damages.
type checked struct {
	*indexed
	users []string
	group string
}

func beginChecked(t *testing.T) *checked {
	t.Helper()
	c := &checked{indexed: beginIndexed(t, tenant.Settings{})}
	var members []string
	for n := range 5 {
		id := c.create("/Users", fmt.Sprintf(`{"userName":"user%d","displayName":"User %[1]d","externalId":"x%[1]d","emails":[{"value":"u%[1]d@example.com"}]}`, n))
		c.users = append(c.users, id)
		members = append(members, fmt.Sprintf(`{"value":%q}`, id))
	}
	c.group = c.create("/Groups", `{"displayName":"All","members":[`+strings.Join(members, ",")+`]}`)
	return c
}

// check returns the faults, each as a line without what may differ.
func (c *checked) check(repair bool) (lines []string) {
	c.Helper()
	done, err := c.tenants.Check(c.Context(), c.id, dynamo.CheckOptions{Repair: repair, Settle: time.Millisecond, Found: func(f dynamo.Fault) {
		line := fmt.Sprintf("%s: %s %s", f.Kind, f.Type, c.name(f.ID))
		if f.Attr != "" {
			line += fmt.Sprintf(" %s %s", f.Attr, f.Value)
		}
		if f.Other != "" {
			line += ", " + c.name(f.Other)
		}
		if f.Repaired {
			line += ", repaired"
		}
		lines = append(lines, line)
	}})
	if err != nil || done.Faults != len(lines) {
		c.Errorf("%+v, %d faults, %v", done, len(lines), err)
	}
	slices.Sort(lines)
	return lines
}

// name is what a test calls an id.
func (c *checked) name(id string) string {
	if n := slices.Index(c.users, id); n >= 0 {
		return fmt.Sprint("user", n)
	}
	if id == c.group {
		return "All"
	}
	return id
}

// drop deletes an item without what belongs to it.
func (c *checked) drop(pk, sk string) {
	c.Helper()
	out, err := c.api.DeleteItem(c.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: record("", pk, sk, "").Keys, ReturnValues: types.ReturnValueAllOld})
	if err != nil || len(out.Attributes) == 0 {
		c.Fatal("no item", pk, sk, err)
	}
}

// expect checks twice without repairs, which changes nothing, then with, and then that nothing is left.
func (c *checked) expect(want ...string) {
	c.Helper()
	before := fmt.Sprint(c.items())
	for range 2 {
		got := c.check(false)
		if plain := strings.ReplaceAll(strings.Join(want, "\n"), ", repaired", ""); strings.Join(got, "\n") != plain {
			c.Errorf("found %q, want %q", got, plain)
		}
	}
	if fmt.Sprint(c.items()) != before {
		c.Error("a check without repairs has changed the table")
	}
	if got := c.check(true); !slices.Equal(got, want) {
		c.Errorf("repaired %q, want %q", got, want)
	}
	left := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return strings.HasSuffix(s, ", repaired") })
	if got := c.check(true); !slices.Equal(got, left) {
		c.Errorf("after the repair %q, want %q", got, left)
	}
}

// items are those of the table, as text.
func (c *checked) items() (lines []string) {
	c.Helper()
	out, err := c.api.Scan(c.Context(), &dynamodb.ScanInput{TableName: aws.String(table)})
	if err != nil {
		c.Fatal(err)
	}
	for _, it := range out.Items {
		lines = append(lines, fmt.Sprint(plain(&types.AttributeValueMemberM{Value: it})))
	}
	slices.Sort(lines)
	return lines
}

// plain is a value without pointers.
func plain(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		m := map[string]any{}
		for name, of := range v.Value {
			m[name] = plain(of)
		}
		return m
	case *types.AttributeValueMemberL:
		l := make([]any, len(v.Value))
		for i, of := range v.Value {
			l[i] = plain(of)
		}
		return l
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return string(v.Value)
	}
	return fmt.Sprintf("%+v", v)
}

// total is how many resources a filter finds.
func (c *checked) total(filter string) float64 {
	c.Helper()
	status, m := c.do("GET", "/Users?filter="+url.QueryEscape(filter), "")
	if status != 200 {
		c.Fatal(status, m)
	}
	return m["totalResults"].(float64)
}

// TestCheckFindsNothing: a table with all that requests leave has no faults, and a check of it waits for nothing.
func TestCheckFindsNothing(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	c.do("PATCH", "/Users/"+c.users[0], `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"externalId"}]}`)
	c.do("DELETE", "/Users/"+c.users[1], "")
	stream(t, c.engine, c.api, "")
	c.engine.Settle()
	c.expect()
	done, err := c.tenants.Check(t.Context(), c.id, dynamo.CheckOptions{Settle: time.Hour}) // it waits for nothing
	if want := (dynamo.Checked{Resources: 5, Values: 16, Memberships: 4}); err != nil || done != want {
		t.Errorf("%+v %v, want %+v", done, err, want)
	}
	if _, err := c.tenants.Check(t.Context(), id(t, "globex"), dynamo.CheckOptions{}); !errors.Is(err, tenant.ErrUnknown) {
		t.Error("an unknown tenant:", err)
	}
}

// TestCheckLeftValues: values of resources that do not exist, or do not have them, are refused to others until a check frees them.
func TestCheckLeftValues(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	put(t, c.api, "T#acme#X#User.userName", "ghost", map[string]string{"id": "never"})
	put(t, c.api, "T#acme#X#User.userName", "renamed", map[string]string{"id": c.users[0]})
	put(t, c.api, "T#acme#X#User.emails.value", "old@example.com\x00"+c.users[1], map[string]string{"id": c.users[1]})
	long := "~" + strings.Repeat("ab", 32)
	put(t, c.api, "T#acme#X#Group.displayName", long+"\x00"+c.group, map[string]string{"id": c.group})
	for _, taken := range []string{"ghost", "renamed"} {
		if status, m := c.do("POST", "/Users", `{"userName":"`+taken+`"}`); status != 409 {
			t.Error(taken, status, m)
		}
	}
	c.expect(
		"left value: Group All displayName "+long+", repaired",
		"left value: User never userName ghost, repaired",
		"left value: User user0 userName renamed, repaired",
		"left value: User user1 emails.value old@example.com, repaired")
	for _, free := range []string{"ghost", "renamed"} {
		c.create("/Users", `{"userName":"`+free+`"}`)
	}
	c.expect()
}

// TestCheckLostValues: a resource that is not found by its values is found again, unless another one has the value too.
func TestCheckLostValues(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	c.drop("T#acme#X#User.userName", "user0")
	c.drop("T#acme#X#User.emails.value", "u1@example.com\x00"+c.users[1])
	c.drop("T#acme#X#Group.displayName", "all")
	put(t, c.api, "T#acme#X#User.userName", "user2", map[string]string{"id": c.users[3]}) // who does not have it
	if c.total(`userName eq "user0"`) != 0 {
		t.Error("the damage shows nothing")
	}
	c.expect(
		"left value: User user3 userName user2, repaired",
		"lost value: Group All displayName all, repaired",
		"lost value: User user0 userName user0, repaired",
		"lost value: User user1 emails.value u1@example.com, repaired",
		"lost value: User user2 userName user2, repaired")
	for _, filter := range []string{`userName eq "user0"`, `emails.value eq "u1@example.com"`, `userName eq "user2"`} {
		if c.total(filter) != 1 {
			t.Error("not found:", filter)
		}
	}

	c.drop("T#acme#X#User.userName", "user0")
	c.create("/Users", `{"userName":"user0"}`) // which uniqueness would refuse
	c.users = append(c.users, c.found1(`userName eq "user0"`))
	c.expect("lost value: User user0 userName user0, user5")
	c.do("DELETE", "/Users/"+c.users[5], "")
	c.expect("lost value: User user0 userName user0, repaired")
}

// found1 is the id of the one user that a filter finds.
func (c *checked) found1(filter string) string {
	c.Helper()
	_, m := c.do("GET", "/Users?filter="+url.QueryEscape(filter), "")
	list, _ := m["Resources"].([]any)
	if len(list) != 1 {
		c.Fatal(filter, m)
	}
	return list[0].(map[string]any)["id"].(string)
}

// TestCheckMemberships: members and groups that do not exist are removed, names are brought up to date, and the feed tells it.
func TestCheckMemberships(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	other := c.create("/Groups", fmt.Sprintf(`{"displayName":"Other","members":[{"value":%q},{"value":%q}]}`, c.users[0], c.users[1]))
	c.drop("T#acme#E#User#0", c.users[1])
	c.drop("T#acme#X#User.userName", "user1")
	c.drop("T#acme#X#User.externalId", "x1\x00"+c.users[1])
	c.drop("T#acme#X#User.displayName", "user 1\x00"+c.users[1])
	c.drop("T#acme#X#User.emails.value", "u1@example.com\x00"+c.users[1])
	c.drop("T#acme#E#Group#0", other)
	c.drop("T#acme#X#Group.displayName", "other")
	c.do("PATCH", "/Users/"+c.users[2], `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"Renamed"}]}`)
	c.expect(
		"lost group: Group "+other+", repaired",
		"lost member: User user1, repaired",
		"old name: User user2, repaired")
	_, m := c.do("GET", "/Groups/"+c.group, "")
	text := fmt.Sprint(m["members"])
	if strings.Contains(text, c.users[1]) || !strings.Contains(text, "Renamed") || strings.Count(text, "value") != 4 {
		t.Error("members:", text)
	}
	stream(t, c.engine, c.api, "")
	entries, err := dynamo.New(c.api, dynamo.Options{Table: table}).Entries(t.Context(), c.id, 0, 100)
	told := slices.ContainsFunc(entries, func(e scim.Entry) bool {
		return e.ID == c.group && slices.ContainsFunc(e.Left, func(m scim.Member) bool { return m.ID == c.users[1] })
	})
	if err != nil || !told {
		t.Errorf("the feed does not tell that the group has lost the member: %+v %v", entries, err)
	}
	c.engine.Settle()
	if _, m := c.do("GET", "/Users/"+c.users[0], ""); strings.Contains(fmt.Sprint(m["groups"]), other) {
		t.Error("the user is in a group that does not exist:", m["groups"])
	}
}

// TestCheckNestedGroups: a group that is a member, and is gone or has another name, is found as a user is.
func TestCheckNestedGroups(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	inner := c.create("/Groups", `{"displayName":"Inner"}`)
	renamed := c.create("/Groups", `{"displayName":"Before"}`)
	c.create("/Groups", fmt.Sprintf(`{"displayName":"Outer","members":[{"value":%q},{"value":%q}]}`, inner, renamed))
	c.drop("T#acme#E#Group#0", inner)
	c.drop("T#acme#X#Group.displayName", "inner")
	c.do("PATCH", "/Groups/"+renamed, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"After"}]}`)
	c.expect("lost member: Group "+inner+", repaired", "old name: Group "+renamed+", repaired")
}

// TestCheckLeavesChangesAlone: what a change in progress has written so far is no fault.
func TestCheckLeavesChangesAlone(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	// A large group that is being created: its edges are staged, and an intent says so.
	put(t, c.api, "T#acme#S", "being-created", map[string]string{"type": "Group"})
	put(t, c.api, "T#acme#M#being-created#0", c.users[0], map[string]string{"ty": "User", "GSI1PK": "T#acme#R#0", "GSI1SK": c.users[0] + "#being-created"})
	// A staged write of a group whose mark no reader believes yet: its member is removed before it is decided.
	staged := record("", "T#acme#M#"+c.group+"#0", "removed", "").Keys
	staged["ty"], staged["a"] = &types.AttributeValueMemberS{Value: "User"}, &types.AttributeValueMemberN{Value: "9"}
	staged["GSI1PK"], staged["GSI1SK"] = &types.AttributeValueMemberS{Value: "T#acme#R#0"}, &types.AttributeValueMemberS{Value: "removed#" + c.group}
	if _, err := c.api.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: staged}); err != nil {
		t.Fatal(err)
	}
	// A value of many that is put before its resource: it is there when the check looks again.
	put(t, c.api, "T#acme#X#User.emails.value", "new@example.com\x00"+c.users[1], map[string]string{"id": c.users[1]})
	var once sync.Once
	done, err := c.tenants.Check(t.Context(), c.id, dynamo.CheckOptions{Repair: true, Settle: 50 * time.Millisecond, Progress: func(at dynamo.Checked) {
		if at.Memberships > 0 { // after the values, and before the check looks again, however slow the machine is
			once.Do(func() {
				c.do("PATCH", "/Users/"+c.users[1], `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"emails","value":[{"value":"new@example.com"}]}]}`)
			})
		}
	}})
	if err != nil || done.Faults != 0 {
		t.Errorf("%+v %v", done, err)
	}
	if c.total(`emails.value eq "new@example.com"`) != 1 {
		t.Error("the check has deleted the value of a change in progress")
	}
}

// TestCheckBesideTraffic: changes beside checks with repairs are no faults, and nothing of them is lost.
func TestCheckBesideTraffic(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	ctx, stop := context.WithCancel(t.Context())
	checks := async.Go(func() error {
		for ctx.Err() == nil {
			c.check(true)
		}
		return nil
	})
	err := async.Each(t.Context(), 4, []int{0, 1, 2, 3}, func(_ context.Context, w int) error {
		for n := range 15 {
			id := c.create("/Users", fmt.Sprintf(`{"userName":"w%d-%d","emails":[{"value":"w%[1]d@example.com"}]}`, w, n))
			c.do("PATCH", "/Groups/"+c.group, fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":%q}]}]}`, id))
			c.do("PATCH", "/Users/"+id, fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"userName","value":"z%d-%d"}]}`, w, n))
			if n%3 == 0 {
				c.do("DELETE", "/Users/"+id, "")
			}
		}
		return nil
	})
	stop()
	if err = errors.Join(err, <-checks); err != nil {
		t.Fatal(err)
	}
	stream(t, c.engine, c.api, "")
	c.engine.Settle()
	c.expect()
	if n := c.total(`userName sw "z"`); n != 40 {
		t.Errorf("%v users are left, want 40", n)
	}
}

// TestCheckCost: a user costs about a read unit for each value, and a membership at most 2, as the help says.
func TestCheckCost(t *testing.T) {
	t.Parallel()
	c := beginChecked(t)
	units := func() float64 {
		c.engine.Settle()
		before := c.engine.Meter().ReadUnits
		if got := c.check(false); len(got) > 0 {
			t.Error(got)
		}
		return c.engine.Meter().ReadUnits - before
	}
	few := units()
	var members []string
	for n := range 40 {
		id := c.create("/Users", fmt.Sprintf(`{"userName":"more%d","displayName":"More %[1]d","externalId":"m%[1]d","emails":[{"value":"m%[1]d@example.com"}]}`, n))
		members = append(members, fmt.Sprintf(`{"value":%q}`, id))
	}
	users := units()
	c.do("PATCH", "/Groups/"+c.group, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[`+strings.Join(members, ",")+`]}]}`)
	if one := (users - few) / 40; one < 3.5 || one > 4.5 {
		t.Errorf("a user with 4 values costs %.2f read units", one)
	}
	if one := (units() - users) / 40; one < 0.5 || one > 2 {
		t.Errorf("a membership costs %.2f read units", one)
	}
}

// TestCheckLargeGroup: a group whose edges are in several partitions, and were in one before, has no faults but the members that
// are gone, and they are removed from every partition.
func TestCheckLargeGroup(t *testing.T) {
	t.Parallel()
	racing.Skip(t)
	const users = 420
	s := newSharded(t, users)
	tenants := dynamo.NewTenants(s.api, table, nil)
	createTenants(t, tenants, tenant.Settings{ID: s.tenant})
	s.commit(s.small, scim.Change{Put: &scim.Resource{Document: []byte(`{}`)}, AddMembers: userMembers(0, 150)})
	s.commit(s.big, scim.Change{AddMembers: userMembers(140, 300)})
	faults := func(repair bool) (done dynamo.Checked) {
		done, err := tenants.Check(t.Context(), s.tenant, dynamo.CheckOptions{Repair: repair, Settle: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if done := faults(false); done.Faults != 0 || done.Memberships < 300 {
		t.Errorf("%+v", done)
	}
	for n := range 12 { // in all partitions
		for _, k := range [][2]string{{"T#acme#E#User#0", userID(n)}, {"T#acme#X#User.userName", fmt.Sprint("person", n)}} {
			if _, err := s.api.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: record("", k[0], k[1], "").Keys}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if done := faults(true); done.Faults != 12 || done.Repaired != 12 {
		t.Errorf("%+v", done)
	}
	if done := faults(false); done.Faults != 0 {
		t.Errorf("%+v", done)
	}
	s.gone = 12
	s.check(s.big, users, userMembers(12, 300))
}
