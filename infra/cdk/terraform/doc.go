// Package terraform holds the tests of the Terraform module in infra/terraform, which is for those who do not use the CDK.
//
//	golden templates of the CDK ──► service.json (internal/release) ──► *.tf ──► each name in them is declared
//
// Arguments, blocks and references are compared with the declarations of the provider of AWS that the package
// @cdktf/provider-aws has, by scripts/terraform.sh. `terraform validate` knows more, the types of expressions; it needs the
// provider itself, which a build without the registry of Terraform does not have.
package terraform
