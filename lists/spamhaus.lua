-- Spamhaus. Return codes: https://docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html
-- Policy addresses (PBL) count for the connecting client alone.
local site = "https://www.spamhaus.org/"
local free = "Free for non-commercial use below 100,000 SMTP connections and 300,000 queries a day, through a resolver of your own; providers need a key (the -dqs lists)."
local dqs = "Needs a key of the Spamhaus Data Query Service; small sites get one for nothing."
local refused = {
	["127.255.255.252"] = "the name of the zone is wrong",
	["127.255.255.254"] = "the question came through a public resolver",
	["127.255.255.255"] = "too many questions from this resolver",
}

local function zen(more)
	local codes = {
		{ code = "127.0.0.2", look_up = "client", symbol = "SPAMHAUS_SBL", score = 4, doc = "The client is listed as a spam source (Spamhaus SBL)." },
		{ code = "127.0.0.3", look_up = "client", symbol = "SPAMHAUS_CSS", score = 3.5, doc = "The client sends spam of low reputation (Spamhaus CSS)." },
		{ code = "127.0.0.4-7", look_up = "client", symbol = "SPAMHAUS_XBL", score = 4, doc = "The client is a hijacked or infected machine (Spamhaus XBL)." },
		{ code = "127.0.0.9", look_up = "client", symbol = "SPAMHAUS_DROP", score = 6, doc = "The client's network belongs to criminals (Spamhaus DROP)." },
		{ code = "127.0.0.30", look_up = "client", symbol = "SPAMHAUS_BCL", score = 5, doc = "The client steers a botnet (Spamhaus BCL)." },
		{ code = { "127.0.0.10", "127.0.0.11" }, look_up = "client", policy = true, symbol = "SPAMHAUS_PBL", score = 2.5,
		  doc = "The client's address should not send mail directly: a dial-up or home line (Spamhaus PBL)." },
		{ code = "127.0.0.2", look_up = "received", symbol = "RECEIVED_SPAMHAUS_SBL", score = 1.5, doc = "An earlier hop is listed as a spam source (Spamhaus SBL)." },
		{ code = "127.0.0.4-7", look_up = "received", symbol = "RECEIVED_SPAMHAUS_XBL", score = 0.5, doc = "An earlier hop is a hijacked or infected machine (Spamhaus XBL)." },
		{ code = "127.0.0.9", look_up = "received", symbol = "RECEIVED_SPAMHAUS_DROP", score = 3, doc = "An earlier hop lies in a criminals' network (Spamhaus DROP)." },
		{ code = "127.0.0.2", look_up = "url_a", symbol = "URL_SPAMHAUS_SBL", score = 2.5, doc = "A link leads to an address that serves spammers (Spamhaus SBL)." },
		{ code = "127.0.0.3", look_up = "url_a", symbol = "URL_SPAMHAUS_CSS", score = 1, doc = "A link leads to an address of low reputation (Spamhaus CSS)." },
		{ code = "127.0.0.9", look_up = "url_a", symbol = "URL_SPAMHAUS_DROP", score = 5, doc = "A link leads into a criminals' network (Spamhaus DROP)." },
	}
	for _, c in ipairs(more or {}) do
		codes[#codes + 1] = c
	end
	return codes
end

local dbl = {
	{ code = "127.0.1.2", symbol = "DBL_SPAM", score = 4.5, doc = "A domain of spammers (Spamhaus DBL)." },
	{ code = "127.0.1.4", symbol = "DBL_PHISH", score = 6.5, doc = "A domain made for phishing (Spamhaus DBL)." },
	{ code = "127.0.1.5", symbol = "DBL_MALWARE", score = 6.5, doc = "A domain that spreads malware (Spamhaus DBL)." },
	{ code = "127.0.1.6", symbol = "DBL_BOTNET", score = 6, doc = "A domain that steers a botnet (Spamhaus DBL)." },
	{ code = "127.0.1.102", symbol = "DBL_ABUSED_SPAM", score = 1.5, doc = "An ordinary domain that spammers abuse (Spamhaus DBL)." },
	{ code = "127.0.1.103", symbol = "DBL_ABUSED_REDIRECTOR", score = 1.5, doc = "A redirector that spammers abuse (Spamhaus DBL)." },
	{ code = "127.0.1.104", symbol = "DBL_ABUSED_PHISH", score = 3.5, doc = "An ordinary domain that is abused for phishing (Spamhaus DBL)." },
	{ code = "127.0.1.105", symbol = "DBL_ABUSED_MALWARE", score = 3.5, doc = "An ordinary domain that is abused to spread malware (Spamhaus DBL)." },
	{ code = "127.0.1.106", symbol = "DBL_ABUSED_BOTNET", score = 3.5, doc = "An ordinary domain that is abused to steer a botnet (Spamhaus DBL)." },
}
local names = { "url_domain", "helo", "client_name", "sender", "from", "reply_to", "email_domain" }

list "spamhaus-zen" {
	title = "Spamhaus ZEN: SBL, CSS, XBL, DROP, PBL", site = site, limits = free,
	zone = "zen.spamhaus.org", ipv6 = true, look_up = { "client", "received", "url_a" },
	codes = zen(), refused = refused, test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
}

list "spamhaus-zen-dqs" {
	title = "Spamhaus ZEN with a key", site = site, limits = dqs,
	zone = "{key}.zen.dq.spamhaus.net", key = "spamhaus-dqs", ipv6 = true, look_up = { "client", "received", "url_a", "url_ns" },
	codes = zen {
		{ code = "127.0.0.2", look_up = "url_ns", symbol = "URL_NS_SPAMHAUS_SBL", score = 1.5, doc = "A linked domain's name servers stand at an address that serves spammers (Spamhaus SBL)." },
		{ code = "127.0.0.9", look_up = "url_ns", symbol = "URL_NS_SPAMHAUS_DROP", score = 3, doc = "A linked domain's name servers stand in a criminals' network (Spamhaus DROP)." },
	},
	refused = refused, test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
}

list "spamhaus-dbl" {
	title = "Spamhaus DBL: domains", site = site, limits = free,
	zone = "dbl.spamhaus.org", look_up = names, codes = dbl, refused = refused, test = { listed = "dbltest.com", unlisted = "invalid" },
}

list "spamhaus-dbl-dqs" {
	title = "Spamhaus DBL with a key", site = site, limits = dqs,
	zone = "{key}.dbl.dq.spamhaus.net", key = "spamhaus-dqs", look_up = { "url_host", table.unpack(names) }, codes = dbl, refused = refused,
	test = { listed = "dbltest.com", unlisted = "invalid" },
}

list "spamhaus-zrd-dqs" {
	title = "Spamhaus ZRD: domains seen for the first time within a day", site = site, limits = dqs,
	zone = "{key}.zrd.dq.spamhaus.net", key = "spamhaus-dqs", look_up = names, refused = refused, test = { unlisted = "invalid" },
	codes = {
		{ code = "127.0.2.2-4", symbol = "ZRD_VERY_FRESH", score = 3, doc = "A domain that is some hours old (Spamhaus ZRD)." },
		{ code = "127.0.2.5-24", symbol = "ZRD_FRESH", score = 1.5, doc = "A domain that is less than a day old (Spamhaus ZRD)." },
	},
}

list "spamhaus-authbl-dqs" {
	title = "Spamhaus AuthBL: machines that try stolen passwords", site = site, limits = dqs,
	zone = "{key}.authbl.dq.spamhaus.net", key = "spamhaus-dqs", ipv6 = true, look_up = { "client", "received" }, refused = refused,
	test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = {
		{ code = "127.0.0.20", look_up = "client", symbol = "AUTHBL", score = 2.5, doc = "The client tries stolen passwords (Spamhaus AuthBL)." },
		{ code = "127.0.0.20", look_up = "received", symbol = "RECEIVED_AUTHBL", score = 2, doc = "An earlier hop tries stolen passwords (Spamhaus AuthBL)." },
	},
}

list "spamhaus-hbl-email-dqs" {
	title = "Spamhaus HBL: mail addresses", site = site, limits = dqs, note = "HBL is part of paid keys alone.",
	zone = "_email.{key}.hbl.dq.spamhaus.net", key = "spamhaus-dqs", look_up = "email", hash = "sha1", refused = refused, test = { unlisted = "invalid" },
	codes = { { code = "127.0.3.2", symbol = "HBL_EMAIL", score = 5, doc = "A mail address that fraudsters use (Spamhaus HBL)." } },
}

list "spamhaus-hbl-file-dqs" {
	title = "Spamhaus HBL: attachments", site = site, limits = dqs, note = "HBL is part of paid keys alone.",
	zone = "_file.{key}.hbl.dq.spamhaus.net", key = "spamhaus-dqs", look_up = "attachment", hash = "sha256", encoding = "base32", refused = refused,
	test = { unlisted = "invalid" },
	codes = {
		{ code = "127.0.3.10", symbol = "HBL_FILE_MALWARE", score = 7, doc = "An attachment is known as malware (Spamhaus HBL)." },
		{ code = "127.0.3.15", symbol = "HBL_FILE_SUSPICIOUS", score = 3.5, doc = "An attachment is suspected to be malware (Spamhaus HBL)." },
	},
}
