package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUntrustedServer: a server whose certificate this machine does not trust runs, so that the next step is not to start it; what does
// not answer as the service does is named.
func TestUntrustedServer(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("scimop_x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := "http" + strings.TrimPrefix(s.URL, "https")
	for line, want := range map[string]string{
		"log tail --token x --base " + s.URL + "/scim/v2/acme":                     "SSL_CERT_FILE",
		"events get --token x --base " + s.URL + "/scim/v2/acme":                   "SSL_CERT_FILE",
		"demo --token x --base " + s.URL + "/scim/v2/acme":                         "SSL_CERT_FILE",
		"tenant list --operator-token-file " + token + " --server " + s.URL:        "SSL_CERT_FILE",
		"log tail --token x --base " + plain + "/scim/v2/acme":                     "400 Bad Request, and not as scimstack answers; check scheme",
		"events get --token x --base " + plain + "/scim/v2/acme":                   "400 Bad Request, and not as scimstack answers; check scheme",
		"tenant list --operator-token-file " + token + " --server " + plain:        "not as the administration of scimstack",
		"log tail --token x --base " + strings.TrimPrefix(s.URL, "https://") + "/": "is not a base URL",
	} {
		_, err := command(t, strings.Fields(line)...)
		if err == nil || !strings.Contains(err.Error(), want) || want == "SSL_CERT_FILE" && strings.Contains(strings.ToLower(err.Error()), "start") {
			t.Errorf("%s: %v", line, err)
		}
	}
}
