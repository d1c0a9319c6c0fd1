-- Banks, cards and payment services: blocked accounts, new procedures, transfers that nobody made, points that expire.

rule "BANK_ACCOUNT_LOCKED" {
	score = 1.2, doc = "An account or card at a bank is said to be locked or restricted.",
	any = said(
		[[/\b(?:bank|banking|account|card|debit|credit|payments?|paypal|online access)\b[\s\S]{0,60}\b(?:(?:is|has been|was|have been|been|will be|temporarily|now) ){1,3}(?:locked|suspended|restricted|limited|blocked|disabled|deactivated|frozen|on hold)\b[\s\S]{0,300}\b(?:verify|confirm|update|unlock|restore|re-?activate|re-?verify|identity|review|log ?in|sign in)\b/i]],
		[[/\b(?:locked|restricted|limited|disabled|blocked) (?:your |the )?(?:online access|account access|bank account|online banking|card|account)\b/i]],
		[[/\b(?:Konto|Kontozugang|Online-?Banking|Karte|Kreditkarte|Bankkonto|Zugang|Kundenkonto|Depot)\b[\s\S]{0,100}\b(?:gesperrt|eingeschränkt|vorübergehend|Einschränkung|deaktiviert|blockiert|limitiert|ausgesetzt|Einschr?ankung)\b/i]],
		[[/\b(?:sua conta|seu acesso|seu cartão|internet banking|recursos (?:de nosso|da sua))\b[\s\S]{0,80}\b(?:bloquead[oa]s?|suspens[oa]|desbloque\w+|reativa\w+|bloqueio)\b|\b(?:você foi bloquead[oa]|bloqueamos|desbloqueie|foram bloqueadas)\b/i]],
		[[/\b(?:su cuenta|tu cuenta|su tarjeta)\b[\s\S]{0,60}\b(?:bloquead[oa]|suspendid[oa]|limitad[oa]|restringid[oa])\b|\bvotre (?:compte|carte)\b[\s\S]{0,60}\b(?:bloquée?|suspendue?|limitée?|restreint)\b|\b(?:uw|je) (?:rekening|bankpas|account)\b[\s\S]{0,60}\b(?:geblokkeerd|beperkt|opgeschort)\b|\bil (?:suo|tuo) conto\b[\s\S]{0,60}\b(?:bloccato|sospeso|limitato)\b/i]]
	),
}
rule "BANK_UPDATE_DATA" {
	score = 1.2, doc = "Customer data at a bank must be updated or confirmed, for a law or for security.",
	any = said(
		[[/\b(?:kyc|know your (?:customer|client)|account information|billing information|customer (?:data|information|details)|personal (?:data|information|details)|financial regulations?|new regulations?|declaration of)\b[\s\S]{0,160}\b(?:update|confirm|verify|expire\w*|submit|complete|required|provide|acknowledg\w+)\b[\s\S]{0,240}\b(?:account|bank|card|login|log in|link|button|restrict\w*|suspend\w*|lock\w*)\b/i]],
		[[/\b(?:Kontodaten|Kundendaten|Kontoinformationen|persönliche[nr]? (?:Daten|Angaben)|Bankdaten|Stammdaten|Legitimation|Kundeninformationen)\b[\s\S]{0,120}\b(?:aktualisier\w*|bestätig\w*|überprüf\w*|verifizier\w*|abgleich\w*|erneuer\w*|vervollständig\w*)\b/i]],
		[[/\b(?:aktualisieren|bestätigen|überprüfen|verifizieren) Sie (?:\w{1,20} ){0,4}(?:Kontodaten|Kundendaten|Kontoinformationen|Daten|Angaben|Identität|Konto)\b/i]],
		[[/\b(?:PSD ?2|EU-?Richtlinie|Geldwäsche\w*|Zahlungsdienste\w*|DSGVO|neue[nrs]? Sicherheits(?:verfahren|richtlinien?|maßnahmen|system))\b[\s\S]{0,240}\b(?:bestätig\w*|aktualisier\w*|verifizier\w*|Konto|anmeld\w*|freischalt\w*)\b/i]],
		[[/\b(?:atualiz\w+|confirm\w+|regulariz\w+) (?:\w{1,20} ){0,3}(?:cadastro|dados cadastrais|dados bancários|seus dados)\b|\b(?:cadastro|token|itoken|módulo de (?:segurança|proteção)|dispositivo|chave de segurança|bbcode) (?:\w{1,20} ){0,4}(?:desatualizad[oa]|vencid[oa]|expirad[oa]|irregular|pendente|bloquead[oa]|não autorizad[oa]|incompleto|inativ[oa])\b|\brecadastramento\b|\b(?:ativar|ative|sincroniz\w+) (?:o |seu |a )?(?:bbcode|token|itoken|módulo|dispositivo)\b|\b(?:actualiz\w+|verifi\w+) (?:\w{1,20} ){0,3}(?:sus datos|sus informaciones|tus datos)\b|\b(?:mettre|mettez) à jour vos (?:données|informations|coordonnées)\b/i]]
	),
}
rule "BANK_TAN_PROCEDURE" {
	score = 1.5, doc = "A German bank's TAN app or procedure is said to expire or to need activation.",
	any = said(
		[[/\b(?:push-?TAN|photo-?TAN|chip-?TAN|QR-?TAN|S-?pushTAN|SecureGo|BestSign|VR[- ]?SecureGo|TAN-?(?:Verfahren|App|Registrierung|Gerät)|Banking-?App|TAN2go|appTAN)\b[\s\S]{0,160}\b(?:läuft (?:\w{1,20} ){0,3}ab|abgelaufen|aktualisier\w*|verlänger\w*|erneuer\w*|reaktivier\w*|freischalt\w*|deaktiviert|gesperrt|umgestellt|bestätig\w*|neu (?:registrieren|aktivieren))\b/i]]
	),
}
rule "BANK_SUSPICIOUS_TRANSFER" {
	score = 1, doc = "A payment or transfer is suspicious, and has to be stopped or confirmed.",
	any = said(
		[[/\b(?:suspicious|unusual|unauthori[sz]ed|unrecogni[sz]ed|fraudulent|pending) (?:\w{1,20} )?(?:transactions?|transfers?|payments?|charges?|purchase|debit|withdrawal)\b[\s\S]{0,300}\b(?:verify|confirm|cancel|stop|click|call|log ?in|review|dispute|not you|secure)\b/i]],
		[[/\b(?:verdächtige|ungewöhnliche|nicht autorisierte|unautorisierte|unbekannte) (?:\w{1,20} )?(?:Transaktion\w*|Überweisung\w*|Abbuchung\w*|Zahlung\w*|Aktivität\w*|Kontobewegung\w*)\b/i]],
		[[/\b(?:transação|compra|pagamento|pix) (?:\w{1,20} )?(?:suspeit[oa]|não reconhecid[oa]|retid[oa]|instantâneo)\b|\bcompra de R?\$? ?[\d.,]+[\s\S]{0,80}\bretida\b|\bcaso não reconheça ligue\b|\bconsiderad[oa] uma transação suspeita\b/i]],
		[[/\b(?:transacción|cargo|compra) (?:\w{1,20} )?(?:sospechos[oa]|no reconocid[oa]|no autorizad[oa])\b|\b(?:transaction|paiement|opération|virement) (?:suspect|inhabituel|non autoris)\w*\b/i]]
	),
}
rule "BANK_CARD_EXPIRES" {
	score = 1, doc = "A card or membership of a bank expires or is upgraded by a link.",
	any = said(
		[[/\b(?:kreditkarte|debitkarte|bankkarte|girocard|EC-?Karte|credit card|debit card|cartão)\b[\s\S]{0,80}\b(?:läuft (?:\w{1,20} ){0,3}ab|abgelaufen|expire[sd]?|expir\w+|renovar|verlänger\w*|ersetz\w*)\b[\s\S]{0,200}\b(?:bestätig\w*|aktualisier\w*|klick\w*|update|confirm|click|acesse|clique)\b/i]],
		[[/\b(?:convite|bem[- ]vind[oa]|boas[- ]vindas|parabeniza|cartão black|prime)\b[\s\S]{0,120}\b(?:bradesco|itaú|santander|banco|segmento|cliente prime|cartão|black)\b[\s\S]{0,300}\b(?:acesse|ativar|ative|desbloque\w+|clique|aceit\w+|confirm\w+|validade)\b/i]]
	),
}
-- Brazil, Spain, Australia: the points of a bank's customer program are a currency.
rule "BANK_POINTS_EXPIRE" {
	score = 1.8, doc = "Points of a bank's or shop's program expire today and can be turned into money.",
	any = said(
		[[/\b(?:pontos|milhas|pts)\b[\s\S]{0,100}\b(?:expira\w*|vence\w*|resgat\w*|prestes|acumulad\w*|liberad\w*|disponíve\w*|saldo|troque|vincul\w*|válid\w*)\b/i]],
		[[/\b(?:resgat\w*|troque|expira\w*|acumulou|acumulad\w*|recebeu|ganhou|presenteado com|contemplado com)\b[\s\S]{0,60}\b(?:pontos|milhas|livelo|pts|esfera)\b/i]],
		[[/\b(?:reward|loyalty|bonus|your|telstra|qantas|flybuys|membership|payback) points\b[\s\S]{0,80}\b(?:expir\w+|redeem\w*|lapse|before they|about to)\b[\s\S]{0,160}\b(?:click|redeem|log ?in|today|now|link)\b/i]],
		[[/\b(?:Payback|Bonus|Treue|Miles)[- ]?(?:Punkte|Meilen)\b[\s\S]{0,80}\b(?:verfallen|einlösen|auszahl\w*|ablauf\w*|laufen ab|heute)\b[\s\S]{0,160}\b(?:klick\w*|einlösen|Link|jetzt)\b/i]],
		[[/\b(?:tus|sus|vos) (?:\w{1,20} )?(?:puntos|points)\b[\s\S]{0,60}\b(?:caduca\w*|vence\w*|expir\w+|canjea\w*)\b/i]]
	),
}
rule "BANK_MONEY_AVAILABLE" {
	score = 1.5, doc = "Money or a benefit has been approved and can be drawn by a link.",
	any = said(
		[[/\b(?:valor(?:es)?|benefício|saldo|reais|crédito)\b[\s\S]{0,60}\b(?:disponíve\w+|aprovad[oa]|autorizad[oa]|liberad[oa]s?|a resgatar|para (?:o )?resgate|para saque)\b|\bR\$ ?\d[\d.,]+[\s\S]{0,40}\b(?:resgat\w+|saque|saldo|liberad\w+)\b|\b(?:conversão|transforme (?:seus )?pontos|receba) (?:\w{1,20} ){0,4}(?:em dinheiro|via pix)\b/i]],
		[[/\b(?:Auszahlung(?:sbestätigung)?|Gutschrift|Überweisung|Rückerstattung)\b[\s\S]{0,60}\b(?:wird|werden|steht|wartet|bereit|auf Ihr Konto|genehmigt|bestätig\w*|eingezahlt)\b[\s\S]{0,160}\b(?:klick\w*|bestätig\w*|einlösen|anforder\w*|Gutschein\w*|hier)\b/i]],
		[[/\b(?:payout|payment|refund|deposit|transfer|cash) (?:of )?(?:€|\$|£) ?\d[\d.,]{0,14}[\s\S]{0,60}\b(?:is |has been |awaits |was )?(?:approved|available|ready|waiting|awaiting|pending)\b[\s\S]{0,160}\b(?:claim|withdraw|click|confirm|accept|deposit it)\b/i]],
		[[/\b(?:valores? a receber|dinheiro esquecido|você (?:tem|possui|recebeu) (?:um |uma )?(?:\w{1,20} )?(?:pix|transferência|depósito|restituição|indenização|crédito)|pix (?:recebido|agendado|pendente)|comprovante de (?:pix|transferência|pagamento)|indenização (?:disponível|liberada))\b/i]]
	),
}
rule "BANK_GERMAN_NAMED" {
	score = 1, doc = "The sender calls himself by a German bank whose name stands nowhere in his domain.",
	any = (function()
		local o = {}
		for _, b in ipairs {
			{ "\\bsparkasse\\b", "sparkasse|s-|spk|ksk|haspa|naspa" }, { "\\b(?:volksbank|raiffeisenbank|vr[- ]?bank)", "volksbank|raiffeisen|vr|voba|rb|bank" }, { "\\bcommerzbank\\b", "commerzbank" },
			{ "\\bdeutsche bank\\b", "deutsche-?bank|db\\.com" }, { "\\bpostbank\\b", "postbank" }, { "\\bcomdirect\\b", "comdirect" }, { "\\bdkb\\b", "dkb" }, { "\\bing(?:[- ]diba)?\\b", "ing" },
			{ "\\bn26\\b", "n26|number26" }, { "\\btargobank\\b", "targobank" }, { "\\bconsors ?bank\\b", "consorsbank" }, { "\\bhypovereinsbank\\b", "hypovereinsbank|unicredit" },
			{ "\\bklarna\\b", "klarna" }, { "\\btf[ _]?bank\\b", "tfbank" }, { "\\badvanzia\\b", "advanzia|gebuhrenfrei" }, { "\\btrade ?republic\\b", "traderepublic" }, { "\\b(?:barclays|barclaycard)\\b", "barclay" },
		} do
			o[#o + 1] = { header = { ["From:name"] = "/" .. b[1] .. "/i" }, none = { { header = { ["From:domain"] = "/" .. b[2] .. "/i" } } } }
		end
		return o
	end)(),
}
rule "__BANK" { doc = "Any sign of phishing for a bank account.", meta = "BANK_ACCOUNT_LOCKED or BANK_UPDATE_DATA or BANK_TAN_PROCEDURE or BANK_SUSPICIOUS_TRANSFER or BANK_CARD_EXPIRES or BANK_POINTS_EXPIRE or BANK_MONEY_AVAILABLE" }
rule "BANK_ODD_SENDER" { score = 2.2, doc = "News of a bank account, and the sender's address is not who it says.", meta = "__BANK and (__ODD_SENDER or __NUMBERED_ROLE or BANK_GERMAN_NAMED)" }
rule "BANK_ODD_LINK" { score = 2.2, doc = "News of a bank account, and a link to a free host, a shortener or a deceiving name.", meta = "__BANK and __ODD_LINK" }
rule "BANK_FOREIGN_LINK" { score = 1, doc = "News of a bank account, and all links lead to a domain that is not the sender's.", meta = "not __ABOUT_FRAUD and (__BANK and __FOREIGN_LINK and not __ODD_LINK)" }
rule "BANK_PRESSURE" { score = 1, doc = "News of a bank account, something to confirm, and a deadline or threat.", meta = "not __ABOUT_FRAUD and (__BANK and __ACT and (__DEADLINE or __THREAT or __NAMELESS_GREETING) and (__FOREIGN_LINK or __ODD_SENDER))" }
rule "BANK_TWO_SIGNS" {
	score = 1, doc = "Two or more kinds of news of a bank account at once.",
	meta = "__MISFIT and (not __ABOUT_FRAUD and ((BANK_ACCOUNT_LOCKED > 0) + (BANK_UPDATE_DATA > 0) + (BANK_TAN_PROCEDURE > 0) + (BANK_SUSPICIOUS_TRANSFER > 0) + (BANK_CARD_EXPIRES > 0) + (BANK_POINTS_EXPIRE > 0) + (BANK_MONEY_AVAILABLE > 0) >= 2))",
}
