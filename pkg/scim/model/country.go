package model

import (
	"errors"
	"strings"
)

// Country is a country as an ISO 3166-1 alpha-2 code, in any case (RFC 7643 §4.1.2, addresses).
// Canonical has capitals. The zero value is unset.
type Country struct{ value[countryRule] }

// ParseCountry returns the country, or an *InvalidError with the reason.
func ParseCountry(s string) (Country, error) {
	v, err := parse[countryRule](s)
	if err != nil {
		return Country{}, err
	}
	return Country{v}, nil
}

// countries are the officially assigned codes of ISO 3166-1 alpha-2.
const countries = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ" +
	" CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR" +
	" GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP" +
	" KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ" +
	" NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW" +
	" SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ" +
	" UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "

type countryRule struct{}

func (countryRule) kind() string { return "country" }

func (countryRule) canonical(s string) (string, error) {
	if len(s) != 2 {
		return "", errors.New("is not a code of two letters, such as DE")
	}
	code := strings.ToUpper(s)
	if strings.Contains(code, " ") || !strings.Contains(countries, " "+code+" ") {
		return "", errors.New("is not a code that ISO 3166-1 assigns to a country")
	}
	return code, nil
}
