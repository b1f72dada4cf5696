package deployment

// Customer is one deployment: one file customers/<name>.json. What the file leaves out has
// the value of Defaults. Prices are us-east-1 list prices per month.
type Customer struct {
	// Name is the name of the file. It stands in the names of the stacks, of the table
	// (scimstack-<name>) and of the functions.
	Name string `json:"-"`

	// Account (12 digits) and Region say where; nothing is looked up.
	Account string `json:"account"`
	Region  string `json:"region"`
	// Stage goes into the tags only: production, staging, …
	Stage string            `json:"stage"`
	Tags  map[string]string `json:"tags"`

	// Topology is "split" (a function per endpoint) or "single" (one function for all of
	// them: fewer cold starts for a small customer, one role for everything). Same price.
	Topology string `json:"topology"`
	// Gateway is "http" ($1.00 per million requests) or "rest" ($3.50 per million; takes a
	// firewall and gives SCIM errors for what the gateway itself refuses).
	Gateway string `json:"gateway"`
	// PublicBase is what stands before the tenant in every URL that is sent out, for example
	// https://scim.example.com/scim/v2. Empty: from the domain, else from the gateway.
	PublicBase string `json:"publicBase"`
	// Domain is a host name of one's own: $0.50 for its hosted zone.
	Domain   *Domain  `json:"domain"`
	Throttle Throttle `json:"throttle"`
	// ReservedConcurrency of each HTTP function is a fuse on cost and load; 0: none is reserved.
	ReservedConcurrency int `json:"reservedConcurrency"`

	Table Table `json:"table"`
	// TenantSessions makes the role that narrows a session to the items of one tenant.
	TenantSessions bool `json:"tenantSessions"`
	// Tenants, if not empty, are the only tenants that the functions may reach: a second
	// wall without sessions, for a deployment whose few tenants are known.
	Tenants []string `json:"tenants"`

	// LogLevel is debug, info, warn or error. Logs cost $0.50 per GB taken in.
	LogLevel         string `json:"logLevel"`
	LogRetentionDays int    `json:"logRetentionDays"`
	// Alarms cost $0.10 each; `make cost` counts them.
	Alarms Alarms `json:"alarms"`
	// Dashboard costs $3.00.
	Dashboard bool `json:"dashboard"`
	// Firewall is AWS WAF: $7.00 and $0.60 per million requests. Gateway "rest" only.
	Firewall bool `json:"firewall"`
	// Tracing is X-Ray: $5.00 per million traces recorded, the first 100,000 free.
	Tracing bool `json:"tracing"`
}

// Table is the stateful part.
type Table struct {
	// PointInTimeRecovery costs $0.20 per GB.
	PointInTimeRecovery bool `json:"pointInTimeRecovery"`
	// DeletionProtection refuses the deletion of the table and of its stack.
	DeletionProtection bool `json:"deletionProtection"`
	// CustomerKey is a KMS key of the account: $1.00 and $0.03 per 10,000 calls.
	CustomerKey bool `json:"customerKey"`
	// MaxReadUnits and MaxWriteUnits per second are cost fuses; 0: no limit.
	MaxReadUnits  int `json:"maxReadUnits"`
	MaxWriteUnits int `json:"maxWriteUnits"`
	// Existing is a table that is there already, such as a restored one. The stateful stack
	// is then not made.
	Existing *ExistingTable `json:"existing"`
}

// ExistingTable names a table of the same account and region.
type ExistingTable struct {
	Name      string `json:"name"`
	StreamArn string `json:"streamArn"`
	KeyArn    string `json:"keyArn"` // of its customer key, if it has one
}

// Domain is a custom domain of the gateway, TLS 1.2 or newer.
type Domain struct {
	Name           string `json:"name"`
	CertificateArn string `json:"certificateArn"` // in the region of the deployment
	// HostedZoneID and HostedZoneName make the alias record; without them the stack's
	// output DomainTarget says where a CNAME must point.
	HostedZoneID   string `json:"hostedZoneId"`
	HostedZoneName string `json:"hostedZoneName"`
}

// Throttle is the gateway's limit over all tenants, in requests per second.
type Throttle struct {
	Rate  int `json:"rate"`
	Burst int `json:"burst"`
}

// Alarms are CloudWatch alarms; Email is told of them.
type Alarms struct {
	Enabled bool   `json:"enabled"`
	Email   string `json:"email"`
}

// Topologies and gateways.
const (
	Split  = "split"
	Single = "single"
	HTTP   = "http"
	REST   = "rest"
)

// Defaults is a customer whose file is empty: safe, and $0 when idle.
func Defaults(name string) Customer {
	return Customer{
		Name: name, Stage: "production", Topology: Split, Gateway: HTTP,
		Throttle: Throttle{Rate: 100, Burst: 200},
		Table:    Table{PointInTimeRecovery: true, DeletionProtection: true},
		LogLevel: "info", LogRetentionDays: 30,
	}
}

// Prefix begins every physical name of the deployment.
func (c Customer) Prefix() string { return "scimstack-" + c.Name }

// TableName is the table that the functions use.
func (c Customer) TableName() string {
	if c.Table.Existing != nil {
		return c.Table.Existing.Name
	}
	return c.Prefix()
}
