package tenant_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// verify reports whether a PHC string is the argon2id hash of a password. It reads the cost from
// the string, as any other implementation does.
func verify(t *testing.T, hash, password string) bool {
	t.Helper()
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version, memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads); err != nil {
		t.Fatalf("%q: %v", hash, err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || len(salt) != 16 || version != argon2.Version {
		t.Fatalf("%q: %v", hash, err)
	}
	key := argon2.IDKey([]byte(password), salt, passes, memory, threads, 32)
	return base64.RawStdEncoding.EncodeToString(key) == parts[5]
}

func TestPassword(t *testing.T) {
	t.Parallel()
	hash, err := tenant.HashPassword("s3cret")
	if err != nil || strings.Contains(hash, "s3cret") || !verify(t, hash, "s3cret") || verify(t, hash, "other") {
		t.Fatalf("%q %v", hash, err)
	}
	again, _ := tenant.HashPassword("s3cret")
	if again == hash {
		t.Error("no salt")
	}
	if verify(t, "$plain$s3cret", "s3cret") {
		t.Error("a hash of another kind is accepted")
	}
}
