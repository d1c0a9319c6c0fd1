-- Lists of domains and addresses in links, whose last octet is a set of bits.

-- https://www.surbl.org/lists, https://www.surbl.org/usage-policy.html
list "surbl" {
	title = "SURBL multi: domains in links", site = "https://www.surbl.org/",
	limits = "Free below 1,000 users and 250,000 messages a day, and not in a paid service.",
	zone = "multi.surbl.org", look_up = { "url_domain", "email_domain" }, url_ips = true,
	refused = { ["127.0.0.1"] = "the list refuses to answer this resolver" },
	test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = {
		{ bit = 8, symbol = "SURBL_PHISH", score = 5, doc = "A linked domain is used for phishing (SURBL PH)." },
		{ bit = 16, symbol = "SURBL_MALWARE", score = 5, doc = "A linked domain spreads malware (SURBL MW)." },
		{ bit = 64, symbol = "SURBL_ABUSE", score = 4, doc = "A linked domain is advertised by spam (SURBL ABUSE)." },
		{ bit = 128, symbol = "SURBL_CRACKED", score = 3, doc = "A linked domain is a hijacked site (SURBL CR)." },
	},
}

-- https://uribl.com/about.shtml
list "uribl" {
	title = "URIBL multi: domains in links", site = "https://uribl.com/",
	limits = "Free for low volume through a resolver of your own; public and large providers' resolvers are refused.",
	zone = "multi.uribl.com", look_up = { "url_domain", "email_domain" }, url_ips = true,
	refused = { ["127.0.0.1"] = "the list refuses to answer this resolver", ["127.0.0.255"] = "the list refuses to answer this resolver" },
	test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = {
		{ bit = 2, symbol = "URIBL_BLACK", score = 4, doc = "A linked domain belongs to spammers (URIBL black)." },
		{ bit = 4, symbol = "URIBL_GREY", score = 0.5, doc = "A linked domain appears in bulk mail that not everybody asked for (URIBL grey)." },
		{ bit = 8, symbol = "URIBL_RED", score = 1, doc = "A linked domain is new or hides its owner (URIBL red)." },
	},
}
