// Package release holds the tests of what a release contains: the programs, the image, their licences, and the module as the
// Go command gets it. They read the files that make the release, so that both agree.
//
//	commit ──► module proxy of files ──► go install …/cmd/scimstack@VERSION ──► scimstack version
//	                                                 │
//	Dockerfile ──► root of the image ◄───────────────┘ ──► serve, in a chroot ──► its health check
//
// The tests that build programs run in `make ci` (scripts/release.sh), the others with all tests.
package release
