// Package node has receiver.mjs: an application in Node that keeps its users in step with SCIM, by webhooks.
//
//	scimstack serve ─► POST, signed ─► receiver.mjs: verified, then an upsert by id and number
package node
