package tenant

import (
	"crypto/rand"
	"fmt"
	"hash/crc32"
)

// clientSecretPrefix begins the secrets of clients, so that scanners find one that has leaked.
const clientSecretPrefix = "scimc_"

// NewClientSecret makes a secret of a client with 260 random bits: scimc_<client>_<secret><check>. What is stored is
// its SHA-256 (Secret.Hash).
func NewClientSecret(client string) string {
	body := clientSecretPrefix + client + "_" + rand.Text() + rand.Text()
	return fmt.Sprintf("%s%08x", body, crc32.ChecksumIEEE([]byte(body)))
}
