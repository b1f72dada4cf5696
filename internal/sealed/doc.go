// Package sealed hides values that leave the service and come back: cursors that clients hold, plans that
// a table holds. A value can neither be read nor changed outside, and opens only where it belongs.
//
//	key of the tenant ── HKDF(purpose) ──► Box
//	plain, bound ──► Seal ──► nonce ‖ AES-256-GCM(plain; bound) as base64url ──► Open ──► plain
package sealed
