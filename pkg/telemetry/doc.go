// Package telemetry gives a service spans and metrics of OpenTelemetry.
//
//	scimstack.Config.Telemetry ◄── New(Options)
//	        │
//	request ──► Wrap: span begins ──► service ──► Observe: name and attributes of the span, metric
//	                                     └─► spans of the database, in the context of the request
//
// It calls the API of OpenTelemetry only. The application brings the SDK, which decides what is sampled and
// where it is sent; without one nothing is recorded. A service without Config.Telemetry does not contain
// this package or any of OpenTelemetry.
//
// Each request of SCIM is a span of kind server, such as "create User", with the attributes
//
//	http.request.method, http.response.status_code, scim.operation, scim.resource_type, scim.tenant, scim.idp,
//	scim.request_id, scim.code (of a failure), scim.error_id (of a 5xx; the log has the cause under it)
//
// and each operation of a bulk request is an event of its span. Requests of agents and of the log have a span
// with their path as its name, with method and status, and health pages have none. Names of users, values and queries are in no span.
//
// The metric scim.server.request.duration is a histogram in seconds, by scim.operation, scim.resource_type, scim.idp
// and http.response.status_code. The tenant is not among them, since each series costs.
package telemetry
