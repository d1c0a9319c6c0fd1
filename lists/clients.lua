-- Lists of addresses that send spam, or that send none.

list "spamcop" {
	title = "SpamCop", site = "https://www.spamcop.net/bl.shtml", limits = "Free; made of users' reports, entries live a day.",
	zone = "bl.spamcop.net", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2", symbol = "SPAMCOP", score = 2, doc = "The client was reported as a spam source (SpamCop)." } },
}

-- https://mailspike.org/usage.html
list "mailspike-bl" {
	title = "Mailspike: addresses of bad reputation", site = "https://mailspike.org/", limits = "Free below 100,000 messages and 100,000 queries a day.",
	zone = "bl.mailspike.net", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = {
		{ code = "127.0.0.2", symbol = "MAILSPIKE_WAVE", score = 3, doc = "The client takes part in a wave of spam (Mailspike Z)." },
		{ code = "127.0.0.10", symbol = "MAILSPIKE_WORST", score = 3, doc = "The client has the worst reputation (Mailspike L5)." },
		{ code = "127.0.0.11", symbol = "MAILSPIKE_VERY_BAD", score = 2, doc = "The client has a very bad reputation (Mailspike L4)." },
		{ code = "127.0.0.12", symbol = "MAILSPIKE_BAD", score = 1, doc = "The client has a bad reputation (Mailspike L3)." },
	},
}

list "mailspike-wl" {
	title = "Mailspike: addresses of good reputation", site = "https://mailspike.org/", limits = "Free below 100,000 messages and 100,000 queries a day.",
	zone = "wl.mailspike.net", look_up = "client", test = { unlisted = "127.0.0.1" },
	codes = {
		{ code = "127.0.0.17", symbol = "MAILSPIKE_POSSIBLE", score = 0, doc = "The client may be honest (Mailspike H2)." },
		{ code = "127.0.0.18", symbol = "MAILSPIKE_GOOD", score = -0.3, doc = "The client has a good reputation (Mailspike H3)." },
		{ code = "127.0.0.19", symbol = "MAILSPIKE_VERY_GOOD", score = -0.6, doc = "The client has a very good reputation (Mailspike H4)." },
		{ code = "127.0.0.20", symbol = "MAILSPIKE_EXCELLENT", score = -1, doc = "The client has an excellent reputation (Mailspike H5)." },
	},
}

-- https://www.dnswl.org/?page_id=15: 127.0.CATEGORY.TRUST; category 15 is marketing. Who is far over the limit gets "high" for everybody, which the self-test sees.
list "dnswl" {
	title = "DNSWL: known mail servers", site = "https://www.dnswl.org/", limits = "Free below 100,000 queries a day and not in a paid service.",
	zone = "list.dnswl.org", ipv6 = true, look_up = "client", refused = { ["127.0.0.255"] = "over the limit of free use" },
	test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = {
		{ code = "127.0.2-14.0", symbol = "DNSWL_NONE", score = 0, doc = "The client is a known mail server, with spam among its mail (DNSWL, trust none)." },
		{ code = "127.0.2-14.1", symbol = "DNSWL_LOW", score = -0.3, doc = "The client is a known mail server (DNSWL, low trust)." },
		{ code = "127.0.2-14.2", symbol = "DNSWL_MEDIUM", score = -1, doc = "The client is a known mail server that rarely sends spam (DNSWL, medium trust)." },
		{ code = "127.0.2-14.3", symbol = "DNSWL_HIGH", score = -2, doc = "The client is a known mail server that never sends spam (DNSWL, high trust)." },
		{ code = "127.0.15.0-3", symbol = "DNSWL_MARKETING", score = 0, doc = "The client is a known sender of bulk mail (DNSWL)." },
	},
}

list "psbl" {
	title = "PSBL: hosts that sent mail to spam traps", site = "https://psbl.org/", limits = "Free.",
	zone = "psbl.surriel.com", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2", symbol = "PSBL", score = 1.5, doc = "The client sent mail to a spam trap (PSBL)." } },
}

list "blocklist-de" {
	title = "blocklist.de: hosts that attack servers", site = "https://www.blocklist.de/", limits = "Free.",
	zone = "bl.blocklist.de", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2-22", symbol = "BLOCKLIST_DE", score = 1.5, doc = "The client attacked a server within two days (blocklist.de)." } },
}

list "barracuda" {
	title = "Barracuda BRBL", site = "https://www.barracudacentral.org/rbl", limits = "Free after registering the addresses of your resolvers.",
	zone = "b.barracudacentral.org", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2", symbol = "BARRACUDA", score = 2, doc = "The client is listed as a spam source (Barracuda BRBL)." } },
}

list "spameatingmonkey" {
	title = "Spam Eating Monkey", site = "https://spameatingmonkey.com/", limits = "Free for small sites; see the site.",
	zone = "bl.spameatingmonkey.net", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2", symbol = "SPAMEATINGMONKEY", score = 1.5, doc = "The client sent mail to a spam trap (Spam Eating Monkey)." } },
}

-- https://docs.abusix.com/docs/guardian-mail/production-zones
local abusix = "Needs a key; free below 5,000 queries a day."

list "abusix" {
	title = "Abusix combined: spam sources, infected machines, home lines", site = "https://abusix.com/", limits = abusix,
	zone = "{key}.combined.mail.abusix.zone", key = "abusix", ipv6 = true, look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = {
		{ code = { "127.0.0.2", "127.0.0.200" }, symbol = "ABUSIX_BLACK", score = 3.5, doc = "The client sent mail to spam traps (Abusix)." },
		{ code = "127.0.0.3", symbol = "ABUSIX_SUSPICIOUS", score = 2, doc = "The client has a low reputation (Abusix)." },
		{ code = "127.0.0.4", symbol = "ABUSIX_EXPLOIT", score = 3.5, doc = "The client is a hijacked or infected machine (Abusix)." },
		{ code = { "127.0.0.11", "127.0.0.12" }, policy = true, symbol = "ABUSIX_POLICY", score = 2, doc = "The client has no name or that of a home line (Abusix)." },
	},
}

list "abusix-domains" {
	title = "Abusix: domains", site = "https://abusix.com/", limits = abusix,
	zone = "{key}.dblack.mail.abusix.zone", key = "abusix", look_up = { "url_domain", "helo", "client_name", "sender" }, test = { unlisted = "invalid" },
	codes = {
		{ code = "127.0.1.1", symbol = "ABUSIX_DOMAIN", score = 3.5, doc = "A domain that was advertised in spam traps (Abusix)." },
		{ code = "127.0.1.2", symbol = "ABUSIX_NEW_DOMAIN", score = 1.5, doc = "A domain that was not seen before (Abusix)." },
	},
}

-- Closed. Named here so that who knows them from elsewhere is told; they cannot be enabled.

local none = { { code = "127.0.0.2", symbol = "NO_LIST", score = 0, doc = "Never." } }

list "sorbs" {
	title = "SORBS", note = "Closed on 5 June 2024; its domain is empty and may change hands. Use spamhaus-zen, abusix or mailspike-bl in its place.", dead = true,
	zone = "dnsbl.sorbs.net", look_up = "client", codes = none,
}

list "nixspam" {
	title = "NiX Spam", note = "Closed in January 2025.", dead = true, zone = "ix.dnsbl.manitu.net", look_up = "client", codes = none,
}
