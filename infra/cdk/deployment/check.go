package deployment

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	customerName = regexp.MustCompile(`^[a-z][a-z0-9-]{1,31}$`)
	account      = regexp.MustCompile(`^[0-9]{12}$`)
	region       = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	tenantID     = regexp.MustCompile(`^[a-z0-9-]{3,32}$`)
	hostName     = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
	tableName    = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
	folder       = regexp.MustCompile(`^(\.{1,2}/|/)[A-Za-z0-9_./-]*[A-Za-z0-9_-]$`)
	busName      = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	tagText      = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$`)
)

// retentions are the retention periods that CloudWatch Logs accepts, in days.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653}

// check returns one error for each invalid value. Each error begins with the key of the value.
func (c Customer) check() []error {
	var f faults
	f.when(!account.MatchString(c.Account), "account: %q is not an AWS account id (12 digits)", c.Account)
	f.when(!region.MatchString(c.Region), "region: %q is not an AWS region, such as eu-central-1", c.Region)
	f.oneOf("topology", c.Topology, Split, Single)
	f.oneOf("gateway", c.Gateway, HTTP, REST)
	f.oneOf("logLevel", c.LogLevel, "debug", "info", "warn", "error")
	f.when(!slices.Contains(retentions, c.LogRetentionDays), "logRetentionDays: %d is not one of %v", c.LogRetentionDays, retentions)
	f.when(c.Throttle.Rate < 1 || c.Throttle.Rate > 10_000, "throttle.rate: %d is not between 1 and 10000 requests per second", c.Throttle.Rate)
	f.when(c.Throttle.Burst < c.Throttle.Rate || c.Throttle.Burst > 5_000 && c.Throttle.Burst > c.Throttle.Rate,
		"throttle.burst: %d must be at least throttle.rate (%d) and at most 5000", c.Throttle.Burst, c.Throttle.Rate)
	f.when(c.ReservedConcurrency < 0 || c.ReservedConcurrency > 1_000, "reservedConcurrency: %d is not between 0 and 1000", c.ReservedConcurrency)
	f.when(c.Firewall && c.Gateway != REST, `firewall: AWS WAF does not support HTTP APIs; set "gateway": "rest" or remove "firewall"`)
	f.oneOf("activity", c.Activity, "all", "changes", "off")
	f.when(c.FeedDays < 0 || c.FeedDays > 365, "feedDays: %d is not between 0 (no feed) and 365", c.FeedDays)
	f.when(c.SendsFacts() && c.FeedDays == 0, "feedDays: 0 keeps no feed, of which webhooks and eventBus send; keep some days, or remove both")
	f.when(c.EventBus != "" && !busName.MatchString(c.EventBus) && !arnOf(c.EventBus, "events", c, "event-bus/"),
		`eventBus: %q is not "default", the ARN of a bus in %s, account %s, or a name of letters, digits, dots, - and _ for a new one`, c.EventBus, c.Region, c.Account)
	f.when(c.ActivityRetentionDays < 1 || c.ActivityRetentionDays > 3653, "activityRetentionDays: %d is not between 1 and 3653", c.ActivityRetentionDays)
	f.when(!tagText.MatchString(c.Stage), "stage: %q cannot be the value of a tag", c.Stage)
	if c.Canary != "" {
		f.oneOf("canary", c.Canary, sorted(canaries)...)
		f.when(!c.Alarms.Enabled, `canary: without alarms nothing would shift the traffic back; set "enabled": true under "alarms", or remove "canary"`)
	}
	f.when(c.Functions != "" && !folder.MatchString(c.Functions), `functions: %q is not the folder of a Go program, such as "./cmd/mine"`, c.Functions)
	f.checkLimits(c)
	f.checkPublicBase(c)
	f.checkDomain(c)
	f.checkTable(c)
	if c.Alarms.Email != "" {
		a, err := mail.ParseAddress(c.Alarms.Email)
		f.when(err != nil || a.Address != c.Alarms.Email, "alarms.email: %q is not an e-mail address", c.Alarms.Email)
		f.when(!c.Alarms.Enabled, `alarms.email: alarms are not enabled, so no message would be sent; set "enabled": true`)
	}
	for _, t := range c.Tenants {
		f.when(!tenantID.MatchString(t), "tenants: %q is not a tenant id (3 to 32 characters a-z, 0-9 and '-')", t)
	}
	for _, k := range sorted(c.Tags) {
		f.when(!tagText.MatchString(k) || strings.HasPrefix(strings.ToLower(k), "aws:"), "tags: %q is not a valid tag key", k)
		f.when(!tagText.MatchString(c.Tags[k]), "tags: the value of %q is empty, longer than 128 characters or contains a character that AWS does not allow in tags", k)
	}
	return f
}

type faults []error

func (f *faults) when(bad bool, format string, args ...any) {
	if bad {
		*f = append(*f, fmt.Errorf(format, args...))
	}
}

func (f *faults) oneOf(key, value string, allowed ...string) {
	f.when(!slices.Contains(allowed, value), "%s: %q is not one of %s; did you mean %q?", key, value, strings.Join(allowed, ", "), nearest(value, allowed))
}

func (f *faults) checkPublicBase(c Customer) {
	if c.PublicBase == "" {
		return
	}
	u, err := url.Parse(c.PublicBase)
	f.when(err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || !strings.HasSuffix(u.Path, "/scim/v2"),
		"publicBase: %q is not an https URL that ends in /scim/v2, such as https://scim.example.com/scim/v2", c.PublicBase)
}

// checkDomain also compares the certificate with the target: API Gateway refuses one of another region or account.
func (f *faults) checkDomain(c Customer) {
	d := c.Domain
	if d == nil {
		return
	}
	f.when(!hostName.MatchString(d.Name), "domain.name: %q is not a host name", d.Name)
	f.when(!arnOf(d.CertificateArn, "acm", c, "certificate/"), "domain.certificateArn: %q is not the ARN of a certificate in %s, account %s; create the certificate in AWS Certificate Manager of this region first",
		d.CertificateArn, c.Region, c.Account)
	f.when((d.HostedZoneID == "") != (d.HostedZoneName == ""), "domain: set both hostedZoneId and hostedZoneName, or neither")
	f.when(d.HostedZoneName != "" && !strings.HasSuffix("."+d.Name, "."+d.HostedZoneName), "domain.hostedZoneName: %q does not contain the host name %q", d.HostedZoneName, d.Name)
}

// checkTable also refuses the properties of a new table beside an existing one, which they would not change.
func (f *faults) checkTable(c Customer) {
	t := c.Table
	f.when(t.MaxReadUnits < 0, "table.maxReadUnits: %d is negative", t.MaxReadUnits)
	f.when(t.MaxWriteUnits < 0, "table.maxWriteUnits: %d is negative", t.MaxWriteUnits)
	e := t.Existing
	if e == nil {
		return
	}
	f.when(!tableName.MatchString(e.Name), "table.existing.name: %q is not a valid table name", e.Name)
	f.when(!arnOf(e.StreamArn, "dynamodb", c, "table/"+e.Name+"/stream/"), "table.existing.streamArn: %q is not the ARN of a stream of the table %q in %s, account %s; "+
		"aws dynamodb describe-table prints it as LatestStreamArn", e.StreamArn, e.Name, c.Region, c.Account)
	f.when(e.KeyArn != "" && !strings.HasPrefix(e.KeyArn, "arn:"), "table.existing.keyArn: %q is not an ARN", e.KeyArn)
	f.when(t.CustomerKey, `table.customerKey: the key of an existing table cannot be made here; name it in "keyArn" under "existing", and remove "customerKey"`)
	f.when(t.MaxReadUnits > 0, `table.maxReadUnits: does not change an existing table; remove it, and set the cap of the table itself`)
	f.when(t.MaxWriteUnits > 0, `table.maxWriteUnits: does not change an existing table; remove it, and set the cap of the table itself`)
}

// arnOf reports whether an ARN names a resource of a service in the region and account of the customer.
func arnOf(arn, service string, c Customer, resource string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && strings.HasPrefix(parts[1], "aws") && parts[2] == service && parts[3] == c.Region && parts[4] == c.Account &&
		strings.HasPrefix(parts[5], resource) && len(parts[5]) > len(resource)
}
