package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// observe creates the alarms and the dashboard that the customer file switches on. It returns the alarms by their id.
func observe(s awscdk.Stack, c deployment.Customer, api *API, functions map[string]awslambda.Function) map[string]awscloudwatch.CfnAlarm {
	here := constructs.NewConstruct(s, jsii.String("Observability"))
	all := c
	all.Alarms.Enabled = true // the dashboard shows every metric, even if its alarm is off
	if c.Alarms.Enabled || c.Dashboard {
		count(here, api, deployment.AlarmsOf(all))
	}
	out := map[string]awscloudwatch.CfnAlarm{}
	if alarms := deployment.AlarmsOf(c); len(alarms) > 0 {
		topic := newTopic(here, c)
		for _, a := range alarms {
			out[a.ID] = newAlarm(here, c, a, dimensions(c, api, a, functions))
			out[a.ID].SetAlarmActions(&[]*string{topic.Ref()})
			out[a.ID].SetOkActions(&[]*string{topic.Ref()})
		}
	}
	if !c.Dashboard {
		return out
	}
	board := awscloudwatch.NewDashboard(here, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{DashboardName: jsii.String(c.Prefix())})
	var row []awscloudwatch.IWidget
	for _, a := range deployment.AlarmsOf(all) {
		metric := awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String(a.Namespace), MetricName: jsii.String(a.Metric), Statistic: jsii.String(a.Statistic),
			Period: awscdk.Duration_Minutes(jsii.Number(a.Minutes)), DimensionsMap: dimensions(c, api, a, functions),
		})
		row = append(row, awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{Title: jsii.String(a.ID), Left: &[]awscloudwatch.IMetric{metric}, Width: jsii.Number(8)}))
	}
	board.AddWidgets(row...)
	return out
}

// count makes the metrics of the access log.
func count(here constructs.Construct, api *API, alarms []deployment.Alarm) {
	for _, a := range alarms {
		if a.Filter != "" {
			awslogs.NewCfnMetricFilter(here, jsii.String("Count"+a.ID), &awslogs.CfnMetricFilterProps{
				LogGroupName: api.logs.LogGroupName(), FilterPattern: jsii.String(a.Filter),
				MetricTransformations: &[]any{&awslogs.CfnMetricFilter_MetricTransformationProperty{
					MetricNamespace: jsii.String(a.Namespace), MetricName: jsii.String(a.Metric), MetricValue: jsii.String("1"),
				}},
			})
		}
	}
}

func newAlarm(here constructs.Construct, c deployment.Customer, a deployment.Alarm, dimensions *map[string]*string) awscloudwatch.CfnAlarm {
	alarm := awscloudwatch.NewCfnAlarm(here, jsii.String(a.ID), &awscloudwatch.CfnAlarmProps{
		AlarmName: jsii.String(c.Prefix() + "-" + a.ID), AlarmDescription: jsii.String(a.Says),
		Namespace: jsii.String(a.Namespace), MetricName: jsii.String(a.Metric), Period: jsii.Number(a.Minutes * 60),
		EvaluationPeriods: jsii.Number(a.Periods), Threshold: jsii.Number(a.Threshold), ComparisonOperator: jsii.String("GreaterThanOrEqualToThreshold"),
		TreatMissingData: jsii.String("notBreaching"),
	})
	if strings.HasPrefix(a.Statistic, "p") {
		alarm.SetExtendedStatistic(jsii.String(a.Statistic))
	} else {
		alarm.SetStatistic(jsii.String(a.Statistic))
	}
	if dimensions == nil {
		return alarm
	}
	var list []any
	for _, k := range slices.Sorted(maps.Keys(*dimensions)) {
		list = append(list, &awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(k), Value: (*dimensions)[k]})
	}
	alarm.SetDimensions(&list)
	return alarm
}

// dimensions returns the CloudWatch dimensions that select the measured resource; nil for a metric of the access log.
func dimensions(c deployment.Customer, api *API, a deployment.Alarm, functions map[string]awslambda.Function) *map[string]*string {
	switch a.Dimension {
	case "":
		return nil
	case "api":
		if c.Gateway == deployment.REST {
			return &map[string]*string{"ApiName": jsii.String(c.Prefix())}
		}
		return &map[string]*string{"ApiId": jsii.String(api.id)}
	case "table":
		return &map[string]*string{"TableName": jsii.String(c.TableName())}
	case "health":
		return &map[string]*string{"table": jsii.String(c.TableName())}
	case "index":
		return &map[string]*string{"TableName": jsii.String(c.TableName()), "GlobalSecondaryIndexName": jsii.String(indexName)}
	case "facts", "facts-dead-letters":
		return &map[string]*string{"QueueName": jsii.String(c.Prefix() + "-" + a.Dimension)}
	case "queue":
		return &map[string]*string{"QueueName": jsii.String(c.Prefix() + "-stream-dead-letters")}
	}
	return &map[string]*string{"FunctionName": functions[a.Dimension].FunctionName()}
}

// indexName is the name of the table's one index.
const indexName = "GSI1"

// newTopic creates the SNS topic of the alarms and the subscription of the customer's e-mail.
func newTopic(scope constructs.Construct, c deployment.Customer) awssns.CfnTopic {
	topic := awssns.NewCfnTopic(scope, jsii.String("Topic"), &awssns.CfnTopicProps{TopicName: jsii.String(c.Prefix() + "-alarms")})
	accept(topic, "AwsSolutions-SNS3", "only CloudWatch publishes to the topic, from within AWS, and an alarm contains no personal data")
	if c.Alarms.Email != "" {
		awssns.NewCfnSubscription(scope, jsii.String("Email"), &awssns.CfnSubscriptionProps{TopicArn: topic.Ref(), Protocol: jsii.String("email"), Endpoint: jsii.String(c.Alarms.Email)})
	}
	return topic
}

// fingerprint returns a short hash for a logical id.
func fingerprint(parts []string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:4])
}
