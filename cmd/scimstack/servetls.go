package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificates returns the TLS configuration, or nil for plain HTTP.
func (o *serveOptions) certificates() (*tls.Config, error) {
	if o.cert == "" {
		return nil, nil
	}
	c := &certificate{cert: o.cert, key: o.key}
	if _, err := c.get(); err != nil {
		return nil, fmt.Errorf("--tls-cert %s and --tls-key %s: %w", o.cert, o.key, err)
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

	mu     sync.Mutex
	loaded *tls.Certificate
	from   [2]time.Time // when the files were changed
	looked time.Time
}

// lookEvery bounds how often the files are looked at.
const lookEvery = 10 * time.Second

// get returns the certificate. Files that cannot be read leave the one that is in use.
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
		}
	}
	if c.loaded != nil {
		return c.loaded, nil
	}
	return nil, err
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
