-- Shapes of fraud in general, whatever the topic: pressure and a link that does not fit, a name without its domain, one picture with one link.

rule "SHAPE_PRESSURE_ODD_LINK" {
	score = 1.5, doc = "A deadline or a threat, something to confirm, and a link to a free host, a shortener or a deceiving name.",
	meta = "(__DEADLINE or __THREAT) and __ACT and __ODD_LINK",
}
rule "SHAPE_THREAT_DEADLINE" {
	score = 0.8, doc = "A threat with a deadline and something to confirm, and links that lead away from the sender.",
	meta = "not __ABOUT_FRAUD and (__DEADLINE and __THREAT and __ACT and __FOREIGN_LINK)",
}
rule "SHAPE_ODD_SENDER_ODD_LINK" {
	score = 1.2, doc = "Neither the sender's address nor the link fits.",
	meta = "__ODD_SENDER and __ODD_LINK",
}
rule "SHAPE_BRAND_ODD_LINK" {
	score = 1.5, doc = "The sender calls himself by a brand, and the link leads to a free host, a shortener or a deceiving name.",
	meta = "(__NAME_BRAND or __DOMAIN_BRAND or __NAME_FOREIGN) and __ODD_LINK",
}
rule "SHAPE_BRAND_FOREIGN_LINK" {
	score = 1.2, doc = "The sender calls himself by a brand, and all links lead to a third domain.",
	meta = "(__NAME_BRAND or __DOMAIN_BRAND or __NAME_FOREIGN) and (LINK_ONE_FOREIGN_DOMAIN or LINK_BRAND_ABSENT) and not __ODD_LINK",
}
rule "SHAPE_BRAND_CLAIM" {
	score = 1, doc = "The sender calls himself by a brand that he is not, and wants something confirmed or done in time.",
	meta = "(__NAME_BRAND or __DOMAIN_BRAND or __NAME_FOREIGN) and (__ACT or __DEADLINE or __THREAT)",
}
rule "SHAPE_PICTURE_ODD_LINK" {
	score = 1.5, doc = "One picture with one link, and that to a free host, a shortener or a deceiving name.",
	meta = "(MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY) and __ODD_LINK",
}
rule "SHAPE_PICTURE_ODD_SENDER" {
	score = 1.5, doc = "One picture with one link, and the sender's address is not who it says.",
	meta = "(MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY) and __ODD_SENDER",
}
rule "SHAPE_FREEMAIL_SHORTENER" {
	score = 1.5, doc = "A free mailbox sends a shortened or free-hosted link with next to no text to people it does not name.",
	meta = "__FREEMAIL_SENDER and __ODD_LINK and (TEXT_SHORT_WITH_LINK or MIME_IMAGE_ONLY or MIME_LINKED_IMAGE_ONLY) and (__TO_NOBODY or SUBJECT_ALL_CAPS or BULK_SUBJECT_DECORATED or BULK_NAME_DECORATED or __NAME_BRAND or MIME_IMAGE_ONLY or LINK_OPEN_REDIRECT)",
}
rule "SHAPE_HIDDEN_TEXT_ODD_SENDER" {
	score = 1, doc = "Hidden text, and sender or link do not fit.",
	meta = "HTML_HIDDEN_TEXT and (__ODD_SENDER or __ODD_LINK)",
}
rule "SHAPE_PUSHED_DOWN_CLAIM" {
	score = 2.5, doc = "A lure stands above a foreign text that is pushed far below.",
	meta = "BULK_PUSHED_DOWN and (__LEADS or __CRYPTO or __PILLS or __GAMBLING or __DATING or __PRIZE_WON or PRIZE_SURVEY or __MAILBOX or __ACCOUNT or __BANK or __PARCEL or __ODD_SENDER or __ODD_LINK)",
}
rule "SHAPE_STYLED_ODD_LINK" {
	score = 1.2, doc = "Styled or look-alike letters, and sender or link do not fit.",
	meta = "(SUBJECT_STYLED_LETTERS or SUBJECT_MIXED_SCRIPTS or TEXT_STYLED_LETTERS or TEXT_MIXED_SCRIPTS or FROM_NAME_MIXED_SCRIPTS) and (__ODD_SENDER or __ODD_LINK)",
}
rule "SHAPE_FAKE_REPLY_ODD" {
	score = 1.2, doc = "An answer to nothing, and sender or link do not fit.",
	meta = "SUBJECT_FAKE_REPLY and (__ODD_SENDER or __ODD_LINK) and (MIME_HTML_ONLY or TO_BAD)",
}
rule "SHAPE_RECIPIENT_IN_LINK" {
	score = 1.5, doc = "The link carries the reader's address, and an account or mailbox is spoken of.",
	meta = "LINK_HAS_RECIPIENT and (__MAILBOX or __ACCOUNT or __BANK or __ACT and __THREAT)",
}
rule "SHAPE_SCRIPT_MAILER_ODD" {
	score = 1.2, doc = "A script on a web server wrote the mail, and name or link of its sender do not fit.",
	meta = "MAILER_SCRIPT and (__NAME_BRAND or FROM_NO_DOMAIN or __DOMAIN_BRAND or __ODD_LINK or __NUMBERED_ROLE or BULK_KIT_DEFAULT_TEXT)",
}
rule "SHAPE_NAMELESS_ACT" {
	score = 0.8, doc = "The reader is greeted by no name, and is to confirm something by a link that does not fit.",
	meta = "not __ABOUT_FRAUD and (__NAMELESS_GREETING and __ACT and (__ODD_LINK or __ODD_SENDER or LINK_BRAND_ABSENT))",
}
rule "SHAPE_BRAND_IN_OPENING" {
	score = 0.8, doc = "The text begins in the name of a brand, no link leads there, and sender or link do not fit.",
	meta = "LINK_BRAND_ABSENT and (__ODD_SENDER or __ODD_LINK)",
}
rule "SHAPE_ATTACHED_PAGE_PRESSURE" {
	score = 1.5, doc = "An attached page with a script or a form, and pressure.",
	meta = "(ATTACHMENT_HTML_FORM or ATTACHMENT_HTML_SCRIPT) and (__DEADLINE or __THREAT or __ACT)",
}
rule "SHAPE_NOBODY_ODD" {
	score = 0.8, doc = "No recipient is named, and neither sender nor link fits.",
	meta = "__TO_NOBODY and not SHAPE_SHORT_TO_NOBODY and not SHAPE_FREEMAIL_SHORTENER and (__ODD_SENDER or __ODD_LINK) and (MIME_HTML_ONLY or REPLY_TO_FREEMAIL or PRIORITY_HIGH_NO_MAILER)",
}
rule "SHAPE_SHORT_TO_NOBODY" {
	score = 1.5, doc = "A few words or a picture and a link, to nobody that is named.",
	meta = "__TO_NOBODY and not SHAPE_FREEMAIL_SHORTENER and (TEXT_SHORT_WITH_LINK or MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY) and (__FREEMAIL_SENDER or __ODD_LINK or __ODD_SENDER or LINK_ONE_FOREIGN_DOMAIN)",
}
rule "SHAPE_URGENT_FLAG_ODD" {
	score = 1, doc = "Marked urgent without a mail program, and sender or link do not fit.",
	meta = "PRIORITY_HIGH_NO_MAILER and (__ODD_SENDER or __ODD_LINK)",
}
rule "SHAPE_BROKEN_FROM_ODD_LINK" {
	score = 1.2, doc = "The From field has no proper address, and the link leads to a free host, a shortener or a deceiving name.",
	meta = "(FROM_BAD or FROM_NO_DOMAIN) and __ODD_LINK",
}
-- kundendienst-paket24.example, verify-account.example: words that are to sound like somebody, put together.
rule "SHAPE_LURE_SENDER_DOMAIN" {
	score = 1, doc = "The sender's domain puts words of trust, payment or delivery together with dashes or numbers.",
	header = { ["From:domain"] = [[/(?:^|\.)(?:[a-z0-9]+-)*(?:secure|security|sicher(?:heit)?|login|verify|verification|verifi[ck]a\w*|account|konto|conta|conto|compte|update|kunden(?:dienst|service)?|client\w*|service-?center|portal|mitteilung|benachrichtigung|zustellung|delivery|entrega|livraison|paket|parcel|colis|tracking|rastre\w+|correios|steuer|tax\w*|fiscal|toll|paytoll|pay|payment\w*|refund|rueck\w*|bonus|energie|abgaben|bank\w*|bankpas|carte|card|claim|wallet|airdrop|reward\w*|gewinn\w*|preis\w*|resgat\w*|pontos|atendimento|help|support|guest|booking|confirm|mailbox|quarantine|id)-?(?:\d{1,4}|(?:-[a-z0-9]+)*-(?:secure|security|sicher(?:heit)?|login|verify|verification|account|konto|conta|conto|info|online|portal|center|service|support|help|desk|team|check|control\w*|confirm|update|kunden\w*|zustellung|delivery|pay\w*|abgaben|rueck\w*|refund|bonus\d*|card|vitale|pas|hermes\w*|dhl\w*|dpd\w*|post\w*|es|de|fr|it|pt|br|24|\d{1,9}))\.[a-z.]{2,10}$/i]] },
}
rule "SHAPE_DASHED_LURE_DOMAIN" {
	score = 1.2, doc = "A link's host puts words of trust together with dashes: secure, login, verify, account.",
	url = { host = { [[/(?:^|[.-])(?:secure|security|login|log-in|verify|verification|verif|account|konto|update|support|kunden|service|confirm|auth|sicher|client|portal|validation|wallet|claim|booking|guest|reservation|page|appeal|tracking|track|rastre\w+|resgate|atendimento|taxa\w*|liberacao|regulariz\w+|pontos|reward\w*|bonus|airdrop)-.*(?:secure|security|login|verify|verification|verif|account|konto|update|support|kunden|service|confirm|auth|sicher|client|portal|validation|wallet|claim|help|online|bank|pay|info|center|case|id\d{1,9}|correios|brad\w*|token|xrp|ripple)/i]],
		[[/(?:correios|bradesco|livelo|pontos|resgate|mercadopago|taxas?|alfandega|detran|rastreio|rastreamento)[a-z-]*(?:online|taxa|br|pag\w*|resgat\w*|disponi\w*|fiscal\w*|correios|brad\w*|cliente\w*|acess\w*)/i]],
		[[/(?:mail\d{1,9}-|emailserv\d*-|url\d{1,9}\.)[a-z]*(?:ripple|xrp|ledger|coin|wallet)/i]] } },
}
