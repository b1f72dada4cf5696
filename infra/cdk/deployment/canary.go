package deployment

// canaries are the values of Customer.Canary, with the names that CodeDeploy has for them.
var canaries = map[string]string{
	"10percent5minutes":             "LambdaCanary10Percent5Minutes",
	"10percent10minutes":            "LambdaCanary10Percent10Minutes",
	"10percent15minutes":            "LambdaCanary10Percent15Minutes",
	"10percent30minutes":            "LambdaCanary10Percent30Minutes",
	"linear10percentevery1minute":   "LambdaLinear10PercentEvery1Minute",
	"linear10percentevery2minutes":  "LambdaLinear10PercentEvery2Minutes",
	"linear10percentevery3minutes":  "LambdaLinear10PercentEvery3Minutes",
	"linear10percentevery10minutes": "LambdaLinear10PercentEvery10Minutes",
}

// CanaryConfig returns the name of CodeDeploy's configuration; it is empty without a canary.
func (c Customer) CanaryConfig() string {
	if c.Canary == "" {
		return ""
	}
	return "CodeDeployDefault." + canaries[c.Canary]
}
