# What a deployment has, without the names of one: made of the CDK's templates, which are tested; the file is never edited.
data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  facts     = jsondecode(file("${path.module}/service.json"))
  name      = "scimstack-${var.customer}"
  region    = data.aws_region.current.name
  functions = local.facts.functions
  tags      = merge({ service = "scimstack", customer = var.customer }, var.tags)

  # {name}, {account}, … of service.json.
  braces = {
    "{name}"       = local.name
    "{customer}"   = var.customer
    "{partition}"  = data.aws_partition.current.partition
    "{dns_suffix}" = data.aws_partition.current.dns_suffix
    "{region}"     = local.region
    "{account}"    = data.aws_caller_identity.current.account_id
  }

  # Replaced in every policy; those of one function follow in functions.tf.
  policies = { for name, f in local.functions : name => replace(replace(replace(replace(
    jsonencode(f.policy),
    "{partition}", local.braces["{partition}"]),
    "{region}", local.braces["{region}"]),
    "{account}", local.braces["{account}"]),
    "{name}", local.braces["{name}"],
  ) }

  host        = "${aws_apigatewayv2_api.api.id}.execute-api.${local.region}.${local.braces["{dns_suffix}"]}"
  public_base = var.public_base != "" ? var.public_base : "https://${local.host}/scim/v2"

  # What the variables of this module say instead of the defaults of the CDK.
  settings = {
    SCIMSTACK_TABLE         = local.name
    SCIMSTACK_LOG_LEVEL     = var.log_level
    SCIMSTACK_ACTIVITY      = var.activity
    SCIMSTACK_ACTIVITY_DAYS = tostring(var.activity_days)
    SCIMSTACK_FEED_DAYS     = tostring(var.feed_days)
  }
}
