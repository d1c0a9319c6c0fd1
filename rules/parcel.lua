-- Parcels: a fee before delivery, a failed delivery, an address to be completed, customs; the carrier's name and a foreign link.

local parcel = [[(?:parcels?|packages?|shipments?|consignment|pakete?s?|päckchen|sendung(?:en)?|paketlieferung|bestellung|colis|envío|paquete|encomendas?|objeto|pedidos?|importação|pacco|pacchi|pakket(?:je)?|zending|försändelse|paket(?:et)?|paczk\w+)]]

rule "PARCEL_FEE" {
	score = 1.3, doc = "A fee, postage or customs is to be paid before a parcel is delivered.",
	any = said(
		"/\\b" .. parcel .. "\\b[\\s\\S]{0,200}\\b(?:pay(?:ment of)? (?:\\S+ ){0,3}(?:fees?|charges?|duty|shipping|customs)|unpaid (?:\\w+ )?(?:fees?|charges?|duty|postage|customs)|outstanding (?:fee|charge|postage)|fees? for (?:new |re-?)?delivery)\\b/i",
		"/\\b(?:pay(?:ing)?|complete (?:the )?payment)\\b[\\s\\S]{0,60}\\b(?:fees?|customs|duty|shipping costs?|postage|delivery charge)\\b[\\s\\S]{0,80}\\b" .. parcel .. "\\b/i",
		"/\\b" .. parcel .. "\\b[\\s\\S]{0,200}\\b(?:(?:zoll|versand|zustell|bearbeitungs|liefer|einfuhr|nach)(?:gebühr(?:en)?|kosten|abgaben?|porto)|zahlung (?:abschließen|ab|ausstehend)|gebühr von|unbezahlt\\w*)\\b/i",
		"/\\b(?:(?:zoll|versand|zustell|bearbeitungs|liefer|einfuhr)(?:gebühr(?:en)?|kosten)|schließen sie die zahlung ab)\\b[\\s\\S]{0,120}\\b" .. parcel .. "\\b/i",
		"/\\b" .. parcel .. "\\b[\\s\\S]{0,240}\\b(?:tax(?:a|as|ado|ada)s? (?:de importação|obrigat\\w+|alfandeg\\w+|pendente|de recolhimento)?|pagamento (?:de|das|da) (?:taxas?|imposto)|frais de (?:douane|livraison|port)|gastos de (?:aduana|envío)|spese di (?:spedizione|dogana)|douanekosten|verzendkosten)\\b/i",
		"/\\b(?:taxas? (?:alfandeg\\w+|de importação)|fiscalização (?:alfandeg\\w+|aduaneira)|pagamento da taxa|foi taxad[oa])\\b[\\s\\S]{0,200}\\b" .. parcel .. "\\b/i"
	),
}
rule "PARCEL_NOT_DELIVERED" {
	score = 1, doc = "A parcel could not be delivered and waits for the reader to act.",
	any = said(
		"/\\b" .. parcel .. "\\b[\\s\\S]{0,120}\\b(?:(?:could not|cannot|will not|was not|wasn't|couldn't) be (?:\\w+ )?delivered|undeliver\\w+|failed delivery|(?:pending|waiting for|awaiting|on hold|being held|held) ?(?:\\w+ )?(?:delivery|at|your|for)?|incorrect address|incomplete address|not delivered)\\b/i",
		"/\\b(?:(?:failed|missed|unsuccessful|pending) (?:delivery|package|parcel)|delivery (?:attempt )?(?:failed|suspended|problem|issue)|(?:item|parcel|package) being held|return(?:ed)? to (?:the )?sender|re-?schedule (?:your )?delivery|we missed you|confirm (?:your )?(?:delivery|shipping) (?:address|details))\\b/i",
		[[/\b(?:Paket|Sendung|Lieferung|Bestellung)\b[\s\S]{0,120}\b(?:konnte nicht zugestellt|nicht zugestellt werden|zurückgehalten|zurückgesendet|angehalten|wartet auf (?:die )?(?:Lieferung|Zustellung|Freigabe)|in der Warteschleife|auf die Lieferung wartet|liegt (?:zur|bereit)|ausgesetzt|unzustellbar|unvollständige\w* (?:Adresse|Anschrift)|Rücksendung)\b/i]],
		[[/\b(?:ausgesetzte paketlieferung|paketzustellung|adressbestätigung|zustellung (?:des|ihres) pakets? (?:bestätigen|neu)|konnten ihr paket nicht zustellen|fehlgeschlagene[rn]? (?:zustellung|zustellversuch))\b/i]],
		[[/\b(?:colis|livraison)\b[\s\S]{0,80}\b(?:suspendu\w*|en attente|n'a pas pu|vous attend|arrêté|retenu|bloqué)\b|\b(?:n'a pas pu|impossible de) livrer votre colis\b|\bavis de (?:passage|livraison)\b|\bretenter la livraison\b/i]],
		[[/\b(?:encomenda|pedido|objeto|entrega)\b[\s\S]{0,80}\b(?:retid[oa]s?|bloquead[oa]s?|taxad[oa]s?|devolvid[oa]|aguarda\w*|pendente|retirada|suspens[oa])\b|\bordem de retirada de objeto\b|\b(?:paquete|envío)\b[\s\S]{0,60}\b(?:retenido|pendiente|en espera|no (?:pudo|ha podido))\b/i]],
		[[/\b(?:pakket|zending|levering)\b[\s\S]{0,80}\b(?:opgeschort\w*|wacht op|in de wacht|niet (?:bezorgd|afgeleverd)|vastgehouden)\b|\b(?:pacco|consegna)\b[\s\S]{0,60}\b(?:in attesa|fallit[oa]|sospes[oa]|non riuscit[oa])\b/i]]
	),
}
rule "PARCEL_ONE_WAITING" {
	score = 1.5, doc = "The reader has \"(1)\" parcel waiting.",
	any = said(
		[[/\b(?:you have|sie haben|vous avez|hai|u hebt|je hebt|tiene|você tem)\b[\s\S]{0,12}\(?\b1\b\)? ?(?:\w{1,20} )?(?:packages?|parcels?|pakete?|colis|pacco|pakket|paquete|encomenda|delivery|message from)\b/i]],
		[[/\(1\) (?:\w{1,20} )?(?:package|parcel|paket|colis|pacco|pakket|paquete|encomenda)\b/i]],
		[[/\bpending package\b|\bpackage last notice\b/i]]
	),
}
rule "PARCEL_TRACK_OR_SCHEDULE" {
	score = 0.8, doc = "A tracking code is to be used to get or schedule a parcel.",
	any = said(
		[[/\buse your (?:tracking )?code to (?:track|receive)\b|\bverwenden sie (?:ihren|den) (?:\w{1,20} )?code,? um (?:ihn|es|sie|das) \b|\butilisez (?:le|votre) code\b|\busa il tuo codice\b|\bgebruik\b[\s\S]{0,30}\b(?:trackingcode|code)\b|\bschedule your delivery\b|\bliefertermin (?:planen|wählen)\b|\bclic sul numero di tracciamento\b|\bselect a new delivery date\b|\bsélectionner une nouvelle date\b/i]]
	),
}
rule "__CARRIER" {
	doc = "A carrier is named as sender or in the beginning of the subject.",
	any = {
		{ header = { ["From:name"] = [[/\b(?:dhl|ups|usps|fed ?ex|dpd|gls|hermes|evri|royal mail|la poste|colissimo|chronopost|mondial relay|correios|correos|post ?nl|bpost|poste italiane|brt|inpost|deutsche post|österreichische post|swiss post|die post|post ag|paket\w*|parcel|an post|australia post|canada post|purolator|seur|tnt|aramex|amazon logistics|posti|postnord|delivery|livraison|suivi|envíos?|entrega)\b/i]] } },
		{ subject = [[/\b(?:dhl|ups|usps|fed ?ex|dpd|gls|hermes|evri|royal mail|colissimo|chronopost|mondial relay|correios|correos|post ?nl|bpost|inpost|postnord)\b/i]] },
	},
}
rule "__PARCEL" { doc = "Any sign of a parcel in trouble.", meta = "PARCEL_FEE or PARCEL_NOT_DELIVERED or PARCEL_ONE_WAITING" }
rule "PARCEL_ODD_SENDER" { score = 2.2, doc = "A parcel in trouble, and the sender's address is not the carrier's.", meta = "__PARCEL and __ODD_SENDER" }
rule "PARCEL_ODD_LINK" { score = 2, doc = "A parcel in trouble, and a link to a free host, a shortener or a deceiving name.", meta = "__PARCEL and __ODD_LINK" }
rule "PARCEL_FOREIGN_LINK" { score = 1, doc = "A parcel in trouble, a carrier named, and links that lead away from the sender.", meta = "not __ABOUT_FRAUD and (__PARCEL and __CARRIER and __FOREIGN_LINK and not __ODD_LINK)" }
rule "PARCEL_PRESSURE" { score = 0.8, doc = "A parcel in trouble, and a deadline or a threat.", meta = "not __ABOUT_FRAUD and (__PARCEL and (__DEADLINE or __THREAT))" }
rule "PARCEL_FEE_FOR_DELIVERY" { score = 0.8, doc = "A parcel is not delivered, and a fee solves it.", meta = "not __ABOUT_FRAUD and (PARCEL_FEE and (PARCEL_NOT_DELIVERED or PARCEL_ONE_WAITING))" }
-- The carriers' addresses are known; who calls himself so and has another lies.
rule "PARCEL_CARRIER_FOREIGN" {
	score = 1.5, doc = "The sender calls himself by a carrier whose domain he does not have.",
	any = (function()
		local o = {}
		for _, c in ipairs {
			{ "\\bdhl\\b", "dhl|deutschepost|dhl-news|dpdhl|dhlparcel|dhlecommerce" }, { "\\bups\\b(?! store)", "ups|theupsstore|upsemail" }, { "\\busps\\b", "usps" }, { "\\bfed ?ex\\b", "fedex" },
			{ "\\bdpd\\b", "dpd|dpdgroup|dpdlocal|dpd-[a-z]{2}" }, { "\\bgls\\b", "gls|gls-[a-z]+" }, { "\\bhermes\\b", "hermes|myhermes|hermes-europe|hermesworld|myhermes-europe" }, { "\\bevri\\b", "evri" }, { "\\broyal ?mail\\b", "royalmail" },
			{ "\\b(?:colissimo|chronopost|la poste)\\b", "laposte|colissimo|chronopost|notif-laposte|notif-colissimo-laposte" }, { "\\bmondial relay\\b", "mondialrelay|inpost" }, { "\\bcorreios\\b", "correios" },
			{ "\\bcorreos\\b", "correos" }, { "\\bpost ?nl\\b", "postnl" }, { "\\binpost\\b", "inpost|inpostgroup" }, { "\\bposte italiane\\b", "poste|posteitaliane" }, { "\\bpostnord\\b", "postnord" }, { "\\bdeutsche post\\b", "deutschepost|dhl|dpdhl|post" },
		} do
			o[#o + 1] = { header = { ["From:name"] = "/" .. c[1] .. "/i" }, none = { { header = { ["From:domain"] = "/(?:^|\\.)(?:" .. c[2] .. ")\\.(?:[a-z]{2,3}\\.)?[a-z]{2,6}$/i" } } } }
		end
		return o
	end)(),
}
