package main
import "testing"
func BenchmarkCreate(b *testing.B) { f := requests(newSide("ours", newOurs(), oursBase), 1000)["create"]; b.ResetTimer(); f(b) }
func BenchmarkPeer(b *testing.B) { p,_ := newPeer(); f := requests(newSide("elimity", p, ""), 1000)["create"]; b.ResetTimer(); f(b) }
