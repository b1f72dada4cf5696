// Command http measures what a request costs a server over real HTTP: ours, one that does nothing but
// send the same bytes, and peers, each in a process of its own on loopback.
//
//	main.go ──► server.go ──► ours:    scimstack dev, as it is released, its log on standard error
//	   │                      hello:   hello.go, net/http alone, sends the body of ours
//	   │                      same:    the same with all header fields of ours
//	   │                      elimity: peer.go, elimity-com/scim over locked maps
//	   │                      scimmy, scim2-server, scim-sdk: foreign.go, the folders of peers
//	   ├──► fill.go: users and a group; checks of answers
//	   ├──► cases.go: seven requests; each answer is checked once before anything is timed
//	   ├──► load.go: connections that send one request after the other
//	   ├──► process.go: processor time and memory of a server and its children, from /proc
//	   └──► table.go: medians and ratios
//
// The servers take turns in every round, and ratios are medians of the ratios within a round: a slow
// minute of the machine affects both sides. Processor time is what to compare. Rates and times of answers
// depend on what else the machine does, and on the clients, which share it.
//
// The peers in other languages need npm, pip and Maven to install what their folders name. Where that is not
// to be had, they are left out with a reason. A peer that answers a case wrongly has the reason in its cell.
//
// It needs Linux, for /proc.
package main
