package webhook_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// names is a DNS server on loopback. The answers to a name take turns.
type names struct {
	mu    sync.Mutex
	known map[string][]netip.Addr
	asked map[string]int
}

// resolver serves DNS until the test ends.
func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	at, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := async.Go(func() error {
		for b := make([]byte, 1500); ; {
			size, from, err := at.ReadFrom(b)
			if err != nil {
				return nil //nolint:nilerr // the test has ended
			}
			_, _ = at.WriteTo(n.answer(b[:size]), from)
		}
	})
	t.Cleanup(func() { at.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", at.LocalAddr().String())
	}}
}

func (n *names) add(name string, a netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[name] = append(n.known[name], a)
}

func (n *names) times(name string) int { n.mu.Lock(); defer n.mu.Unlock(); return n.asked[name] }

// answer is the answer to a question for A or AAAA (RFC 1035 §4.1).
func (n *names) answer(q []byte) []byte {
	var labels []string
	at := 12
	for at < len(q) && q[at] != 0 {
		labels = append(labels, string(q[at+1:at+1+int(q[at])]))
		at += 1 + int(q[at])
	}
	end := at + 5
	kind := binary.BigEndian.Uint16(q[at+1:])
	a := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
	name := strings.ToLower(strings.Join(labels, "."))
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.known[name]
	if len(known) == 0 {
		return a
	}
	one := known[min(n.asked[name], len(known)-1)]
	if want := uint16(1); one.Is4() && kind == want || one.Is6() && kind == 28 {
		n.asked[name]++
		a[7] = 1
		a = append(a, 0xc0, 12, byte(kind>>8), byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(one.BitLen()/8))
		a = append(a, one.AsSlice()...)
	}
	return a
}

// TestAddresses: no address of the inside is reached through the sender, in whatever way it is written: as an
// address, by a name that leads there, at once or at the second look-up, or by a redirect.
func TestAddresses(t *testing.T) {
	t.Parallel()
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	f := newFixture(t)
	f.sender.Loopback = false
	dns := &names{known: map[string][]netip.Addr{}, asked: map[string]int{}}
	f.sender.Resolve(dns.resolver(t))
	refused := 0
	deliver := func(host string) error {
		e := webhook.Endpoint{ID: "a", URL: "https://" + host + port + "/", Secrets: []string{webhook.NewSecret()}}
		return f.sender.Deliver(t.Context(), e, feed.Fact{ID: "acme.1"})
	}
	for _, host := range strings.Fields(`127.0.0.1 127.8.9.1 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.170.2 100.64.0.1
		100.100.100.200 192.0.0.192 198.18.0.1 224.0.0.1 255.255.255.255 [::1] [::] [fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1] [::ffff:127.0.0.1]
		[::ffff:10.0.0.1] [::ffff:169.254.169.254] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a9fe:a9fe] [2002:7f00:1::] [2001::1] [fec0::1]`) {
		if err := deliver(host); !errors.Is(err, outbound.ErrAddress) {
			t.Errorf("%s: %v", host, err)
			continue
		}
		refused++
	}
	if refused < 30 {
		t.Errorf("%d addresses are refused, want 30 or more", refused)
	}
	names := 0
	for name, leads := range map[string]string{
		"loop.example": "127.0.0.1", "private.example": "10.0.0.1", "link.example": "169.254.169.254", "six.example": "::1", "mapped.example": "::ffff:127.0.0.1",
		"nat64.example": "64:ff9b::7f00:1", "unique.example": "fd00:ec2::254", "rebound.example": "192.0.2.1 127.0.0.1", "rebound-six.example": "2001:db8::1 ::1",
	} {
		for _, a := range strings.Fields(leads) {
			dns.add(name, netip.MustParseAddr(a))
		}
		for range 3 { // a name is looked up for each delivery, and the answer may have changed
			if err := deliver(name); !errors.Is(err, outbound.ErrAddress) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := dns.times(name); n < 3 {
			t.Errorf("%s was looked up %d times", name, n)
		}
		names++
	}
	for _, host := range strings.Fields(`localhost localhost. 127.1 2130706433 0x7f000001 0177.0.0.1 0`) { // no name of DNS leads anywhere
		if err := deliver(host); err == nil {
			t.Errorf("%s: %v", host, err)
		}
		names++
	}
	t.Logf("%d addresses and %d names are refused", refused, names)
	f.sender.Loopback = true
	for _, status := range []int{301, 302, 303, 307, 308} {
		away := httptest.NewServer(http.RedirectHandler(inside.URL, status))
		err := f.sender.Deliver(t.Context(), webhook.Endpoint{ID: "a", URL: away.URL, Secrets: []string{webhook.NewSecret()}}, feed.Fact{ID: "acme.1"})
		var answer *outbound.StatusError
		if !errors.As(err, &answer) || answer.Status != status {
			t.Errorf("a redirect with %d: %v", status, err)
		}
		away.Close()
	}
}
