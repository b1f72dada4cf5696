package main

// What the operating system usually has, for an image that has nothing but this program: root certificates, which are used
// only where the system has none, and time zones.
import (
	_ "time/tzdata"

	_ "golang.org/x/crypto/x509roots/fallback"
)
