-- Renewals: virus scanners, streaming, radio, roadside help: expired today, renewable at ninety per cent off.

local service = [[(?:mcafee|norton|total ?av|avast|avg|kaspersky|bitdefender|antivirus|anti-virus|virenschutz|param(?:ount)?\w*|netflix|disney\+?|spotify|amazon prime|prime video|hulu|sirius ?xm|dazn|sky|wow tv|youtube premium|i-?cloud|apple music|car ?shield|vpn|streaming-?abo\w*|magenta ?tv|rtl\+?)]]

rule "RENEWAL_EXPIRED" {
	score = 1.5, doc = "A subscription has expired or is about to, and the device is without protection or the account will be closed.",
	any = said(
		"/\\b" .. service .. "\\b[\\s\\S]{0,80}\\b(?:(?:may |might )?(?:has |have |is |will |been |be ){0,3}(?:expired?|ended|terminated|closed|expire (?:soon|today)|abgelaufen|beendet|gekündigt|geschlossen|läuft (?:heute |bald |in )?\\w* ?ab|endet|ablaufen|expir(?:é|ado|ou)|verlopen|scaduto))\\b/i",
		[[/\b(?:your|ihr|ihre|dein|votre|su|seu) (?:\w{1,20} ){0,3}(?:subscription|membership|abonnement|abo|mitgliedschaft|suscripción|assinatura|lizenz|licen[cs]e) (?:\w{1,20} ){0,4}(?:expired?|ended|terminated|abgelaufen|abläuft|expiré|caducado|expirou|geschlossen|endet)\b/i]],
		[[/\blassen sie ihr (?:\S+ )?abonnement nicht ablaufen\b|\bihr konto ist abgelaufen\b|\bsie sind nicht mehr geschützt\b|\byou are no longer protected\b|\bprotection (?:has )?(?:expired|ended)\b|\bkündigungshinweis\b/i]]
	),
}
rule "RENEWAL_DISCOUNT" {
	score = 1, doc = "Renewal at half price or less, for today only, or free for some months.",
	any = said(
		[[/\b(?:renew\w*|activate|reactivate|extend|restart|membership|subscription|protection|verlänger\w*|erneuer\w*)\b[\s\S]{0,160}\b(?:[5-9]\d(?:[.,]\d{1,9})? ?%|free for \d{1,9}|for free|\d{1,9} days free|90 tage|rabatt|discount|today only|nur heute|kostenlos)/i]],
		[[/(?:[5-9]\d(?:[.,]\d{1,9})? ?%) ?(?:off|discount|rabatt|korting|de réduction|de descuento)\b[\s\S]{0,100}\b(?:renew\w*|now|membership|subscription|protection|jetzt|verlänger\w*|erneuer\w*)\b/i]],
		[[/\b(?:for free|kostenlos|gratis) (?:for |für )?(?:90|30|60) (?:days|tage)\b|\b(?:extended|verlängert) for free\b/i]]
	),
}
rule "RENEWAL_NOW" {
	score = 0.8, doc = "The subscription, not its maker, asks to be renewed at once.",
	any = said([[/\b(?:renew (?:it )?now|renew (?:your )?(?:membership|subscription) (?:now|today)|restart your membership|update your (?:payment|account)|jetzt (?:verlängern|erneuern)|erneuern sie jetzt|verlängern sie (?:jetzt|heute)|renouvelez|renovar ahora|renove (?:agora|já))\b/i]]),
}
rule "RENEWAL_SERVICE_FOREIGN" {
	score = 1.2, doc = "The sender calls himself by a virus scanner or a streaming service whose name is not in his domain.",
	any = (function()
		local o = {}
		for _, b in ipairs {
			{ "mcafee", "mcafee" }, { "\\bnorton", "norton|gendigital|nortonlifelock" }, { "total ?av", "totalav|protected" }, { "\\bnetflix", "netflix" }, { "\\bi-?cloud\\b", "apple|icloud" }, { "\\bdisney ?(?:\\+|plus)", "disney|disneyplus" },
			{ "\\bspotify", "spotify" }, { "prime video|amazon prime", "amazon|primevideo" }, { "\\bsirius ?xm", "siriusxm|sxmedia" }, { "\\bparamount", "paramount|paramountplus" }, { "\\bcar ?shield", "carshield" },
			{ "\\bwow tv", "wowtv|sky" }, { "\\bdazn", "dazn" }, { "kaspersky", "kaspersky" }, { "\\bavast", "avast|gendigital" }, { "anti-?virus", "mcafee|norton|avast|avg|eset|kaspersky|bitdefender|gdata|avira|f-secure|sophos|trendmicro" },
		} do
			o[#o + 1] = { header = { ["From:name"] = "/" .. b[1] .. "/i" }, none = { { header = { ["From:domain"] = "/(?:^|\\.)(?:" .. b[2] .. ")\\.(?:[a-z]{2,3}\\.)?[a-z]{2,6}$/i" } } } }
		end
		return o
	end)(),
}
rule "RENEWAL_ODD_SENDER" { score = 2, doc = "A renewal, and the sender's address is not the service's.", meta = "(RENEWAL_EXPIRED or RENEWAL_DISCOUNT or RENEWAL_NOW) and (__ODD_SENDER or RENEWAL_SERVICE_FOREIGN)" }
rule "RENEWAL_ODD_LINK" { score = 2, doc = "A renewal, and a link to a free host, a shortener or a deceiving name.", meta = "(RENEWAL_EXPIRED or RENEWAL_NOW or RENEWAL_SERVICE_FOREIGN) and __ODD_LINK" }
rule "RENEWAL_PRESSURE" { score = 1, doc = "An expired subscription, and a deadline, a threat or a discount.", meta = "not __ABOUT_FRAUD and (RENEWAL_EXPIRED and (__DEADLINE or RENEWAL_DISCOUNT or __THREAT and __FOREIGN_LINK))" }
