package main

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificates returns the TLS configuration, or nil for plain HTTP.
func (o *serveOptions) certificates(log *slog.Logger) (*tls.Config, error) {
	if o.cert == "" {
		return nil, nil
	}
	c := &certificate{cert: o.cert, key: o.key, log: log}
	if _, err := c.get(); err != nil {
		return nil, usagef("--tls-cert %s and --tls-key %s: %w; name the certificate chain and its private key, in PEM", o.cert, o.key, err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get() },
	}, nil
}

// certificate is a certificate in files, which are read again when they change, so that it can be renewed while the
// server runs. It is safe for concurrent use.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	from   [2]time.Time // when the files were changed
	looked time.Time
	wrong  string // what is wrong with the files, as it was logged; "" if nothing is
}

// lookEvery bounds how often the files are looked at.
const lookEvery = 10 * time.Second

// get returns the certificate. Files that cannot be read leave the one that is in use, and a line in the log: otherwise a
// renewal that fails is not noticed before the certificate has ended.
func (c *certificate) get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded != nil && time.Since(c.looked) < lookEvery {
		return c.loaded, nil
	}
	c.looked = time.Now()
	changed, err := c.changed()
	if err == nil && (c.loaded == nil || changed != c.from) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.cert, c.key); err == nil {
			c.loaded, c.from = &pair, changed
			c.log.Info("certificate in use", "file", c.cert, "until", c.until())
		}
	}
	if c.loaded == nil {
		return nil, err
	}
	c.report(err)
	return c.loaded, nil
}

// report logs what is wrong with files that were renewed, once for each cause.
func (c *certificate) report(err error) {
	wrong := ""
	if err != nil {
		wrong = err.Error()
	}
	if wrong != "" && wrong != c.wrong {
		c.log.Warn("the renewed certificate cannot be used, and the one of before stays in use; correct the files of --tls-cert and --tls-key",
			"error", wrong, "until", c.until())
	}
	c.wrong = wrong
}

// until is when the certificate in use ends.
func (c *certificate) until() string {
	if c.loaded.Leaf == nil {
		return ""
	}
	return c.loaded.Leaf.NotAfter.UTC().Format(time.RFC3339)
}

func (c *certificate) changed() (at [2]time.Time, err error) {
	for i, name := range []string{c.cert, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return at, err
		}
		at[i] = info.ModTime()
	}
	return at, nil
}
