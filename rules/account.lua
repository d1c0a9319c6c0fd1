-- Accounts of shops, networks and streaming services: sign-ins nobody made, failed payments, identities to prove.

rule "ACCOUNT_UNUSUAL_SIGN_IN" {
	score = 1.2, doc = "An unusual sign-in from afar is told.",
	any = said(
		[[/\bunusual (?:sign-?in|log-?in|activity|connection)\b|\b(?:someone|a user|somebody) (?:\w{1,20} ){0,4}(?:logged in(?:to)?|tried to [lI]og|signed in)\b|\b(?:new|unrecogni[sz]ed|unauthori[sz]ed|suspicious|unknown) (?:device )?(?:log-?in|sign-?in|login attempt|access)\b|\bsign-?in details\b[\s\S]{0,120}\b(?:russia|moscow|ip address|country)\b/i]],
		[[/\b(?:ungewöhnliche|verdächtige|unbekannte|neue)r? (?:Anmeldung|Anmeldeaktivität|Anmeldeversuch|Aktivität|Zugriff|Login)\b|\b(?:Anmeldung|Zugriff|Login) (?:von|auf|mit) einem (?:neuen|unbekannten) (?:Gerät|Standort)\b/i]],
		[[/\b(?:novo|houve um|acesso) (?:\w{1,20} )?(?:acesso|suspeito)\b[\s\S]{0,60}\b(?:sua conta|dispositivo|conta|protocolo)\b|\bnão reconheço este acesso\b|\bdetectamos (?:um novo acesso|uma alteração|um acesso)\b|\b(?:método|verificação) (?:de|em) duas etapas\b|\bnão fui eu\b|\bno (?:he sido|fui) yo\b|\bce n'était pas moi\b|\bbloqueamos um acesso\b|\b(?:inicio de sesión|acceso) (?:inusual|sospechoso)\b|\bactivités? de connexion inhabituelles?\b|\bconnexion inhabituelle\b|\bongebruikelijke (?:aanmelding|inlog\w*)\b/i]]
	),
}
rule "ACCOUNT_PAYMENT_FAILED" {
	score = 1.2, doc = "A payment for a subscription failed, and its data are to be entered anew.",
	any = said(
		[[/\b(?:trouble|problem|issue|unable|failed|couldn't|could not|invalid|declined|expired|no longer valid|update)\b[\s\S]{0,60}\b(?:billing|payment|card)\b[\s\S]{0,40}\b(?:information|details|method|data|process|valid|subscription|payment)\b/i]],
		[[/\b(?:payment|billing|card|charge)\b[\s\S]{0,60}\b(?:failed|declined|unsuccessful|invalid|could not be processed|no longer valid|was rejected|not (?:be )?processed)\b/i]],
		[[/\b(?:Zahlung|Zahlungsmethode|Zahlungsdaten|Abbuchung|Zahlungsinformationen|Lastschrift|Rechnungsdaten)\b[\s\S]{0,80}\b(?:fehlgeschlagen|abgelehnt|nicht (?:verarbeitet|eingezogen|abgebucht|erfolgreich|abgeschlossen)|aktualisier\w*|ungültig|abgelaufen|Problem)\b/i]],
		[[/\b(?:dados de pagamento|forma de pagamento|datos de (?:pago|facturación)|moyen de paiement|informations de (?:paiement|facturation)|betaalgegevens|betaling|dati di pagamento)\b[\s\S]{0,80}\b(?:problema|atualiz\w+|recusad\w+|rechazad\w+|actualiz\w+|refusée?|échou\w+|mettre à jour|mislukt|bijwerken|aggiorn\w+|rifiutat\w+)\b|\b(?:problema|problème|probleem)\b[\s\S]{0,40}\b(?:pagamento|pago|paiement|betaling)\b/i]]
	),
}
rule "__ACCOUNT_SUSPENDED" {
	doc = "An account at a shop, network or streaming service is suspended until something is confirmed.",
	any = said(
		[[/\b(?:account|membership|profile|page|store|ad account|access)\b[\s\S]{0,30}\b(?:(?:is|has been|was|been|have been|will be|temporarily|now|permanently|currently) ){1,3}(?:suspended|restricted|limited|locked|disabled|deactivated|on hold|flagged|blocked|closed|deleted|cancell?ed)\b/i]],
		[[/\b(?:Konto|Account|Mitgliedschaft|Kundenkonto|Abonnement|Abo|Zugang|Profil)\b[\s\S]{0,30}\b(?:wurde|ist|wird) (?:\w{1,20} ){0,4}(?:gesperrt|eingeschränkt|ausgesetzt|deaktiviert|geschlossen|gekündigt|beendet|gelöscht)\b/i]],
		[[/\b(?:sua conta|seu perfil) (?:está|foi|será) (?:\w{1,20} )?(?:suspens[oa]|bloquead[oa]|cancelad[oa]|temporariamente)\b|\btu cuenta (?:ha sido|está|será) (?:suspendida|bloqueada)\b|\bvotre (?:compte|abonnement) (?:a été|est|sera) (?:suspendu|bloqué|résilié|désactivé)\b|\b(?:je|uw) account (?:is|wordt|zal) (?:opgeschort|geblokkeerd)\b/i]]
	),
}
-- The same words are not counted for a bank and for another account.
rule "ACCOUNT_SUSPENDED" {
	score = 1, doc = "An account at a shop, network or streaming service is suspended until something is confirmed.",
	meta = "__ACCOUNT_SUSPENDED and not BANK_ACCOUNT_LOCKED",
}
rule "__ACCOUNT_VERIFY" {
	doc = "An identity or account is to be verified so that it can be used on.",
	any = said(
		[[/\b(?:verify|confirm|validate|prove) (?:that )?(?:your|it'?s (?:really )?you|the|an?|ownership) ?(?:\w{1,20} ){0,3}(?:identity|account|info(?:rmation)?|ownership|id\b|details|really you)\b|\bidentifying information\b|\bconfirm your (?:account|information|details|identity)\b|\bre-?verify your\b|\baction required\b[\s\S]{0,40}\b(?:verify|account|confirm|update)\b/i]],
		[[/\b(?:Identität|Konto|Kundenkonto|Account) (?:\w{1,20} ){0,3}(?:bestätigen|verifizieren|überprüfen|zu bestätigen|zu verifizieren)\b|\b(?:bestätigen|verifizieren) Sie (?:\w{1,20} ){0,3}(?:Identität|Konto|Account|Daten)\b|\bAktion erforderlich\b|\bHandlungsbedarf\b/i]],
		[[/\b(?:verifique|confirme|valide) (?:\w{1,20} ){0,2}(?:identidad|identidade|cuenta|conta)\b|\b(?:vérifiez|confirmez) votre (?:identité|compte)\b/i]]
	),
}
rule "ACCOUNT_VERIFY_IDENTITY" {
	score = 0.8, doc = "An identity or account is to be verified so that it can be used on.",
	meta = "__ACCOUNT_VERIFY and not BANK_UPDATE_DATA",
}
rule "ACCOUNT_POLICY_VIOLATION" {
	score = 1.5, doc = "A page or account broke rules of a network, and an appeal has to be made by a link.",
	any = said(
		[[/\b(?:copyright|community (?:standards?|guidelines?)|trademark|policy|policies|advertising (?:policy|policies)|intellectual property|terms of (?:use|service))\b[\s\S]{0,60}\b(?:violat\w+|infring\w+|breach\w*|complaint)\b[\s\S]{0,300}\b(?:appeal|page|account|verify|disabled|deleted|unpublished|form|review)\b/i]],
		[[/\b(?:Urheberrecht\w*|Gemeinschaftsstandards|Richtlinien|Markenrecht\w*)\b[\s\S]{0,80}\b(?:verstoß\w*|verletz\w*)\b[\s\S]{0,300}\b(?:Einspruch|Seite|Konto|gelöscht|deaktiviert|Formular)\b/i]]
	),
}
rule "ACCOUNT_REPORT_USER" {
	score = 2, doc = "Buttons of a sign-in notice are links to a mailbox: \"report the user\", \"yes, me\".",
	body = text([[/\breport the user\b[\s\S]{0,40}\byes,? (?:it'?s )?me\b/i]], [[/\bnot you\? report (?:the user|it)\b/i]]),
}
rule "ACCOUNT_TRUSTED_SENDER" {
	score = 2, doc = "The text itself says that it comes from a trusted or certified sender.",
	body = text(
		[[/\b(?:this (?:message|e-?mail) (?:is|was sent|comes|has been sent|was) (?:\S+ ){0,4}from a (?:trusted|verified|certified|safe) (?:and \w+ )?sender|trusted sender (?:certified|verified)|sender (?:is|has been) (?:verified|trusted) by|message (?:a été )?envoyé par un expéditeur de confiance|diese (?:nachricht|e-?mail) (?:stammt|kommt|wurde) von einem (?:vertrauenswürdigen|verifizierten) absender)\b/i]],
		[[/\bif the link (?:does ?n'?t|does not) work\b[\s\S]{0,60}\b(?:inbox|mailbox|move)\b|\bwenn der link bei ihnen nicht funktioniert\b|\bmove (?:this )?(?:e-?mail|message) to (?:your )?inbox\b|\bread this:? if the link\b/i]]
	),
}
rule "ACCOUNT_BOOKING" {
	score = 1.5, doc = "A booking will be cancelled unless card or data are confirmed on another page.",
	any = said(
		[[/\b(?:reservation|booking|stay|guest|vacation|hotel)\b[\s\S]{0,200}\b(?:will be (?:cancell?ed|lost)|cancell?ed (?:automatically|within)|confirm your (?:card|payment|booking|reservation)|verify your (?:card|payment))\b[\s\S]{0,200}\b(?:form|link|http|page|hours|process|card|click)\b/i]],
		[[/\b(?:Reservierung|Buchung|Aufenthalt)\b[\s\S]{0,160}\b(?:wird storniert|storniert werden|Karte (?:\w{1,20} )?(?:bestätigen|verifizieren)|Zahlung bestätigen)\b/i]]
	),
	none = { { from = [[/@(?:[\w-]+\.)*(?:booking\.com|expedia\.[a-z.]+|airbnb\.[a-z.]+|hrs\.[a-z]+|hotels\.com)$/i]] } },
}
rule "__ACCOUNT" { doc = "Any sign of phishing for an account.", meta = "ACCOUNT_UNUSUAL_SIGN_IN or ACCOUNT_PAYMENT_FAILED or ACCOUNT_SUSPENDED or ACCOUNT_VERIFY_IDENTITY or ACCOUNT_POLICY_VIOLATION or ACCOUNT_BOOKING" }
rule "ACCOUNT_ODD_SENDER" { score = 2, doc = "News of an account, and the sender's address is not who it says.", meta = "__ACCOUNT and __ODD_SENDER" }
rule "ACCOUNT_ODD_LINK" { score = 2, doc = "News of an account, and a link to a free host, a shortener or a deceiving name.", meta = "__ACCOUNT and __ODD_LINK" }
rule "ACCOUNT_PRESSURE" { score = 1, doc = "News of an account, something to confirm by a foreign link, and a deadline, a threat or no name.", meta = "not __ABOUT_FRAUD and (__ACCOUNT and __ACT and (__DEADLINE or __THREAT or __NAMELESS_GREETING) and (LINK_BRAND_ABSENT or __ODD_LINK or __ODD_SENDER))" }
rule "ACCOUNT_TWO_SIGNS" {
	score = 0.8, doc = "Two or more kinds of news of an account, and a sender or link that do not fit.",
	meta = "not __ABOUT_FRAUD and (((ACCOUNT_UNUSUAL_SIGN_IN > 0) + (ACCOUNT_PAYMENT_FAILED > 0) + (ACCOUNT_SUSPENDED > 0) + (ACCOUNT_VERIFY_IDENTITY > 0) + (ACCOUNT_POLICY_VIOLATION > 0) >= 2) and (__ODD_SENDER or __FOREIGN_LINK))",
}
-- The sender wears the brand's own address, but no link leads there: no brand does so.
rule "ACCOUNT_BRAND_ADDRESS_FOREIGN_LINK" {
	score = 2, doc = "The sender's address is a bank's or a service's own, the text wants something confirmed, and the links lead to a free host or a shortener.",
	from = [[/@(?:[\w-]+\.)*(?:paypal|netflix|amazon|microsoft|apple|facebookmail|instagram|google|mercadolivre|mercadopago|bradesco|bb|bancodobrasil|itau|santander|caixa|costco|walmart|dhl|ups|usps|fedex|sparkasse|commerzbank|postbank|ing|dkb|coinbase|binance|ledger|lido|otto|reddit|digid)\.(?:com|de|com\.br|net|org|io|nl|fi|co\.uk)$/i]],
	any = { { url = { host = [[/\.(?:run\.app|cloudfunctions\.net|appspot\.com|web\.app|firebaseapp\.com|pages\.dev|workers\.dev|netlify\.app|vercel\.app|herokuapp\.com|blogspot\.com|weebly\.com|wixsite\.com|windows\.net|azurewebsites\.net|r2\.dev|glitch\.me|onrender\.com|github\.io|secureserver\.net)$|^(?:t\.co|bit\.ly|tinyurl\.com|rb\.gy|is\.gd|goo\.su|cutt\.ly|ow\.ly|t\.ly|urlz\.fr|shorturl\.at)$/i]] } } },
}
