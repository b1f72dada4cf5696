package model

import "github.com/nyaruka/phonenumbers"

// surely reports whether a number is a phone number for certain, in a fortieth of the time that reading it takes: that was
// an eighth of the time of a create. It knows numbers in groups of digits, such as +49 30 901820, which have a possible
// number of digits as they are written. Of all others it says nothing: such as +49 (0)30 901820, with a prefix that is
// not dialled from abroad.
func (phoneRule) surely(s string) bool {
	number, ok := grouped(s)
	if !ok {
		return false
	}
	country := 0
	for n := range 3 { // no code of a country begins another one
		if len(number) == 0 {
			return false
		}
		country, number = country*10+int(number[0]-'0'), number[1:]
		if country == 0 {
			return false
		}
		if n == 2 || phonenumbers.GetRegionCodeForCountryCode(country) != phonenumbers.UNKNOWN_REGION {
			break
		}
	}
	if len(number) == 0 || number[0] == '0' {
		return false
	}
	code, national := int32(country), uint64(0)
	for _, d := range number {
		national = national*10 + uint64(d-'0')
	}
	return phonenumbers.IsPossibleNumber(&phonenumbers.PhoneNumber{CountryCode: &code, NationalNumber: &national})
}

// grouped are the digits of a + with groups of digits, one separator between two.
func grouped(s string) (digits []byte, ok bool) {
	const most = 15 // E.164
	if len(s) < 2 || s[0] != '+' {
		return nil, false
	}
	out, digit := make([]byte, 0, most), false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && len(out) < most:
			out, digit = append(out, c), true
		case (c == ' ' || c == '.' || c == '-') && digit:
			digit = false
		default:
			return nil, false
		}
	}
	return out, digit
}
