package transfer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// lineWriter writes the lines of a file.
type lineWriter struct {
	w     *bufio.Writer
	sum   hash.Hash
	lines int64
	bytes int64
}

func (l *lineWriter) put(text []byte) error {
	l.lines++
	l.bytes += int64(len(text))
	_, _ = l.sum.Write(text) // never fails
	_, err := l.w.Write(text)
	return err
}

// json writes a line.
func (l *lineWriter) json(v line) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return l.put(b.Bytes())
}

// end writes the last line.
func (l *lineWriter) end() error {
	last := &endLine{Lines: l.lines, SHA256: hex.EncodeToString(l.sum.Sum(nil))}
	if err := l.json(line{End: last}); err != nil {
		return err
	}
	return l.w.Flush()
}

// write writes the file.
func (e *export) write(ctx context.Context, r *tenant.Record, w io.Writer) error {
	to := &lineWriter{w: bufio.NewWriterSize(w, 1<<16), sum: sha256.New()}
	doc, err := r.Settings.Document()
	if err != nil {
		return err
	}
	for _, l := range []line{{Export: &e.out.Header}, {Settings: doc}} {
		if err := to.json(l); err != nil {
			return err
		}
	}
	if e.out.Credentials {
		if err := e.credentials(to, r); err != nil {
			return err
		}
	}
	if e.out.Webhooks {
		if err := e.webhooks(ctx, to); err != nil {
			return err
		}
	}
	if err := e.merge(ctx, to); err != nil {
		return err
	}
	err = to.end()
	e.out.Bytes = to.bytes
	return err
}

// credentials writes tokens and clients.
func (e *export) credentials(to *lineWriter, r *tenant.Record) error {
	kept := tenant.Record{Tokens: slices.Clone(r.Tokens)}
	for i := range kept.Tokens {
		kept.Tokens[i].Created = milli(kept.Tokens[i].Created)
	}
	kept.Sort() // as every place has them, to the millisecond
	for i := range kept.Tokens {
		e.out.Tokens++
		if err := to.json(line{Token: tokenOf(&kept.Tokens[i])}); err != nil {
			return err
		}
	}
	for i := range r.Clients {
		c := &r.Clients[i]
		doc, err := c.Document()
		if err != nil {
			return err
		}
		e.out.Clients++
		if err := to.json(line{Client: &clientLine{ID: c.ID, Used: milli(c.Used), Document: doc}}); err != nil {
			return err
		}
	}
	return nil
}

// webhooks writes those of the tenant. One of all tenants is of the deployment.
func (e *export) webhooks(ctx context.Context, to *lineWriter) error {
	all, err := e.Webhooks.Endpoints(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Tenant != e.id {
			continue
		}
		e.out.Hooks++
		if err := to.json(line{Webhook: webhookOf(&all[i])}); err != nil {
			return err
		}
	}
	return nil
}

// merge writes the resources and then the members, what was read again instead of what was read first.
func (e *export) merge(ctx context.Context, to *lineWriter) error {
	again := slices.SortedFunc(maps.Keys(e.overlay), ref.compare)
	counts := make([]int64, len(e.tenant.Types.List))
	resources := section{e.resources, func(p patch) span { return p.resource }, func(of ref, _ []byte) { counts[of.rank]++ }}
	if err := e.section(ctx, to, resources, again); err != nil {
		return err
	}
	for rank, rt := range e.tenant.Types.List {
		e.out.Types = append(e.out.Types, TypeCount{rt.Name, counts[rank]})
	}
	members := section{e.members, func(p patch) span { return p.members }, func(_ ref, text []byte) {
		e.out.Members += int64(bytes.Count(text, []byte(`{"id":`)))
	}}
	return e.section(ctx, to, members, again)
}

// section is a part of a file: lines that were read first, which part of a patch is in it, and what counts them.
type section struct {
	from  *spool
	part  func(patch) span
	count func(ref, []byte)
}

// section writes the lines of a spool and of what was read again, by their refs.
func (e *export) section(ctx context.Context, to *lineWriter, s section, again []ref) error {
	first, err := s.from.read(s.from.all())
	if err != nil {
		return err
	}
	copied := func(r *spoolReader) error {
		s.count(r.of, r.text)
		if err := to.put(r.text); err != nil {
			return err
		}
		return r.next()
	}
	for n := 0; first.text != nil || len(again) > 0; n++ {
		if n%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			e.o.Progress(Progress{Step: "writing", Done: to.lines, Of: e.done})
		}
		if first.text != nil && (len(again) == 0 || first.of.compare(again[0]) < 0) {
			if err := copied(first); err != nil {
				return err
			}
			continue
		}
		for first.text != nil && first.of == again[0] {
			if err := first.next(); err != nil { // an older state
				return err
			}
		}
		newer, err := e.changed.read(s.part(e.overlay[again[0]]))
		if err != nil {
			return err
		}
		for newer.text != nil {
			if err := copied(newer); err != nil {
				return err
			}
		}
		again = again[1:]
	}
	return nil
}
