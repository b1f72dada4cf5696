package main

// variation is a customer file of one kind.
type variation struct {
	name string
	file string // of the customer, without account and region
	// served says that requests reach the functions through the emulator's gateway.
	served bool
	// beyond says what the emulator cannot show.
	beyond string
}

// variations are all kinds of customers.
func variations() []variation {
	return []variation{
		{name: "http", file: `{}`, served: true},
		{name: "single", file: `{"topology":"single"}`, served: true},
		{name: "key", file: `{"table":{"customerKey":true,"deletionProtection":true,"pointInTimeRecovery":true}}`, served: true},
		{name: "tenants", file: `{"tenants":["globex","initech"]}`, beyond: "it enforces no IAM, so the list of tenants restricts nothing"},
		{name: "sessions", file: `{"tenantSessions":true}`, served: true, beyond: "it enforces no IAM, so the role of a tenant restricts nothing"},
		{
			name: "domain", file: `{"domain":{"name":"scim.example.com","certificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/x"}}`,
			beyond: "no name server answers for the domain; the alias record needs a hosted zone, which the lane does not make yet",
		},
		{
			name: "rest", file: `{"gateway":"rest","publicBase":"https://scim.example.com/scim/v2"}`,
			beyond: "it does not serve an imported REST API",
		},
	}
}
