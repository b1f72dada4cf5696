resource "aws_cloudwatch_log_group" "function" {
  for_each          = local.functions
  name              = "/aws/lambda/${local.name}-${each.key}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "function" {
  for_each    = local.functions
  name        = "${local.name}-${each.key}-${local.region}"
  description = "scimstack: the function ${each.key} of ${var.customer}"
  tags        = local.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# The rights of a function: those that the CDK gives it, no more.
resource "aws_iam_role_policy" "function" {
  for_each = local.functions
  name     = "rights"
  role     = aws_iam_role.function[each.key].id
  policy = replace(replace(replace(
    local.policies[each.key],
    "{log_arn}", "${aws_cloudwatch_log_group.function[each.key].arn}:*"),
    "{stream_arn}", aws_dynamodb_table.table.stream_arn),
    "{dead_letters_arn}", aws_sqs_queue.dead_letters.arn,
  )
}

resource "aws_lambda_function" "function" {
  for_each         = local.functions
  function_name    = "${local.name}-${each.key}"
  description      = each.value.properties.Description
  role             = aws_iam_role.function[each.key].arn
  filename         = "${var.zips}/${each.key}.zip"
  source_code_hash = filebase64sha256("${var.zips}/${each.key}.zip")
  runtime          = each.value.properties.Runtime
  handler          = each.value.properties.Handler
  architectures    = [var.architecture]
  memory_size      = each.value.properties.MemorySize
  timeout          = each.value.properties.Timeout
  tags             = local.tags

  environment {
    variables = merge(
      { for k, v in each.value.environment : k => k == "SCIMSTACK_PUBLIC_BASE" ? local.public_base : v },
      local.settings,
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  depends_on = [aws_iam_role_policy.function]
}
