output "base_url" {
  description = "Base URL; append the tenant id."
  value       = local.public_base
}

output "table_name" {
  description = "DynamoDB table, for scimstack --table."
  value       = aws_dynamodb_table.table.name
}

output "dead_letters" {
  description = "URL of the dead-letter queue, for scimstack table dead-letters --queue."
  value       = aws_sqs_queue.dead_letters.url
}
