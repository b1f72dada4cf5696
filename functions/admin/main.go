// Command admin is the Lambda function of /admin/v1, the administration of tenants. Its routes need IAM (SigV4).
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
	"github.com/scimstack/scimstack/pkg/awslambda/tableadmin"
)

func main() {
	awslambda.Start(scimstack.Config{Admin: tableadmin.New()}, scimstack.Admin())
}
