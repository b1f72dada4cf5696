locals {
  answering = { for name, f in local.functions : name => f if length(f.routes) > 0 }
  routes    = merge([for name, f in local.answering : { for key, auth in f.routes : key => { function = name, auth = auth } }]...)
}

resource "aws_apigatewayv2_api" "api" {
  name          = local.name
  description   = replace(local.facts.gateway.api.Description, "{customer}", var.customer)
  protocol_type = local.facts.gateway.api.ProtocolType
  tags          = local.tags
}

resource "aws_apigatewayv2_integration" "function" {
  for_each               = local.answering
  api_id                 = aws_apigatewayv2_api.api.id
  integration_type       = local.facts.integration.IntegrationType
  integration_uri        = aws_lambda_function.function[each.key].arn
  payload_format_version = local.facts.integration.PayloadFormatVersion
  timeout_milliseconds   = local.facts.integration.TimeoutInMillis
}

# A request is authenticated by its function. Only the administration needs IAM.
resource "aws_apigatewayv2_route" "route" {
  for_each           = local.routes
  api_id             = aws_apigatewayv2_api.api.id
  route_key          = each.key
  authorization_type = each.value.auth
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
}

resource "aws_lambda_permission" "gateway" {
  for_each      = local.answering
  statement_id  = "gateway"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.function[each.key].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.api.execution_arn}/*/*"
}

resource "aws_cloudwatch_log_group" "access" {
  name              = replace(local.facts.log_groups.LogGroupName, "{customer}", var.customer)
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_apigatewayv2_stage" "stage" {
  api_id      = aws_apigatewayv2_api.api.id
  name        = local.facts.gateway.stage.StageName
  auto_deploy = local.facts.gateway.stage.AutoDeploy
  tags        = local.tags

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.facts.gateway.stage.AccessLogSettings.Format
  }

  default_route_settings {
    detailed_metrics_enabled = local.facts.gateway.stage.DefaultRouteSettings.DetailedMetricsEnabled
    throttling_rate_limit    = var.throttle.rate
    throttling_burst_limit   = var.throttle.burst
  }
}
