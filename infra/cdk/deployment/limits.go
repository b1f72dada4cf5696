package deployment

import "slices"

const (
	// unreserved are the concurrent executions that AWS keeps for functions without a reservation.
	unreserved = 100
	// maxPolicy is IAM's limit for all inline policies of a role, in characters.
	maxPolicy = 10_240
	// policyRest is what a role's policies contain beside the keys of tenants, rounded up.
	policyRest = 4_000
	// perKeys are the patterns of one tenant in the longest policy, that of the function activity: seven, with all their
	// quotes, commas and segments, beside the tenant's id.
	perKeys, perKeysText = 7, 80
	// maxTags leaves room for the tags that every resource has.
	maxTags = 40
)

// httpFunctions counts the functions that the gateway invokes.
func (c Customer) httpFunctions() int {
	n := 0
	for _, f := range c.Deployed() {
		if len(f.Routes) > 0 {
			n++
		}
	}
	return n
}

// checkLimits checks values against AWS's quotas.
func (f *faults) checkLimits(c Customer) {
	n := c.httpFunctions()
	f.when(c.ReservedConcurrency > 0 && c.ReservedConcurrency*n > c.AccountConcurrency-unreserved,
		"reservedConcurrency: %d for each of %d functions are %d, but the account has %d concurrent executions, of which %d stay unreserved; "+
			`reserve at most %d, or raise the quota and set "accountConcurrency"`,
		c.ReservedConcurrency, n, c.ReservedConcurrency*n, c.AccountConcurrency, unreserved, max(0, c.AccountConcurrency-unreserved)/n)
	f.when(c.AccountConcurrency < 10, "accountConcurrency: %d is less than any account has (10)", c.AccountConcurrency)
	size := policyRest
	for _, t := range c.Tenants {
		size += perKeys*len(t) + perKeysText
	}
	f.when(size > maxPolicy, "tenants: a policy with the keys of %d tenants is longer than IAM allows (%d of %d characters); "+
		`list fewer, distribute them over several customers, or set "tenantSessions": true instead`, len(c.Tenants), size, maxPolicy)
	for i, t := range c.Tenants {
		f.when(slices.Contains(c.Tenants[:i], t), "tenants: %q is listed twice", t)
	}
	f.when(len(c.Tags) > maxTags, "tags: %d tags are more than %d; AWS allows 50, some of which scimstack sets", len(c.Tags), maxTags)
}
