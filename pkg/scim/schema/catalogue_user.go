package schema

var userSchema = NewSchema(URNUser, "User", "User Account",
	str("userName", "Unique identifier for the user, typically used to sign in.", required, unique, userName),
	complexOf("name", "The components of the user's name.", []*Attribute{
		str("formatted", "The full name, for display."),
		str("familyName", "The family name, or last name."),
		str("givenName", "The given name, or first name."),
		str("middleName", "The middle names."),
		str("honorificPrefix", "The title before the name, such as Ms."),
		str("honorificSuffix", "The suffix after the name, such as III."),
	}),
	str("displayName", "The name of the user, suitable for display."),
	str("nickName", "The casual way to address the user."),
	reference("profileUrl", "The address of a page that shows the user.", []string{"external"}),
	str("title", "The job title, such as Vice President."),
	str("userType", "The relation to the organisation, such as Employee or Contractor."),
	str("preferredLanguage", "The preferred languages, as in the HTTP header Accept-Language."),
	str("locale", "The location for formats of dates, numbers and currencies, as a BCP 47 tag.", format(isLocale)),
	str("timezone", "The time zone as a name of the IANA database, such as Europe/Berlin.", format(timezoneForm.MatchString)),
	boolean("active", "Whether the user may sign in."),
	str("password", "The password in clear text; stored as a hash, never returned.", writeOnly),
	plural("emails", "Email addresses.", str("value", "The email address.", format(isEmail)), "work", "home", "other"),
	plural("phoneNumbers", "Phone numbers.", str("value", "The phone number.", format(phoneForm.MatchString)), "work", "home", "mobile", "fax", "pager", "other"),
	plural("ims", "Instant messaging addresses.", str("value", "The instant messaging address."), "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo", "other"),
	plural("photos", "Addresses of photos of the user.", reference("value", "The address of the photo.", []string{"external"}), "photo", "thumbnail"),
	complexOf("addresses", "Physical mailing addresses.", []*Attribute{
		str("formatted", "The full address, for display or a label."),
		str("streetAddress", "The street with house number, or post office box."),
		str("locality", "The city."),
		str("region", "The state or region."),
		str("postalCode", "The postal code."),
		str("country", "The country as an ISO 3166-1 alpha-2 code.", format(countryForm.MatchString)),
		str("type", "A label for the purpose of the address.", canonical("work", "home", "other")),
		boolean("primary", "Whether this is the preferred address; true at most once."),
	}, many),
	complexOf("groups", "The groups the user belongs to, directly or through other groups. Change it at the group.", []*Attribute{
		str("value", "The id of the group.", exact, readOnly),
		reference("$ref", "The address of the group.", []string{TypeGroup}, readOnly),
		str("display", "The display name of the group.", readOnly),
		str("type", "Whether the membership is direct or indirect.", readOnly, canonical("direct", "indirect")),
	}, many, readOnly),
	with(plural("entitlements", "What the user is entitled to.", str("value", "The entitlement."), "work", "home", "other"), anyType),
	with(plural("roles", "The roles of the user.", str("value", "The role."), "work", "home", "other"), anyType),
	plural("x509Certificates", "X.509 certificates of the user.", attr(Binary, "value", "One DER certificate in base64.", format(isCertificate)), "work", "home", "other"),
)

// User is the core User schema (RFC 7643 §4.1, §8.7.1, errata applied). Shared; must not be changed.
func User() *Schema { return userSchema }

var enterpriseUserSchema = NewSchema(URNEnterpriseUser, "EnterpriseUser", "Enterprise User",
	str("employeeNumber", "The number that the organisation gave the user."),
	str("costCenter", "The cost centre."),
	str("organization", "The organisation."),
	str("division", "The division."),
	str("department", "The department."),
	complexOf("manager", "The user's manager.", []*Attribute{
		str("value", "The id of the manager.", exact),
		reference("$ref", "The address of the manager.", []string{TypeUser}),
		str("displayName", "The display name of the manager.", readOnly),
	}),
)

// EnterpriseUser is the extension of RFC 7643 §4.3. Shared; must not be changed.
func EnterpriseUser() *Schema { return enterpriseUserSchema }

var userType = &ResourceType{
	Name: TypeUser, Description: "User Account", Endpoint: "/Users", Schema: userSchema,
	Extensions: []Extension{{Schema: enterpriseUserSchema}},
}

// UserType is User with the enterprise extension, which is optional. Shared; must not be changed.
func UserType() *ResourceType { return userType }
