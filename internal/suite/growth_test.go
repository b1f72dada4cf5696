//go:build unix

package suite_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// request is one request of a shape. Its state has been prepared.
type request struct{ method, path, body string }

// shape is a kind of request that grows with n. prepare makes what the request needs and is not
// measured.
type shape struct {
	name    string
	n       int
	users   int // users that the tenant has before
	prepare func(c *client, n int) request
}

// join is n parts made from their numbers.
func join(n int, sep string, part func(i int) string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = part(i)
	}
	return strings.Join(list, sep)
}

func mail(i int) string { return fmt.Sprintf(`{"value":"%d@x"}`, i) }

func withMails(n int) string { return `"emails":[` + join(n, ",", mail) + `]` }

var userNumber int

// newUser is a body of a user with another name each time.
func newUser(rest string) string {
	userNumber++
	return fmt.Sprintf(`{"userName":"u%d"%s}`, userNumber, rest)
}

func post(rest func(n int) string) func(*client, int) request {
	return func(_ *client, n int) request { return request{"POST", "/Users", newUser("," + rest(n))} }
}

// patchOf is a PATCH of n operations on a user that has something of n already.
func patchOf(has func(n int) string, op func(i int) string) func(*client, int) request {
	return func(c *client, n int) request {
		rest := ""
		if has != nil {
			rest = "," + has(n)
		}
		id := c.create("/Users", newUser(rest))
		return request{"PATCH", "/Users/" + id, patchBody(join(n, ",", op))}
	}
}

func searchFor(rest func(n int) string) func(*client, int) request {
	return func(_ *client, n int) request {
		return request{"POST", "/Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],` + rest(n) + `}`}
	}
}

func bulkBody(ops string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + ops + `]}`
}

// shapes are the kinds of requests whose work could grow faster than they do.
func shapes(users *[]string) []shape {
	member := func(i int) string { return fmt.Sprintf(`{"value":%q}`, (*users)[i%len(*users)]) }
	return []shape{
		{"distinct e-mails", 1500, 0, post(withMails)},
		{"primary e-mails", 1500, 0, post(func(n int) string {
			return `"emails":[` + join(n, ",", func(i int) string { return fmt.Sprintf(`{"value":"%d@x","primary":true}`, i) }) + `]`
		})},
		{"one value with many types", 1500, 0, post(func(n int) string {
			return `"emails":[` + join(n, ",", func(i int) string { return fmt.Sprintf(`{"value":"a@x","type":"t%d"}`, i) }) + `]`
		})},
		{"equal e-mails", 10000, 0, post(func(n int) string { return `"emails":[` + join(n, ",", func(int) string { return mail(1) }) + `]` })},
		{"roles", 1500, 0, post(func(n int) string {
			return `"roles":[` + join(n, ",", func(i int) string { return fmt.Sprintf(`{"value":"r%d","type":"t%d"}`, i, i%3) }) + `]`
		})},
		{"roles in strings", 1000, 0, post(func(n int) string {
			return `"roles":[` + join(n, ",", func(i int) string { return fmt.Sprintf(`"{\"value\":\"r%d\"}"`, i) }) + `]`
		})},
		{"unknown attributes", 2400, 0, post(func(n int) string { return join(n, ",", func(i int) string { return fmt.Sprintf(`"x%d":1`, i) }) })},
		{"unknown sub-attributes", 2400, 0, post(func(n int) string {
			return `"name":{` + join(n, ",", func(i int) string { return fmt.Sprintf(`"x%d":1`, i) }) + `}`
		})},
		{"URNs in schemas", 10000, 0, post(func(n int) string {
			return `"schemas":[` + join(n, ",", func(i int) string { return fmt.Sprintf(`"urn:x:%d"`, i) }) + `]`
		})},
		{"lists in lists", 25000, 0, post(func(n int) string { return `"x":[` + join(n, ",", func(int) string { return `[[0]]` }) + `]` })},
		{"deep objects", 2500, 0, post(func(n int) string { return `"x":` + strings.Repeat(`{"a":`, n) + `1` + strings.Repeat(`}`, n) })},
		{"escapes", 100000, 0, post(func(n int) string { return `"x":"` + strings.Repeat(`\u00e4`, n) + `"` })},
		{"added e-mails", 1000, 0, patchOf(nil, func(i int) string { return `{"op":"add","path":"emails","value":[` + mail(i) + `]}` })},
		{"added roles", 1000, 0, patchOf(nil, func(i int) string { return fmt.Sprintf(`{"op":"add","path":"roles","value":[{"value":"r%d"}]}`, i) })},
		{"value paths", 1000, 0, patchOf(withMails, func(i int) string {
			return fmt.Sprintf(`{"op":"replace","path":"emails[value eq \"%d@x\"].type","value":"work"}`, i)
		})},
		{"new elements by value paths", 1000, 0, patchOf(nil, func(i int) string {
			return fmt.Sprintf(`{"op":"add","path":"emails[type eq \"t%d\"].value","value":"%d@x"}`, i, i)
		})},
		{"removals by value paths", 1000, 0, patchOf(withMails, func(i int) string { return fmt.Sprintf(`{"op":"remove","path":"emails[value eq \"%d@x\"]"}`, i) })},
		{"removals by value", 1000, 0, patchOf(withMails, func(i int) string { return `{"op":"remove","path":"emails","value":[` + mail(i) + `]}` })},
		{"primaries one after the other", 1000, 0, patchOf(withMails, func(i int) string {
			return fmt.Sprintf(`{"op":"add","path":"emails[value eq \"%d@x\"].primary","value":true}`, i)
		})},
		{"two lists in turn", 1000, 0, patchOf(nil, func(i int) string {
			return fmt.Sprintf(`{"op":"add","path":%q,"value":[%s]}`, []string{"emails", "phoneNumbers"}[i%2], mail(i))
		})},
		{"many removed at once", 1500, 0, func(c *client, n int) request {
			id := c.create("/Users", newUser(","+withMails(n)))
			return request{"PATCH", "/Users/" + id, patchBody(`{"op":"remove","path":"emails","value":[` + join(n, ",", mail) + `]}`)}
		}},
		{"unknown paths", 5000, 0, patchOf(nil, func(i int) string { return fmt.Sprintf(`{"op":"add","path":"x%d","value":1}`, i) })},
		{"PUT of e-mails", 1500, 0, func(c *client, n int) request {
			id := c.create("/Users", newUser(","+withMails(n)))
			return request{"PUT", "/Users/" + id, newUser(`,"title":"t",` + withMails(n))}
		}},
		{"PUT of members", 500, 2000, func(c *client, n int) request {
			id := c.create("/Groups", `{"displayName":"`+newName()+`"}`)
			return request{"PUT", "/Groups/" + id, `{"displayName":"` + newName() + `","members":[` + join(n, ",", member) + `]}`}
		}},
		{"unknown members", 1500, 0, func(_ *client, n int) request {
			return request{"POST", "/Groups", `{"displayName":"` + newName() + `","members":[` + join(n, ",", func(i int) string { return fmt.Sprintf(`{"value":"x%d"}`, i) }) + `]}`}
		}},
		{"members added and removed", 500, 2000, func(c *client, n int) request {
			id := c.create("/Groups", `{"displayName":"`+newName()+`"}`)
			return request{"PATCH", "/Groups/" + id, patchBody(join(n, ",", func(i int) string {
				if i%2 == 0 {
					return `{"op":"add","path":"members","value":[` + member(i) + `]}`
				}
				return fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, (*users)[(i-1)/2])
			}))}
		}},
		{"filters of many terms", 40, 300, searchFor(func(n int) string {
			return `"filter":"` + join(n, " or ", func(i int) string { return fmt.Sprintf(`title eq \"%d\"`, i) }) + `"`
		})},
		{"excluded names", 250, 50, searchFor(func(n int) string {
			return `"count":50,"excludedAttributes":[` + join(n, ",", func(int) string { return `"emails.type"` }) + `]`
		})},
		{"names of attributes", 250, 50, searchFor(func(n int) string {
			return `"count":50,"attributes":[` + join(n, ",", func(int) string { return `"emails.type"` }) + `]`
		})},
		{"sorted by a list", 250, 0, func(c *client, n int) request {
			kind := newName()
			for range 5 {
				c.create("/Users", newUser(fmt.Sprintf(`,"userType":%q,%s`, kind, withMails(n))))
			}
			return searchFor(func(int) string { return fmt.Sprintf(`"filter":"userType eq \"%s\"","sortBy":"emails"`, kind) })(c, n)
		}},
		{"bulk with references", 200, 0, func(_ *client, n int) request {
			ops := join(n, ",", func(i int) string {
				return fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"%d","data":%s}`, i, newUser(""))
			})
			refs := join(n, ",", func(i int) string { return fmt.Sprintf(`{"value":"bulkId:%d"}`, i) })
			return request{"POST", "/Bulk", bulkBody(`{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"` + newName() + `","members":[` + refs + `]}},` + ops)}
		}},
		{"bulk with cycles", 100, 0, func(_ *client, n int) request {
			return request{"POST", "/Bulk", bulkBody(join(n, ",", func(i int) string {
				return fmt.Sprintf(`{"method":"POST","path":"/Groups","bulkId":"%d","data":{"displayName":%q,"members":[{"value":"bulkId:%d"}]}}`, i, newName(), i^1)
			}))}
		}},
		{"bulk with one cycle of many values", 500, 0, func(_ *client, n int) request {
			refs := join(n, ",", func(i int) string { return `{"value":"bulkId:h"}` })
			return request{"POST", "/Bulk", bulkBody(`{"method":"POST","path":"/Groups","bulkId":"h","data":{"displayName":"` + newName() + `","members":[{"value":"bulkId:g"}]}},` +
				`{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"` + newName() + `","members":[` + refs + `]}}`)}
		}},
	}
}

func newName() string {
	userNumber++
	return fmt.Sprintf("g%d", userNumber)
}

// TestGrowth: twice the input costs at most three times the work, beyond the limits of a tenant, too.
// It is measured with four times the input, which may cost nine times the work: work that grows with
// the square costs sixteen times, so that caches and other work of the machine decide nothing. Each
// ratio is of the least times of one run. (Z-12)
func TestGrowth(t *testing.T) {
	if os.Getenv("SCIMSTACK_LARGE") == "" {
		t.Skip("measures time; make large runs it with nothing beside it")
	}
	s := apptest.Start(t, nil)
	var users []string
	for i, sh := range shapes(&users) {
		c := connect(t, s, fmt.Sprintf("growth%d", i), func(set *tenant.Settings) {
			const much = 1 << 24
			set.Limits = scim.Limits{Rate: scim.NoLimit, MaxBody: 2 * much, MaxDepth: much, MaxNodes: much, MaxValues: much, MaxPatchOps: much, MaxOperations: much}
		})
		users = nil
		for range sh.users {
			users = append(users, c.create("/Users", newUser(`,"emails":[{"value":"a@x","type":"work"}]`)))
		}
		small, large, ratio := c.least(sh, sh.n), c.least(sh, 4*sh.n), 0.0
		for range 6 {
			if ratio = float64(large) / float64(small); ratio <= 9 {
				break
			}
			small, large = min(small, c.least(sh, sh.n)), min(large, c.least(sh, 4*sh.n))
		}
		t.Logf("%-36s n=%-7d %8.1f ms, 4n %8.1f ms: %.2f", sh.name, sh.n, small.Seconds()*1e3, large.Seconds()*1e3, ratio)
		if ratio > 9 {
			t.Errorf("%s: four times the input costs %.1f times the time", sh.name, ratio)
		}
	}
}

// cpu is the time that this process has computed. Unlike the time of a clock, it does not grow with
// what other processes do.
func cpu(c *client) time.Duration {
	c.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		c.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// least is the least time of a few requests.
func (c *client) least(sh shape, n int) time.Duration {
	c.Helper()
	var times []time.Duration
	for range 3 {
		r := sh.prepare(c, n)
		runtime.GC()
		percent := debug.SetGCPercent(-1) // whether a collection begins in between is no work of the request
		start := cpu(c)
		status, _, m := c.do(r.method, r.path, r.body)
		times = append(times, cpu(c)-start)
		debug.SetGCPercent(percent)
		if status >= 400 {
			c.Fatalf("%s: %d %v", sh.name, status, m["detail"])
		}
	}
	return slices.Min(times)
}
