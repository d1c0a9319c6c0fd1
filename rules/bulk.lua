-- The ways of those who send by the million: templates not filled in, small print of affiliates, senders made by a program.

-- Signs that shout.
local sign = "(?:✅|🎁|🎉|❌|⛔|🔴|🚨|📱|💸|🤑|✔|👍|❗|⚠|🔥|🌟|🎊|🏆|💰|🫦|👅|🍑|😍|✨|⚡|🚚|🚀|⏰|📣|🧨|💊|❤|💟|😘|★)"

rule "BULK_TEMPLATE_UNFILLED" {
	score = 2, doc = "The place holders of a mailing program were not filled in.",
	any = {
		{ subject = { [[/(?:%%|\{\{?|\[\[?|\*\|) ?(?:first[_ -]?name|last[_ -]?name|sur ?name|f?name|e-?mail|vorname|nachname|user|email_user|domain|link|company|date|rand\w*|num\w*) ?(?:%%|\}\}?|\]\]?|\|\*)/i]] } },
		{ body = { [[/(?:%%|\{\{?|\[\[?|\*\||##) ?(?:first[_ -]?name|last[_ -]?name|sur ?name|f?name|e-?mail|vorname|nachname|user(?:name)?|email_user|domain|unsub(?:scribe)?(?:_?(?:link|url))?|company|rand\w*|number) ?(?:%%|\}\}?|\]\]?|\|\*|##)/i]], [[/%%\w+%%/]], [[/\bDynTag\d|_DynTag/]] } },
	},
}
-- The alternative text that examples of PHPMailer and other kits come with, left as it was.
rule "BULK_KIT_DEFAULT_TEXT" {
	score = 2, doc = "A text that comes with a mailing kit's example was left as it was.",
	body = text([[/\b(?:coloca uma mensagem opcional aqui|this is the body in plain text for non-html|to view the message, please use an html compatible|plain text version not available|preview - notification from coded mails|html nao possa ser carregado|html não possa ser carregado|translate into german:|replace here|insert your (?:text|message) here|lorem ipsum dolor sit)\b|^\W{0,40}```html/i]]),
}
rule "BULK_GREETS_ADDRESS" {
	score = 0.6, doc = "The reader is greeted by his mail address: the sender has nothing else of him.",
	body = text([[/\b(?:ol[aá]|oi|prezad[oa](?:\(a\))?|dear|hello|hi|hallo|hey|guten tag|bonjour|hola|beste|ciao|sehr geehrte[rs]?)[,:!]? {0,3}[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,60}/i]]),
}
rule "BULK_AFFILIATE_FOOTER" {
	score = 1.2, doc = "The small print of affiliate mail: leave the list by a click or by writing to a letter box.",
	body = text(
		[[/\b(?:if you (?:no longer wish|do not wish|don't want|wish|would like|want|'d like|prefer not) to (?:receive|unsubscribe|stop|remove)|you (?:may|can) unsubscribe|unsubscribe|um sich abzumelden|to be removed)\b[\s\S]{0,160}\b(?:or by|or|oder) (?:writing|schreiben|write|mail|send(?:ing)?)\b[\s\S]{0,12}(?:to|an|here|hier)?:?\s?\d{2,5}\b/i]],
		[[/\b(?:the advertiser does not manage your subscription|this (?:message|e-?mail) (?:was|is) (?:mailed|sent) to \S+ by\b|this is an advertisement|click here to remove (?:yourself|your ?self) from|remove yourself from (?:our|this) (?:e-?mails? )?list|unsubscribe from all e-?mail list|if you want to remove yourself)\b/i]],
		[[/\b(?:\d{1,9} [A-Z][a-z]{1,20} (?:[A-Z]\w{1,20} )?(?:Rd|St|Ln|Lane|Ave|Blvd|Way|Dr)\b\.?[\s\S]{0,30}(?:Ste|Suite|#)[\s.]?[\d-]+)[\s\S]{0,60}\b[A-Z]{2},? \d{5}\b/]]
	),
}
rule "BULK_SERIAL_SENDER" {
	score = 1.2, doc = "The sender's address is one of a series made by a program, one a mail.",
	meta = "__SERIAL_SENDER and (MIME_HTML_ONLY or LINK_ONE_FOREIGN_DOMAIN or __ODD_LINK)",
}
rule "BULK_NUMBERED_ROLE" {
	score = 0.8, doc = "The sender's address is a role with a long number.",
	meta = "__NUMBERED_ROLE and (MIME_HTML_ONLY or LINK_ONE_FOREIGN_DOMAIN or __ODD_LINK or MAILER_SCRIPT)",
}
rule "BULK_SENDER_HOST_LADDER" {
	score = 1.5, doc = "The sender's domain is a ladder of letters or words that a program put together.",
	header = { ["From:domain"] = {
		[[/^(?:[a-z0-9]\.){4,}/i]],
		[[/^[a-z0-9-]*?[bcdfghjklmnpqrstvwxz]{7,}[a-z0-9-]*\./i]],
		[[/^[a-z]{6,}\d{1,3}\.[a-z0-9-]+\.(?:shop|xyz|click|beauty|best|cloud|hair|life|live|pro|work|space|site|online|ru\.com|za\.com|sa\.com|bio|top|store|fun|icu|buzz|quest|sbs|cfd|lol|mom|skin|makeup|vip)$/i]],
	} },
}
rule "BULK_ODD_SENDER_TLD" {
	score = 1, doc = "The sender's domain lies in a top-level domain that is mostly abused.",
	header = { ["From:domain"] = [[/\.(?:xyz|click|beauty|best|hair|top|icu|buzz|quest|sbs|cfd|lol|mom|skin|makeup|vip|monster|bond|autos|boats|homes|yachts|motorcycles|rest|bar|cyou|ru\.com|za\.com|sa\.com|cam|gq|ml|tk|cf|ga|shop|fun|cll|lb|christmas|pics|uno|work|co\.ua)$/i]] },
}
-- Addresses without a real domain: a host name of a rented machine, a name alone.
rule "BULK_SENDER_RAW_HOST" {
	score = 1.5, doc = "The sender's domain is the host name of a rented machine.",
	header = { ["From:domain"] = {
		[[/(?:^|[.-])(?:vps|vmi?|vm|srv|server|host|cloud|node|ip|static|droplet)-?\d{2,}[\w-]*\./i]],
		[[/(?:contaboserver\.net|openstacklocal|ubuntu-|\.internal$|\.localdomain$|\.cloudapp\.azure\.com|compute\.amazonaws\.com|\d{1,9}-\d{1,9}-\d{1,9}-\d{1,9}|secureserver\.net|linode(?:usercontent)?\.com|hetzner\.|publiccloud)/i]],
		[[/(?:1vcpu|gb-10gb|s-\dvcpu)/i]],
	} },
}
rule "BULK_FROM_HIDDEN_NAME" {
	score = 1, doc = "There is a display name but the address is empty or no address at all, and the text is HTML alone.",
	meta = "(FROM_NO_DOMAIN or FROM_BAD) and MIME_HTML_ONLY and (LINK_ONE_FOREIGN_DOMAIN or __ODD_LINK or HTML_HIDDEN_TEXT or MESSAGE_ID_BAD or MESSAGE_ID_ADDED)",
}
rule "BULK_NAME_DECORATED" {
	score = 1.2, doc = "The sender's name is decorated with signs, underscores or pictures.",
	header = { ["From:name"] = {
		[[/[_#*~|=-]{2,}\w|\w[_#*~|=-]{2,}/]],
		[[/^[_#*~-]\w.*[_#*~-]$/]],
		"/" .. sign .. "/",
	} },
}
rule "BULK_SUBJECT_DECORATED" {
	score = 0.8, doc = "The subject is decorated with underscores, hash signs or several pictures.",
	subject = {
		"/" .. sign .. "[^a-zA-Z]{0,8}" .. sign .. "/",
		[[/^_{1,}\w.*_|_\w+_\w+_\w+_|~{2,}|\*{2,}\w|\w\*{2,}|#[a-z0-9]{4,}$|\.id#/i]],
		[[/[_-]{3,}/]],
	},
}
rule "BULK_SUBJECT_TAIL" {
	score = 0.8, doc = "The subject ends in a number or a random word that makes every copy different.",
	subject = {
		[[/(?:[:.!?*#-] ?|(?:protocolo|msg|id|n(?:º|o|°)|ref|case|ticket)[:. ]{0,3}#?)\d{6,}\W*$/i]],
		[[/ - (?:[a-z]+[0-9]+[A-Z]+|[a-z0-9]*[A-Z][a-z0-9]*[0-9][A-Za-z0-9]*)$/]],
		[=[/(?:\(#?\d{6,}\)|#[A-Z0-9]{5,}|\[ERROR[_\]]).{0,3}$/]=],
		[[/\d{10,}/]],
	},
}
rule "BULK_GIBBERISH_WORDS" {
	score = 0.8, doc = "Runs of keys struck at random, put in to make every copy different.",
	body = { [[/\b(?:ssss|aaaa|asdfg|qwer|wqez|ashf|fsdv|sdfg|dfgh|zxcv)\w{10,}\b/i]], [[/[A-Z]{2,6}SDF[_-][A-Z]{3,}/]] },
	size = { max = "100K" },
}
rule "BULK_PUSHED_DOWN" {
	score = 3, doc = "A foreign text is pushed far below what the reader sees.",
	rawbody = { [[/\b(?:margin-top|padding-top|height|margin-bottom|line-height)\s{0,4}:\s{0,4}(?:\d{5,}\s?(?:px|pt)?|\d{3,}\s?(?:vh|em|rem))/i]], [[/(?:<br\s?\/?>\s{0,6}){80}/i]] },
}
