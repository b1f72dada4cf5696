// Package logtest is the conformance suite of activity.Log.
package logtest
