resource "aws_sqs_queue" "dead_letters" {
  name                      = replace(local.facts.dead_letters.QueueName, "{name}", local.name)
  message_retention_seconds = local.facts.dead_letters.MessageRetentionPeriod
  sqs_managed_sse_enabled   = local.facts.dead_letters.SqsManagedSseEnabled
  tags                      = local.tags
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy    = replace(jsonencode(local.facts.dead_letters_policy), "{dead_letters_arn}", aws_sqs_queue.dead_letters.arn)
}

resource "aws_lambda_event_source_mapping" "stream" {
  function_name                      = aws_lambda_function.function["stream"].arn
  event_source_arn                   = aws_dynamodb_table.table.stream_arn
  starting_position                  = local.facts.stream.StartingPosition
  batch_size                         = local.facts.stream.BatchSize
  bisect_batch_on_function_error     = local.facts.stream.BisectBatchOnFunctionError
  maximum_batching_window_in_seconds = local.facts.stream.MaximumBatchingWindowInSeconds
  maximum_record_age_in_seconds      = local.facts.stream.MaximumRecordAgeInSeconds
  maximum_retry_attempts             = local.facts.stream.MaximumRetryAttempts
  parallelization_factor             = local.facts.stream.ParallelizationFactor
  function_response_types            = local.facts.stream.FunctionResponseTypes
  tags                               = local.tags

  filter_criteria {
    dynamic "filter" {
      for_each = local.facts.stream.FilterCriteria.Filters
      content {
        pattern = filter.value.Pattern
      }
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

# The recount of the counters, and the look at the health of connections.
resource "aws_cloudwatch_event_rule" "schedule" {
  for_each            = local.facts.schedules
  name                = "${local.name}-${each.key}"
  description         = replace(each.value.Description, "{customer}", var.customer)
  schedule_expression = each.value.ScheduleExpression
  tags                = local.tags
}

resource "aws_cloudwatch_event_target" "schedule" {
  for_each = local.facts.schedules
  rule     = aws_cloudwatch_event_rule.schedule[each.key].name
  arn      = aws_lambda_function.function["stream"].arn
  input    = each.value.Targets[0].Input

  retry_policy {
    maximum_retry_attempts = each.value.Targets[0].RetryPolicy.MaximumRetryAttempts
  }
}

resource "aws_lambda_permission" "schedule" {
  for_each      = local.facts.schedules
  statement_id  = "schedule-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.function["stream"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.schedule[each.key].arn
}
