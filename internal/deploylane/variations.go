package main

// variation is a customer file of one kind.
type variation struct {
	name string
	file string // of the customer, without account and region
	// existing says that the table is made before, as a restored one is.
	existing bool
	// fails says that the first deployment of the table fails once and is repeated.
	fails bool
	// drawn says that the templates are synthesised and linted only.
	drawn bool
	// use says what runs through the gateway.
	use use
	// bus is the bus of EventBridge on which facts are looked for, beside a webhook.
	bus string
	// next are the files of updates, which run under load.
	next []string
	// stays is a part of the name of what outlives the service, beside the table.
	stays string
	// beyond says what the emulator cannot show.
	beyond string
}

// use says what runs through the gateway of a variation. Each includes those before it.
type use int

const (
	nothing     use = iota
	requests        // a user is created and read, and the stream is followed
	traffic         // the recorded traffic, and an MCP client
	transcripts     // the transcripts of internal/suite
)

// variations are all kinds of customers.
func variations() []variation {
	const domain = `"domain":{"name":"scim.example.com","certificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/x"}`
	return []variation{
		{name: "http", file: `{"alarms":{"enabled":true,"email":"ops@example.com"},"dashboard":true}`, use: transcripts},
		{name: "single", file: `{"topology":"single"}`, use: traffic},
		{name: "switch", file: `{}`, use: requests, next: []string{`{"topology":"single"}`, `{}`}},
		{name: "key", file: `{"table":{"customerKey":true,"deletionProtection":false,"pointInTimeRecovery":true}}`, use: requests, fails: true},
		{name: "existing", file: `{}`, existing: true, use: requests},
		{name: "tenants", file: `{"tenants":["globex","initech"]}`, use: traffic, beyond: "it enforces no IAM, so the list of tenants restricts nothing"},
		{name: "sessions", file: `{"tenantSessions":true}`, use: traffic, beyond: "it enforces no IAM, so the role of a tenant restricts nothing"},
		{name: "facts", file: `{"webhooks":true,"eventBus":"scimstack-facts-bus"}`, use: requests, bus: "scimstack-facts-bus"},
		{name: "own", file: `{"functions":"./examples/lambda"}`, use: requests},
		{name: "domain", file: `{` + domain + `}`, beyond: "no name server answers for the domain, and no alias record is made without a hosted zone"},
		{
			name: "rest", file: `{"gateway":"rest"}`, use: traffic, stays: "LogAccount",
			beyond: "it accepts a stage whose account has no role for its log, and serves requests without a snapshot",
		},
		{name: "restsingle", file: `{"gateway":"rest","topology":"single","publicBase":"https://scim.example.com/scim/v2"}`, use: requests, stays: "LogAccount"},
		{name: "restdomain", file: `{"gateway":"rest",` + domain + `}`, stays: "LogAccount", beyond: "as for the variation domain"},
		{
			name: "canary", file: `{"canary":"10percent5minutes","alarms":{"enabled":true}}`, drawn: true,
			beyond: "it does not know CodeDeploy",
		},
		{name: "firewall", file: `{"gateway":"rest","firewall":true}`, drawn: true, beyond: "it does not know the association of AWS WAF with a stage"},
	}
}
