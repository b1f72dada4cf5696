package outbound

import (
	"errors"
	"net/netip"
)

// ErrAddress is returned for an address that is not on the public internet.
var ErrAddress = errors.New("the address is not public")

// notPublic are the IPv4 networks of the registry of special addresses (RFC 6890) that package netip has no
// method for, and the IPv6 ones inside 2000::/3.
var notPublic = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // shared by the customers of a carrier; some clouds have their metadata there
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), // Teredo and others, with an IPv4 address inside
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4, with an IPv4 address inside
	netip.MustParsePrefix("3fff::/20"),
}

var (
	global = netip.MustParsePrefix("2000::/3")
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
)

// Public reports whether an address is one of the public internet. An IPv4 address inside an IPv6 one
// counts as itself.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Is6() && nat64.Contains(a.WithZone("")) {
		all := a.As16()
		a = netip.AddrFrom4([4]byte(all[12:]))
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	if a.Is6() && !global.Contains(a) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
