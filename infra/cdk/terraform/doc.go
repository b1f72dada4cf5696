// Package terraform holds the tests of the Terraform module in infra/terraform, which is for those who do not use the CDK.
//
//	golden templates of the CDK ──► service.json (internal/release) ──► *.tf ──► each name in them is declared
//
// `terraform validate` knows more, the arguments of each resource; it needs the provider of AWS, which a build without the
// registry of Terraform does not have. scripts/terraform.sh runs it where there is one.
package terraform
