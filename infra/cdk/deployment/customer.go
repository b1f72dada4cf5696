package deployment

// Customer is one deployment, described by one file customers/<name>.json. A key that the file
// omits has the value that Defaults gives it. Prices are us-east-1 list prices per month.
type Customer struct {
	// Name is the name of the file without .json. The names of the stacks, the table and the
	// functions begin with scimstack-<name>.
	Name string `json:"-"`

	// Account (12 digits) and Region are the target of the deployment. Both are required.
	// Nothing is looked up in the account during synthesis.
	Account string `json:"account"`
	Region  string `json:"region"`
	// Stage is written to the tags only: production, staging, …
	Stage string            `json:"stage"`
	Tags  map[string]string `json:"tags"`

	// Topology is "split" (one function per endpoint) or "single" (one function for all of
	// them). "single" has fewer cold starts, which matters for a small customer, but one role
	// holds all rights. Both cost the same.
	Topology string `json:"topology"`
	// Gateway is "http" ($1.00 per million requests) or "rest" ($3.50 per million). A REST API
	// supports AWS WAF and answers with SCIM errors when the gateway itself rejects a request.
	Gateway string `json:"gateway"`
	// PublicBase is the base URL without the tenant, for example
	// https://scim.example.com/scim/v2. Every URL in a response begins with it. If it is
	// empty, it is derived from Domain, or from the gateway's host name without a Domain.
	PublicBase string `json:"publicBase"`
	// Domain is a custom domain. Its hosted zone costs $0.50.
	Domain   *Domain  `json:"domain"`
	Throttle Throttle `json:"throttle"`
	// ReservedConcurrency limits the concurrent executions of each HTTP function, and so its
	// cost and load. 0 reserves none.
	ReservedConcurrency int `json:"reservedConcurrency"`
	// AccountConcurrency is the account's quota of concurrent executions, of which AWS keeps 100
	// unreserved. AWS begins with 1,000, some new accounts with less.
	AccountConcurrency int `json:"accountConcurrency"`
	// Canary shifts the traffic of a changed function with CodeDeploy, such as
	// "10percent5minutes": 10 % of it for 5 minutes, then all. An alarm in that time shifts it
	// back, so it needs Alarms. Empty shifts all at once.
	Canary string `json:"canary"`

	// Functions is the folder of a Go program of your own, such as "./cmd/mine", that calls
	// awslambda.Start with scimstack.All(): the service with your hooks. It is relative to this repository,
	// and may be in another module. All functions that answer requests are this program then. Empty
	// deploys the programs in functions/.
	Functions string `json:"functions"`

	Table Table `json:"table"`
	// TenantSessions makes the functions reach the items of a tenant with a session of a role that
	// reaches the items of that tenant only. Their own roles then read settings and tokens only.
	TenantSessions bool `json:"tenantSessions"`
	// Tenants, if not empty, lists the only tenants whose items the functions may reach. It is
	// a second line of defence for a deployment with few, known tenants.
	Tenants []string `json:"tenants"`

	// LogLevel is debug, info, warn or error. CloudWatch Logs costs $0.50 per GB ingested.
	LogLevel         string `json:"logLevel"`
	LogRetentionDays int    `json:"logRetentionDays"`
	// Activity is what the provisioning log in the table keeps: "all" requests, "changes" and
	// failures, or "off". A record is a write; those of reads are half of all writes.
	Activity string `json:"activity"`
	// ActivityRetentionDays is how long the table keeps a record of the provisioning log.
	ActivityRetentionDays int `json:"activityRetentionDays"`
	// FeedDays is how long the table keeps an entry of the feed of changes; 0 keeps no feed.
	FeedDays int `json:"feedDays"`
	// Webhooks sends facts to the webhooks of the table, which the webhook commands of scimstack make. It needs FeedDays. A queue
	// and a schedule for it cost about $0.30, and each change about $0.000004.
	Webhooks bool `json:"webhooks"`
	// EventBus puts all facts on a bus of Amazon EventBridge ($1.00 per million): "default" is that of the account, an
	// ARN one that exists, any other name a bus that the stack makes.
	EventBus string `json:"eventBus"`
	// Alarms cost $0.10 each; `make cost` counts them.
	Alarms Alarms `json:"alarms"`
	// Dashboard costs $3.00.
	Dashboard bool `json:"dashboard"`
	// Firewall puts AWS WAF in front of the gateway: $7.00, and $0.60 per million requests.
	// It needs Gateway "rest".
	Firewall bool `json:"firewall"`
	// Tracing switches X-Ray on: $5.00 per million recorded traces, the first 100,000 free.
	Tracing bool `json:"tracing"`
}

// Table describes the table and its protection.
type Table struct {
	// PointInTimeRecovery (PITR) costs $0.20 per GB.
	PointInTimeRecovery bool `json:"pointInTimeRecovery"`
	// DeletionProtection prevents the deletion of the table and of its stack.
	DeletionProtection bool `json:"deletionProtection"`
	// CustomerKey encrypts the table with a customer managed key (KMS): $1.00, and $0.03 per
	// 10,000 calls. Otherwise DynamoDB uses a key that AWS owns.
	CustomerKey bool `json:"customerKey"`
	// MaxReadUnits and MaxWriteUnits cap the request units per second, and so the cost. 0 sets
	// no cap.
	MaxReadUnits  int `json:"maxReadUnits"`
	MaxWriteUnits int `json:"maxWriteUnits"`
	// Existing names a table to use instead of a new one, such as a restored table. The
	// stateful stack is then not created.
	Existing *ExistingTable `json:"existing"`
}

// ExistingTable names a table in the account and region of the deployment.
type ExistingTable struct {
	Name      string `json:"name"`
	StreamArn string `json:"streamArn"`
	KeyArn    string `json:"keyArn"` // of its customer managed key, if it has one
}

// Domain is a custom domain of the gateway. It accepts TLS 1.2 and newer.
type Domain struct {
	Name           string `json:"name"`
	CertificateArn string `json:"certificateArn"` // in the region of the deployment
	// HostedZoneID and HostedZoneName create the alias record. Without them, create a CNAME
	// record that points at the stack output DomainTarget.
	HostedZoneID   string `json:"hostedZoneId"`
	HostedZoneName string `json:"hostedZoneName"`
}

// Throttle is the gateway's limit for all tenants together, in requests per second. It protects the
// account; tenants are kept apart by a limit of their own (50 requests per second by default), which the
// functions answer in the form of SCIM. So it is well above what a few busy tenants send.
type Throttle struct {
	Rate  int `json:"rate"`
	Burst int `json:"burst"`
}

// Alarms switches the CloudWatch alarms on. Email, if set, receives them.
type Alarms struct {
	Enabled bool   `json:"enabled"`
	Email   string `json:"email"`
}

// The values of Customer.Topology and Customer.Gateway.
const (
	Split  = "split"
	Single = "single"
	HTTP   = "http"
	REST   = "rest"
)

// Defaults returns the settings of a customer whose file is empty: protected against data loss,
// and $0 when idle.
func Defaults(name string) Customer {
	return Customer{
		Name: name, Stage: "production", Topology: Split, Gateway: HTTP,
		Throttle: Throttle{Rate: 1_000, Burst: 2_000},
		Table:    Table{PointInTimeRecovery: true, DeletionProtection: true},
		LogLevel: "info", LogRetentionDays: 30, Activity: "all", ActivityRetentionDays: 30, FeedDays: 30, AccountConcurrency: 1_000,
	}
}

// Prefix is the beginning of every physical resource name of the deployment.
func (c Customer) Prefix() string { return "scimstack-" + c.Name }

// SendsFacts reports whether a function sends facts on.
func (c Customer) SendsFacts() bool { return c.Webhooks || c.EventBus != "" }

// TableName returns the name of the table that the functions use.
func (c Customer) TableName() string {
	if c.Table.Existing != nil {
		return c.Table.Existing.Name
	}
	return c.Prefix()
}
