-- Parts that the rules of all topics share: signs of a sender, of a link and of a form that do not fit, and the words of pressure. None of them scores;
-- the topics count them only beside a claim.

-- Savings banks and cooperative banks have hundreds of domains of their own.
rule "__FEDERATED_BANK" {
	doc = "The sender is a savings or cooperative bank, by its name and a German or Austrian domain of the usual form.",
	header = {
		["From:name"] = [[/(?:sparkasse|volksbank|raiffeisen|vr[- ]?bank|volksbanken|sparda|psd bank)/i]],
		["From:domain"] = [[/(?:^|\.)(?:[a-z]*sparkasse[a-z-]*|ksk-?[a-z-]+|spk-?[a-z-]+|s-[a-z]+|kskbb|haspa|naspa|(?:vr|vb|rb|voba|v)-?(?:bank)?-?[a-z-]*|volksbank[a-z-]*|raiffeisen[a-z-]*|raibank|sparda[a-z-]*|psd-[a-z-]+)\.(?:de|at)$/i]],
	},
}
rule "__NAME_BRAND" { doc = "The sender calls himself by a brand that he is not.", meta = "FROM_NAME_BRAND and not __FEDERATED_BANK" }
rule "__DOMAIN_BRAND" { doc = "The sender's domain looks like a brand's.", meta = "FROM_DOMAIN_BRAND_LOOKALIKE and not __FEDERATED_BANK" }
rule "__LINK_BRAND_IN_DOMAIN" { doc = "A link's domain has a brand's name in it.", meta = "LINK_BRAND_IN_DOMAIN and not __FEDERATED_BANK" }

-- The sender is not who the mail says, or has no proper address.
rule "__ODD_SENDER" {
	doc = "The sender's address is malformed, drawn at random, or of another domain than the name it shows.",
	meta = [[FROM_BAD or FROM_NO_DOMAIN or MISSING_FROM or __NAME_BRAND or FROM_NAME_HAS_OTHER_ADDRESS or FROM_NAME_IS_OTHER_DOMAIN or FROM_NAME_ROLE or
		FROM_NAME_RECIPIENT_DOMAIN or FROM_NAME_MIXED_SCRIPTS or FROM_DOMAIN_RANDOM or __DOMAIN_BRAND or FROM_DOMAIN_PUNYCODE_MIXED or
		FROM_LOCAL_RANDOM or FROM_LOCAL_BRAND or REPLY_TO_FREEMAIL or MAILER_FORGED or MAILER_SPAMWARE or MAILER_SCRIPT_EVAL or
		MAILER_SCRIPT and MESSAGE_ID_LOCALHOST or __SERIAL_SENDER or __NAME_FOREIGN or
		PARCEL_CARRIER_FOREIGN or BANK_GERMAN_NAMED or RENEWAL_SERVICE_FOREIGN or TAX_AUTHORITY_FOREIGN or CRYPTO_NAME_FOREIGN or SHAPE_LURE_SENDER_DOMAIN]],
}

-- The link leads to where anybody can put up a page, or hides where it leads.
rule "__ODD_LINK" {
	doc = "A link leads to a free host, a shortener, an address without a name, or a name that deceives.",
	meta = [[not LINK_MANY_DOMAINS and (LINK_SHORTENER or LINK_FREE_HOSTING or LINK_IP or LINK_IP_DISGUISED or LINK_ODD_TLD or LINK_OPEN_REDIRECT or LINK_HOST_FROM_IP or LINK_USERINFO or
		LINK_HAS_RECIPIENT or LINK_BRAND_LOOKALIKE or __LINK_BRAND_IN_DOMAIN or LINK_BRAND_IN_SUBDOMAIN or LINK_TEXT_BRAND_DOMAIN or
		LINK_IDN_BRAND or LINK_IDN_MIXED_SCRIPT or LINK_HOST_ENCODED or LINK_MANY_DOTS or LINK_HOST_BAD or
		__FORM_LINK or __RANDOM_HOST)]],
}

-- No odd link, but one that leads away from the sender.
rule "__FOREIGN_LINK" { doc = "A link leads to another domain than the sender's.", meta = "LINK_ONE_FOREIGN_DOMAIN or LINK_BRAND_ABSENT or TEXT_SHORT_WITH_LINK or __ODD_LINK" }

-- The form hides something from the reader or from a filter.
rule "__ODD_FORM" {
	doc = "The form of the mail hides its words.",
	meta = [[MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY or HTML_HIDDEN_TEXT or HTML_ENTITY_OBFUSCATION or HTML_COMMENT_SPLIT or SUBJECT_STYLED_LETTERS or
		SUBJECT_MIXED_SCRIPTS or SUBJECT_INVISIBLE_CHARS or TEXT_ZERO_WIDTH or TEXT_MIXED_SCRIPTS or TEXT_STYLED_LETTERS or MIME_PARTS_DIFFER or
		MIME_BROKEN_STRUCTURE or CHARSET_UNKNOWN or SUBJECT_FAKE_REPLY or SUBJECT_NEEDLESS_ENCODING or MIME_NEEDLESS_BASE64]],
}

-- Nobody in particular: the sender does not know whom he writes to.
rule "__TO_NOBODY" { doc = "No recipient is named.", meta = "MISSING_TO or TO_UNDISCLOSED or TO_BAD or TO_EQUALS_FROM" }

-- Any of the four.
rule "__ODD_ANY" { doc = "Sender, link, form or recipients are odd.", meta = "__ODD_SENDER or __ODD_LINK or __ODD_FORM or __TO_NOBODY" }

-- Anything that does not fit, weak signs included.
rule "__MISFIT" {
	doc = "Sender, link, form or recipients are odd, or links and answers go elsewhere, or the sender has a free mailbox.",
	meta = "__ODD_ANY or __FOREIGN_LINK or REPLY_TO_OTHER_DOMAIN or __FREEMAIL_SENDER or BULK_AFFILIATE_FOOTER or BULK_TEMPLATE_UNFILLED or BULK_ODD_SENDER_TLD",
}

-- jane_doe_48213@, new_offer_1_28305@: addresses made by a program, one a mail.
rule "__SERIAL_SENDER" {
	doc = "The local part of the sender's address is words and a number joined by underscores.",
	from = [[/^[a-z0-9]{2,20}(?:[_.][a-z0-9]{1,20}){1,3}_\d{3,6}@/i]],
	none = { { from = [[/@(?:gmail|googlemail|hotmail|outlook|live|yahoo|gmx|web|aol|icloud|t-online)\./i]] } },
}

-- info4711@, alert99321support@: a role that wears a number.
rule "__NUMBERED_ROLE" {
	doc = "The local part of the sender's address is a role with a long number.",
	from = {
		[[/^(?:info|support|service|contact|admin|noreply|no-reply|alert|notice|notification|security|billing|payment|kundenservice|sicherheit|sac|atendimento|aviso|avisos|informes?|alfandega|resgate|pontos|convite|suporte)[\w.-]{0,20}\d{3,}[\w.-]{0,30}@/i]],
		[[/^\d{5,8}@/]],
	},
}

-- A name of a service, and a domain in which nothing of it stands. Only names that are no common words.
rule "__NAME_FOREIGN" {
	doc = "The sender shows the name of a service, and nothing of it is in his domain.",
	any = {
		{ header = { ["From:name"] = [[/\b(?:trust ?wa[lI]{2}et|metamask|meta mask)\b/i]] }, none = { { header = { ["From:domain"] = [[/(?:trustwallet|metamask|consensys)/i]] } } } },
		{ header = { ["From:name"] = [[/\b[lI]edger\b/i]] }, none = { { header = { ["From:domain"] = [[/ledger/i]] } } } },
		{ header = { ["From:name"] = [[/\b(?:ripple|xrp)\b/i]] }, none = { { header = { ["From:domain"] = [[/(?:ripple|xrp)/i]] } } } },
		{ header = { ["From:name"] = [[/\b(?:bradesco|livelo|nubank|ita[uú] ?card|caixa econ[oô]mica|banco do brasil|correios|detran|serasa)\b/i]] },
			none = { { header = { ["From:domain"] = [[/(?:^|\.)(?:bradesco|livelo|nubank|itau|itaucard|caixa|bb|correios|serasa|serasaexperian|detran|gov)\.(?:com\.br|gov\.br|br)$/i]] } } } },
		{ header = { ["From:name"] = [[/\b(?:docusign|dropbox|sharepoint|onedrive|adobe sign|wetransfer)\b/i]] },
			none = { { header = { ["From:domain"] = [[/(?:docusign|dropbox|sharepoint|microsoft|adobe|wetransfer)/i]] } } } },
		{ header = { ["From:name"] = [[/\b(?:mcafee|norton|total ?av|geek squad)\b/i]] },
			none = { { header = { ["From:domain"] = [[/(?:mcafee|norton|totalav|gendigital|nortonlifelock|geeksquad|bestbuy)/i]] } } } },
	},
}

-- A form or a document of a service where anybody can make one.
rule "__FORM_LINK" {
	doc = "A link leads to a form or document that anybody can make.",
	url = {
		whole = [[/^https?:\/\/(?:docs\.google\.com\/(?:forms|drawings|presentation|document)|forms\.gle\/|drive\.google\.com\/(?:file|open|uc)|forms\.office\.com|forms\.yandex\.|sites\.google\.com|[\w-]+\.typeform\.com\/to|(?:www\.)?jotform\.com\/|form\.jotform\.com|translate\.google\.com\/translate|[\w-]+\.translate\.goog|1drv\.ms\/|[\w.-]+\.formstack\.com|[\w-]+\.(?:surveysparrow|zohopublic)\.)/i]],
	},
}

-- Names that nobody types: many consonants, letters and digits in turn.
rule "__RANDOM_HOST" {
	doc = "A link's host name looks drawn at random.",
	url = {
		host = {
			[[/(?:^|\.)(?:[a-z]{1,3}\d{1,3}){3,}[a-z\d]{0,20}\./]],
			[[/(?:^|\.)[bcdfghjklmnpqrstvwxz]{9,}\./]],
			[[/^(?:[a-z\d]\.){5,}/]],
			[[/(?:^|\.)[a-z\d]{36,}\./]],
		},
	},
	none = { { url = { host = [[/(?:cloudfront|amazonaws|googleusercontent|cloudflare|akamai|fbcdn|hubspot|hs-sites|salesforce|exacttarget|mailgun|sendgrid|mandrillapp|list-manage)/i]] } } },
}

-- Words of pressure: a short time, and what happens then.
rule "__DEADLINE" {
	doc = "Something must be done within hours or days.",
	any = (function()
		local p = {
			[[/\b(?:with ?in|in|next|only) (?:the next |less than )?(?:\(?(?:12|24|36|48|72|one|two|three|1|2|3|5|7)\)? ?)(?:working |business )?(?:hours?|hrs|days?)\b/i]],
			[[/\b(?:final|last|urgent) (?:notice|warning|reminder|notification|attempt|alert|call|chance)\b|\bact (?:now|immediately)\b|\bexpires? (?:today|soon|in \d)|\bbefore it'?s too late\b|\bby (?:the )?(?:end|close) of (?:today|the day|business|the week)\b/i]],
			[[/\b(?:innerhalb|binnen) (?:von )?(?:der nächsten )?(?:\d{1,9}|zwei|drei|fünf|sieben) (?:Stunden|Werktagen?|Tagen?)\b|\bin den nächsten (?:24|48|72) Stunden\b/i]],
			[[/\b(?:letzte|finale|dringende) (?:Mahnung|Warnung|Erinnerung|Mitteilung|Chance|Aufforderung|Möglichkeit)\b|\bletzter (?:Versuch|Aufruf|Hinweis)\b|\b(?:nur noch heute|läuft (?:heute|bald|in Kürze) ab|umgehend|unverzüglich)\b/i]],
			[[/\b(?:nas|em até|dentro de|prazo de|em) (?:próximas )?(?:24|48|72) ?(?:h|hs|horas)\b|\b(?:último aviso|prazo final|o mais breve possível|imediatamente|expira(?:m|ndo|rão)? (?:em|hoje|ainda))\b/i]],
			[[/\b(?:en|dentro de) (?:las próximas )?(?:24|48|72) horas\b|\b(?:último aviso|última oportunidad|caduca hoy)\b/i]],
			[[/\b(?:dans|sous|d'ici) (?:les )?(?:24|48|72) ?(?:h|heures)\b|\b(?:dernier (?:avis|rappel|avertissement)|expire aujourd'hui|dans les plus brefs délais)\b/i]],
			[[/\b(?:binnen) (?:24|48|72|\d) (?:uur|dagen)\b|\b(?:laatste (?:waarschuwing|kans|herinnering))\b|\bentro (?:24|48|72) ore\b|\bultimo avviso\b/i]],
		}
		return said(table.unpack(p))
	end)(),
}

-- What happens when nothing is done.
rule "__THREAT" {
	doc = "An account or service will be lost.",
	any = (function()
		local p = {
			[[/\b(?:will|would|shall|may|to|has|have|is|are|was|been|be|get|being) (?:be |been |systematically |temporarily |permanently |automatically |soon |now ){0,3}(?:suspended|blocked|locked|disabled|deactivated|deleted|closed|terminated|restricted|limited|lost|removed|unable to connect|de-?activated|cancell?ed)\b/i]],
			[[/\b(?:suspension|termination|deactivation|closure|loss) of (?:your|the|this) (?:account|mailbox|e-?mail|access|service|wallet|funds|data)\b|\bavoid (?:\w{1,20} ){0,3}(?:suspension|deactivation|closure|loss|interruption|termination|being (?:locked|blocked))\b/i]],
			[[/\b(?:wird|werden|wurde|wurden|ist|sind) (?:[\wäöüß-]+ ){0,6}(?:gesperrt|eingeschränkt|deaktiviert|gelöscht|geschlossen|blockiert|gekündigt|storniert|beschränkt|ausgesetzt|eingestellt|beendet|zurückgesendet|zurückgeschickt)\b/i]],
			[[/\b(?:Sperrung|Deaktivierung|Löschung|Schließung|Einschränkung|Kontosperrung) (?:Ihres|Ihrer|des|der|vermeiden|zu vermeiden)\b/i]],
			[[/\b(?:será|foi|foram|serão|está|sua conta|seja|estar) (?:\w{1,20} ){0,3}(?:bloquead[oa]s?|suspens[oa]s?|cancelad[oa]s?|desativad[oa]s?|encerrad[oa]s?|excluíd[oa]s?|retid[oa]s?|devolvid[oa]s?|eliminad[oa]s?)\b/i]],
			[[/\b(?:será|ha sido|han sido|serán|está|sido) (?:\w{1,20} ){0,3}(?:bloquead[oa]s?|suspendid[oa]s?|cancelad[oa]s?|eliminad[oa]s?|desactivad[oa]s?)\b/i]],
			[[/\b(?:sera|seront|a été|est|sont|ont été) (?:\w{1,20} ){0,3}(?:suspendue?s?|bloquée?s?|supprimée?s?|désactivée?s?|fermée?s?|limitée?s?|clôturée?s?)\b/i]],
			[[/\b(?:wordt|worden|is|zijn|zal) (?:\w{1,20} ){0,4}(?:geblokkeerd|opgeschort|verwijderd|afgesloten|gedeactiveerd)\b|\b(?:verrà|sarà|è stato|saranno) (?:\w{1,20} ){0,2}(?:sospes[oa]|bloccat[oa]|disattivat[oa]|eliminat[oa])\b/i]],
		}
		return said(table.unpack(p))
	end)(),
}

-- What is to be done: prove or renew something by a link.
rule "__ACT" {
	doc = "The reader is to confirm, verify or update something.",
	any = (function()
		local p = {
			[[/\b(?:verify|validate|confirm|update|re-?activate|re-?validate|unlock|restore|secure|upgrade|review|authenticate|sign ?in|log ?in|re-?login)\b[\s\S]{0,40}\b(?:your|account|identity|information|details|wallet|mailbox|e-?mail|address|payment|billing|password|ownership|here|now|below)\b/i]],
			[[/\b(?:bestätigen|aktualisieren|verifizieren|überprüfen|freischalten|entsperren|reaktivieren|legitimieren|hinterlegen|anmelden)\b[\s\S]{0,60}\b(?:Sie|Ihr|Ihre|Ihren|Daten|Konto|Angaben|Identität|hier)\b/i]],
			[[/\b(?:Ihr|Ihre|Ihren|Ihrer|Daten|Konto|Angaben|Identität)\b[\s\S]{0,60}\b(?:bestätigen|aktualisieren|verifizieren|überprüfen|freischalten|entsperren|reaktivieren|legitimieren|Bestätigung|Aktualisierung|Verifizierung)\b/i]],
			[[/\b(?:clique|acesse|confirme|confirmar|atualize|atualizar|regularize|regularizar|desbloque(?:ar|ie)|resgat(?:ar|e)|efetu(?:e|ar)|valid(?:e|ar)|reativ(?:e|ar|ação))\b[\s\S]{0,40}\b(?:aqui|agora|abaixo|conta|dados|pagamento|pontos|cadastro|acesso|botão|link)\b/i]],
			[[/\b(?:haga|haz|confirme|confirma|actualice|actualiza|verifique|verifica)\b[\s\S]{0,40}\b(?:aquí|clic|cuenta|datos|pago|envío|recepción)\b/i]],
			[[/\b(?:cliquez|confirmez|mettez à jour|vérifiez|confirmer|actualiser|régularise[rz])\b[\s\S]{0,40}\b(?:ici|compte|données|paiement|informations|livraison|réception|bouton|votre)\b/i]],
			[[/\b(?:klik|bevestig|bevestigen|controleer|werk)\b[\s\S]{0,40}\b(?:hier|uw|je|gegevens|rekening|account|bij)\b|\b(?:clicca|conferma|aggiorna|verifica)\b[\s\S]{0,40}\b(?:qui|conto|dati|account|ora|subito)\b/i]],
		}
		return said(table.unpack(p))
	end)(),
}

-- Nobody who has a contract with you writes so.
rule "__NAMELESS_GREETING" {
	doc = "The reader is greeted by no name.",
	body = text(
		[[/\b(?:dear|hello|hi|attention|attn) (?:valued |esteemed |our |e-?mail |mail |account |web ?mail ){0,3}(?:customer|client|user|member|patron|sir|madam|friend|beneficiary|winner|subscriber|owner|holder|account holder|sir or madam|sir\/madam|consumer|shopper)\b/i]],
		[[/\b(?:sehr geehrte[rs]?|guten tag|hallo|lieber?|liebe[rs]?) (?:\w+-)?(?:kunden?|kundin|nutzer|nutzerin|mitglied|verbraucher|teilnehmer|damen und herren|empfänger|e-?mail-?nutzer|käufer|kontoinhaber)\b/i]],
		[[/\b(?:prezad[oa]|caro|olá)(?:\(a\))?,? (?:cliente|usuári[oa]|senhor|contribuinte|destinatário)\b|\b(?:estimad[oa]|querid[oa]) (?:cliente|usuari[oa])\b|\bcher(?:e|s|\(e\))? (?:client|cliente|acheteur|utilisateur|abonné|membre)\b|\b(?:beste|geachte) (?:klant|gebruiker|lezer)\b|\bgentile (?:cliente|utente)\b/i]],
		[[/\b(?:ol[aá]|oi|prezad[oa](?:\(a\))?|dear|hello|hi|hallo|hey|guten tag|bonjour|hola|beste|ciao|sehr geehrte[rs]?)[,:!]? {0,3}[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,60}/i]]
	),
}

-- Lines of another mail are quoted in an answer.
rule "__QUOTES" { doc = "An answer quotes lines of another mail.", body = [[/(?:^|\n)>[^\n]*\n(?:[^\n]*\n)?>[^\n]*\n/]], header = { ["In-Reply-To"] = true } }
-- Warnings, reports and talk about fraud quote its words. These mails are what a reader needs most: words alone count less in them; a sender or link that
-- does not fit counts as ever.
rule "__FRAUD_NAMED" {
	doc = "Fraud by mail is named as such.",
	any = said(
		[[/\b(?:phish(?:es|ing|ed)?|spear-?phishing|scammers?|fraudsters?|quishing|spamassassin|rspamd|social engineering|security awareness|test phish)\b/i]],
		[[/\b(?:Betrüger\w*|Betrugsversuch\w*|Betrugsmasche\w*|gefälschte[nr]? (?:E-?)?Mails?|Fake-?Mails?|angeblich von|Warnung vor|Enkeltrick|Verbraucherzentrale)\b/i]],
		[[/\b(?:(?:fake|fraudulent|scam|bogus|suspicious) (?:e-?)?(?:mails?|messages?|texts?|calls?)|(?:it|these|this) (?:is|are)(?: not|n'?t) from us|pretend(?:s|ing)? to (?:be|come) from|we(?:'ll| will) never (?:ask|rush|request)|is it really us)\b/i]],
		[[/\b419(?:er)?s? (?:mails?|letters?|scams?|spam)\b|\bnigeria(?:n)? (?:scam|letter|connection)\b/i]],
		[[/\bwir (?:fordern|fragen|bitten) Sie (?:nie|niemals)\b|\bgeben Sie (?:\w{1,20} ){0,4}niemals\b/i]]
	),
}
rule "__ABOUT_FRAUD" { doc = "The text speaks about fraud by mail, or quotes another mail.", meta = "__FRAUD_NAMED or __QUOTES" }
