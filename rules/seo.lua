-- Services that nobody asked for: search engine ranking, web design, lists of addresses, guest posts, patents.

rule "SEO_RANKING" {
	score = 1.5, doc = "The first page of a search engine is promised.",
	any = said(
		[[/\b(?:(?:first|1st|top) (?:page|position|rank\w*|spot|results?) (?:\w{1,20} ){0,3}(?:google|search|bing)|rank (?:\w{1,20} ){0,4}(?:google|#1|on top|higher)|google (?:rank\w*|first page)|search engine (?:optimi[sz]\w+|rank\w*)|seo (?:services?|expert|packages?|audit|proposal|report|company|consultant|agency|quote|strategy|plan)|(?:boost|increase|improve) (?:\w{1,20} ){0,4}(?:rank\w*|organic traffic|website traffic|web traffic|visibility)|backlinks?|domain authority|white ?hat)\b/i]],
		[[/\b(?:Suchmaschinen(?:optimierung|ranking|platzierung)|(?:Seite|Platz) (?:1|eins) (?:bei|auf) Google|Google-?(?:Ranking|Platzierung)|SEO-?(?:Dienstleistung\w*|Agentur|Paket|Experte|Analyse|Optimierung)|mehr (?:Besucher|Traffic|Kunden) (?:auf|für) Ihre)\b/i]]
	),
	none = { { header = { ["In-Reply-To"] = true } } },
}
rule "SEO_WEBSITE_ERRORS" {
	score = 1.8, doc = "A stranger has looked at the reader's web site and found errors.",
	any = said(
		[[/\b(?:came across|visited|reviewed|checked|looked (?:at|through)|went through|going through|looking at|visiting|found|analy[sz]ed|browsing) (?:\w{1,20} )?your (?:web ?site|site|web ?page|domain)\b[\s\S]{0,300}\b(?:errors?|issues?|improve\w*|rank\w*|traffic|not (?:showing|ranking|optimi[sz]ed)|re-?design|quote|price|proposal|audit|report|seo)\b/i]],
		[[/\b(?:auf|bei) Ihre[rn]? (?:Web(?:site|seite)|Homepage|Internetseite)\b[\s\S]{0,240}\b(?:Fehler|Verbesserung\w*|Optimierung|Ranking|Angebot|Analyse|verbessern)\b[\s\S]{0,200}\b(?:Angebot|kostenlos\w*|Preis\w*|Rückmeldung|Interesse|antworten)\b/i]]
	),
	none = { { header = { ["In-Reply-To"] = true } } },
}
rule "SEO_WEB_DESIGN" {
	score = 1.5, doc = "A stranger offers to build or redesign a web site or an app.",
	any = said(
		[[/\b(?:we|i) (?:are|am|offer|provide|can|do|specialise|specialize|design|develop|build)\b[\s\S]{0,80}\b(?:web ?(?:site)? (?:design\w*|develop\w*|re-?design)|mobile apps? develop\w*|app development|web developers?|e-?commerce (?:website|develop\w*)|wordpress (?:website|develop\w*))\b[\s\S]{0,300}\b(?:interested|quote|price|portfolio|phone number|call|reply|affordable|budget|proposal)\b/i]],
		[[/\b(?:Web(?:site|seiten?)|Homepage|App)[- ]?(?:Erstellung|Entwicklung|Design|Gestaltung|erstellen lassen|neu gestalten)\b[\s\S]{0,240}\b(?:Angebot|Festpreis|günstig\w*|unverbindlich\w*|Interesse|Referenzen|ab \d{1,9})\b/i]]
	),
	none = { { header = { ["In-Reply-To"] = true } } },
}
rule "SEO_ADDRESS_LISTS" {
	score = 1.8, doc = "Lists of addresses, attendees or decision makers are sold.",
	any = said(
		[[/\b(?:e-?mail|contact|attendees?|visitors?|decision[- ]makers?|business|leads?|users?|customers?|mailing) ?(?:e-?mail )?(?:list|database|data ?base|lists)\b[\s\S]{0,300}\b(?:counts?|pricing|cost|purchase|acquir\w+|interested|available|verified|opt-?in|titles|fields|industry|target)\b[\s\S]{0,300}\b(?:let me know|reply|interested|samples?|further|quote|cost|share)\b/i]],
		[[/\b(?:Adress(?:en|listen|daten)|Firmenadressen|E-?Mail-?Adressen|Teilnehmerliste|Besucherliste|Entscheider-?Adressen)\b[\s\S]{0,160}\b(?:kaufen|erwerben|verkauf\w*|Preis\w*|Angebot|verfügbar|Millionen|Branchen)\b/i]]
	),
	none = { { header = { ["In-Reply-To"] = true } } },
}
rule "SEO_GUEST_POST" {
	score = 1.8, doc = "A guest post or a paid link is wanted on the reader's site.",
	any = said([[/\b(?:guest (?:post\w*|article|blog\w*)|sponsored (?:post|article|content)|link (?:insertion|exchange|building|placement)|paid (?:link|post)|do-?follow|gastbeitr\w+|gastartikel|linktausch|linkaufbau)\b[\s\S]{0,300}\b(?:your (?:site|website|blog)|publish\w*|price|rates?|cost|interested|Ihre[rn]? (?:Seite|Website|Blog)|Preis\w*)\b/i]]),
	none = { { header = { ["In-Reply-To"] = true } } },
}
rule "SEO_DOMAIN_OFFER" {
	score = 1.5, doc = "A domain expires, or one alike is for sale or being registered by another.",
	any = said(
		[[/\bdomain (?:name )?(?:expir\w+|service notice|abuse|registration|listing|search engine|renewal notice|for sale|auction)\b[\s\S]{0,300}\b(?:pay|act|register\w*|offer|secure payment|process|interested|trademark|china|asia|bid)\b/i]],
		[[/\b(?:china|chinese|asian?|hong ?kong) (?:domain|network|intellectual)\b[\s\S]{0,300}\b(?:register|trademark|brand|company name|dispute)\b/i]]
	),
}
rule "SEO_STRANGER" { score = 1.8, doc = "Services nobody asked for, from a free mailbox or an odd sender.", meta = "(SEO_RANKING or SEO_WEBSITE_ERRORS or SEO_WEB_DESIGN or SEO_ADDRESS_LISTS or SEO_GUEST_POST or SEO_DOMAIN_OFFER) and (__FREEMAIL_SENDER or __ODD_SENDER or __TO_NOBODY)" }
rule "SEO_TWO_SIGNS" { score = 1.2, doc = "Two or more services nobody asked for.", meta = "(SEO_RANKING > 0) + (SEO_WEBSITE_ERRORS > 0) + (SEO_WEB_DESIGN > 0) + (SEO_ADDRESS_LISTS > 0) + (SEO_GUEST_POST > 0) + (SEO_DOMAIN_OFFER > 0) >= 2" }
