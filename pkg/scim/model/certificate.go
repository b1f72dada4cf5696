package model

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
)

// X509Certificate is one DER certificate in base64 (RFC 7643 §4.1.2, x509Certificates). Line breaks
// and missing padding are accepted; Canonical is the form of RFC 4648 §4 in one line. The zero value is
// unset.
type X509Certificate struct{ value[certificateRule] }

// ParseX509Certificate returns the certificate, or an *InvalidError with the reason. Whether it is
// trusted or has expired is not checked.
func ParseX509Certificate(s string) (X509Certificate, error) {
	v, err := parse[certificateRule](s)
	if err != nil {
		return X509Certificate{}, err
	}
	return X509Certificate{v}, nil
}

// Certificate returns the parsed certificate. The error is that of Valid; an unset one is nil.
func (c X509Certificate) Certificate() (*x509.Certificate, error) {
	if c.IsZero() {
		return nil, nil //nolint:nilnil // unset
	}
	if err := c.Valid(); err != nil {
		return nil, err
	}
	der, _ := decodeBase64(c.text)
	return x509.ParseCertificate(der)
}

func decodeBase64(s string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}

type certificateRule struct{}

func (certificateRule) kind() string { return "X.509 certificate" }

func (certificateRule) canonical(s string) (string, error) {
	if strings.Contains(s, "-----BEGIN") {
		return "", errors.New("is in PEM; send the base64 between its first and last line")
	}
	der, err := decodeBase64(s)
	if err != nil {
		return "", errors.New("is not base64")
	}
	if _, err := x509.ParseCertificate(der); err != nil {
		return "", errors.New("is not one DER certificate")
	}
	return base64.StdEncoding.EncodeToString(der), nil
}
