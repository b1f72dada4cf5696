package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// readyRow is the answer of a server about itself.
type readyRow struct {
	URL    string `json:"url"`
	Ready  bool   `json:"ready"`
	Status int    `json:"status"`
	Answer string `json:"answer"`
}

// readyCommand asks a server on this machine whether it is ready: the health check of a container, which has no other program.
func readyCommand() *cobra.Command {
	var addr, cert string
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Ask the server on this machine whether it is ready; the health check of the container image",
		Long: `Asks GET /readyz of scimstack serve on this machine. The status is 0 if its store answers, otherwise 1. Give it the
flags or environment variables of the server (SCIMSTACK_ADDR, SCIMSTACK_TLS_CERT): an address for all interfaces is asked on
this machine, and the server must have the certificate that the file names.`,
		Example: `  scimstack ready
  SCIMSTACK_ADDR=:8443 SCIMSTACK_TLS_CERT=cert.pem scimstack ready -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for flag, to := range map[string]*string{"addr": &addr, "tls-cert": &cert} {
				if v := os.Getenv(variable(flag)); v != "" && !cmd.Flags().Changed(flag) {
					*to = v
				}
			}
			return askReady(cmd, addr, cert)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "address that the server listens on")
	cmd.Flags().StringVar(&cert, "tls-cert", "", "file with the server's certificate chain, in PEM (default: plain HTTP)")
	addOutput(cmd)
	return cmd
}

// readyWithin is longer than the server waits for its store.
const readyWithin = 8 * time.Second

func askReady(cmd *cobra.Command, addr, cert string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return usagef("--addr %q: %w; write it as 127.0.0.1:8080", addr, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // not localhost: an image has no file that says what that is
	}
	row := readyRow{URL: "http://" + net.JoinHostPort(host, port) + "/readyz"}
	transport := &http.Transport{DisableKeepAlives: true}
	if cert != "" {
		row.URL = strings.Replace(row.URL, "http:", "https:", 1)
		if transport.TLSClientConfig, err = trustOnly(cert); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, row.URL, http.NoBody)
	if err != nil {
		return usagef("--addr %q: %w", addr, err)
	}
	res, err := (&http.Client{Transport: transport, Timeout: readyWithin}).Do(req)
	if err != nil {
		return unreachable(cmd.Context(), "--addr", row.URL, err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	row.Status, row.Answer, row.Ready = res.StatusCode, strings.TrimSpace(string(body)), res.StatusCode == http.StatusOK
	if err := printRow(cmd, row); err != nil || row.Ready {
		return err
	}
	return failed(nil, "the server is not ready; its log says why (a line \"not ready\")")
}

// trustOnly accepts the certificate of a file and no other, under the name that the certificate has: the server is asked
// on this machine, where it has another name.
func trustOnly(file string) (*tls.Config, error) {
	text, err := flagFile("tls-cert", file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, usagef("--tls-cert %s has no certificate in PEM", file)
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, usagef("--tls-cert %s: %w", file, err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
	config.RootCAs.AddCert(leaf)
	switch {
	case len(leaf.DNSNames) > 0:
		config.ServerName = strings.Replace(leaf.DNSNames[0], "*.", "any.", 1)
	case len(leaf.IPAddresses) > 0:
		config.ServerName = leaf.IPAddresses[0].String()
	}
	return config, nil
}
