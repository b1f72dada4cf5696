locals {
  table = local.facts.table
  types = { for a in local.table.AttributeDefinitions : a.AttributeName => a.AttributeType }
  keys  = { for k in local.table.KeySchema : k.KeyType => k.AttributeName }
}

resource "aws_dynamodb_table" "table" {
  name                        = local.name
  billing_mode                = local.table.BillingMode
  hash_key                    = local.keys.HASH
  range_key                   = local.keys.RANGE
  stream_enabled              = true
  stream_view_type            = local.table.StreamSpecification.StreamViewType
  deletion_protection_enabled = var.deletion_protection
  tags                        = local.tags

  dynamic "attribute" {
    for_each = local.types
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for i in local.table.GlobalSecondaryIndexes : i.IndexName => i }
    content {
      name               = global_secondary_index.key
      hash_key           = [for k in global_secondary_index.value.KeySchema : k.AttributeName if k.KeyType == "HASH"][0]
      range_key          = [for k in global_secondary_index.value.KeySchema : k.AttributeName if k.KeyType == "RANGE"][0]
      projection_type    = global_secondary_index.value.Projection.ProjectionType
      non_key_attributes = global_secondary_index.value.Projection.NonKeyAttributes
    }
  }

  ttl {
    attribute_name = local.table.TimeToLiveSpecification.AttributeName
    enabled        = local.table.TimeToLiveSpecification.Enabled
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }
}
