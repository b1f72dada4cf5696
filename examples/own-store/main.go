// Command own-store keeps its data in a store of its own: every change is appended to a file before it is
// acknowledged, and read back at the start. Queries are answered from memory. package storetest checks it.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// journal is a scim.Store. What it inherits from memory reads; Commit writes the file first.
type journal struct {
	reader
	memory *memory.Store
	mu     sync.Mutex
	file   *os.File
}

// reader has what memory answers. To embed *memory.Store would inherit all of its methods, those that write too, and what these
// write would be gone after a restart.
type reader interface {
	scim.Store
	scim.BatchGetter
	scim.Nester
	scim.Ranger
	scim.Feed
	scim.Bounded
}

// line is one change in the file.
type line struct {
	Tenant string
	Change scim.Change
}

// openJournal reads a file, or makes it. A last line that is not whole was never acknowledged: it is cut off.
func openJournal(name string) (*journal, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	m := memory.New()
	j := &journal{reader: m, memory: m, file: file}
	read := bufio.NewReader(file)
	whole := int64(0)
	for {
		text, err := read.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := j.replay(text); err != nil {
			return nil, fmt.Errorf("%s at byte %d: %w", name, whole, err)
		}
		whole += int64(len(text))
	}
	if err := file.Truncate(whole); err != nil {
		return nil, err
	}
	_, err = file.Seek(whole, io.SeekStart)
	return j, err
}

// replay carries a change out again.
func (j *journal) replay(text []byte) error {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return err
	}
	id, err := scim.ParseTenantID(l.Tenant)
	if err != nil {
		return err
	}
	_, err = j.memory.Commit(context.Background(), id, l.Change)
	return err
}

// Commit implements scim.Store. What memory refuses is taken out of the file again.
func (j *journal) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (r *scim.Resource, err error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	text, err := json.Marshal(line{t.String(), c})
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	before, err := j.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, err
	}
	if _, err = j.file.Write(append(text, '\n')); err == nil {
		err = j.file.Sync()
	}
	if err == nil {
		r, err = j.memory.Commit(ctx, t, c)
	}
	if err != nil {
		_, bad := j.file.Seek(before, io.SeekStart)
		return nil, errors.Join(err, bad, j.file.Truncate(before))
	}
	return r, nil
}

func main() {
	addr := cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8091")
	store, err := openJournal("scim.journal")
	if err != nil {
		log.Fatal(err)
	}
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme}, Tokens: []tenant.Token{kept}})
	service, err := scimstack.New(scimstack.Config{Store: store, Tenants: tenants, PublicBase: "http://" + addr + "/scim/v2"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/Users\n", token, addr)
	log.Fatal((&http.Server{Addr: addr, Handler: service, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe())
}
