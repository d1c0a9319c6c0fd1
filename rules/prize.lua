-- Prizes nobody won: gift cards, "surveys" with a present at the end, raffles of brands that know nothing of it. The victim pays "postage" by card.

rule "PRIZE_WON" {
	score = 1.5, doc = "The reader is told in English that he was chosen or has won.",
	any = said(
		[[/\byou(?:'ve| have| were| are|'re)? ?(?:just |been |also ){0,3}(?:randomly |specially |personally |lucky to be )?(?:selected|chosen|drawn|picked)\b[\s\S]{0,60}\b(?:receive|get|win|claim|winner|participate|exclusive|reward|prize|gift|offer|free|program|nft|bonus|survey|our (?:\w{1,20} )?(?:winner|program|customer))\b/i]],
		[[/\byou(?:'ve| have) won (?:an? |the |our |your |\W?\d|\(|one |\S+ (?:gift|prize|tool|set)|\$|€)|\byou are (?:our|the|a|one of (?:the|our)) (?:\w{1,20} ){0,3}(?:winners?|finalists?)\b|\byour chance to (?:win|receive|get) (?:a |an )?(?:free|brand)\b|\blucky chance to receive\b/i]],
		[[/\byour name (?:came up|has been (?:drawn|selected))\b|\b(?:our|today'?s|monthly|(?:january|february|march|april|may|june|july|august|september|october|november|december)) winner\b|\bchosen as (?:a |the |our )?winner\b/i]],
		[[/\bcongrat(?:s|ulations?)\b[\s\S]{0,60}\b(?:selected|chosen|winner|won|reward|prize|claim|qualif)/i]],
		[[/^\W{0,6}you(?:'ve| have) been (?:selected|chosen)\b/i]]
	),
}

rule "PRIZE_WON_GERMAN" {
	score = 1.5, doc = "The reader is told in German that he was drawn, is a finalist, or has won.",
	any = said(
		[[/\bSie wurden\b[\s\S]{0,60}\b(?:ausgewählt|auserwählt|ausgelost|ausgewhalt|selektiert|gezogen)\b|\bDu wurdest (?:\w{1,20} ){0,3}(?:ausgewählt|auserwählt|ausgelost)\b/i]],
		[[/\b(?:gehören|gehörst) zu den (?:\w{1,20} ){0,2}(?:Auserwählten|Gewinnern|Finalisten|Glücklichen)\b|\bunter (?:den|allen) (?:\w{1,20} ){0,3}(?:Auserwählten|Gewinnern|Finalisten)\b/i]],
		[[/\b(?:einer|eine) (?:unserer|der|von \d{1,9}) (?:\w{1,20} ){0,2}(?:Finalisten|Gewinner|Teilnehmern?|Gewinnerinnen)\b|\bEndauslosung\b|\bmöglich(?:er|en|e) (?:Gewinner|Gewinn|Finalisten)\b|\bExklusiv-?Gewinner\b/i]],
		[[/\bSie (?:haben|hatten) (?:\S+ ){1,8}gewonnen\b|\bDu hast (?:\S+ ){1,8}gewonnen\b|\bSie sind (?:unser|der|heute unser)\b[\s\S]{0,20}\bGewinner\b|\bE-?Mail[- ]Adresse wurde (?:aus\w+|gezogen)\b|\bals Gewinner ausgewählt\b|\bGewinnmitteilung\b/i]],
		[[/\b(?:wir gratulieren|herzliche[nr]? Glückw[uü]nsch\w*|Gratulation)\b[\s\S]{0,200}\b(?:ausgewählt|Gewinner|gewonnen|Finalisten?|Auserwählten|Gewinn|Gutschein|Belohnung|ausgelost|Paket)\b/i]],
		[[/\bwir (?:verlosen|verschenken)\b[\s\S]{0,80}\b(?:Gutschein|Paket|iPhone|Samsung|Karten|Camper|Tickets|€|Euro)/i]],
		[[/\b(?:Ihr|Ihre|Dein) Name wurde\b[\s\S]{0,60}\b(?:Belohnung|ausgelost|gezogen|vorgeschlagen)\b|\bDas ist (?:Ihre|Deine) Chance\b|\bDies ist (?:Ihre|Deine) Chance\b/i]]
	),
}

rule "PRIZE_WON_ROMANCE" {
	score = 1.5, doc = "The reader is told in French, Spanish, Portuguese or Italian that he was chosen or has won.",
	any = said(
		[[/\bvous (?:avez|etes|êtes) (?:été |ete )?(?:sélectionn|choisi|gagn|l'heureu|tiré)/i]],
		[[/\bvotre chance de gagner\b|\bgagnant potentiel\b|\bfélicitations\b[\s\S]{0,80}\b(?:gagn|sélectionn|choisi|cadeau|récompense|participants)|\brécompense\b[\s\S]{0,20}\bVIP\b/i]],
		[[/\b(?:has|ha|hemos) sido (?:seleccionad|elegid|escogid)|\b(?:ha|has) ganado\b|\bel ganador de hoy\b|\bfelici(?:dades|taciones)\b[\s\S]{0,60}\b(?:ganad|seleccionad|premio|elegid)/i]],
		[[/\bvocê (?:foi (?:selecionad|contemplad|premiad|escolhid|sortead)|ganhou|recebeu um prêmio)|\bparabéns\b[\s\S]{0,60}\b(?:ganhou|ganhador|selecionad|contemplad|premiad|sortead|presentead)/i]],
		[[/\b(?:hai|ha) vinto\b|\bsei stato (?:selezionat|scelt)|\bcongratulazioni\b[\s\S]{0,60}\b(?:vint|selezionat|premio|notifiche)|\bgratulacje\b[\s\S]{0,60}\bnagrod/i]]
	),
}

rule "PRIZE_WON_DUTCH" {
	score = 1.5, doc = "The reader is told in Dutch or a Nordic language that he was chosen or has won.",
	any = said(
		[[/\b(?:u|je) (?:bent|hebt|heeft) (?:\w{1,20} ){0,6}(?:geselecteerd|uitgekozen|gewonnen|uitverkoren)\b|\bmaak kans op\b|\bgefeliciteerd\b[\s\S]{0,60}\b(?:gewonnen|winnaar|geselecteerd|prijs|cadeau)/i]],
		[[/\bdu har (?:\w{1,20} ){0,3}(?:vunnit|vundet|vunnet|blivit utvald|blevet udvalgt|blitt valgt)\b/i]],
		[[/\b(?:kans om (?:een |te )?(?:\w{1,20} ){0,4}(?:winnen|ontvangen)|win (?:een|jouw|de) (?:\w{1,20} ){0,4}(?:cadeaukaart|boodschappen|pakket|iphone|set)|winactie|uw (?:beloning|prijs|cadeau) (?:wacht|staat klaar|is klaar)|jaar lang gratis boodschappen|ontvang (?:een |uw |je )?(?:gratis )?(?:\w{1,20} ){0,3}(?:cadeaubon|cadeaukaart|cadeaubonnen))\b/i]]
	),
}

rule "PRIZE_SURVEY" {
	score = 1.5, doc = "A short survey is rewarded with a present.",
	none = { { body = [[/\b(?:Bachelorarbeit|Masterarbeit|Dissertation|Abschlussarbeit|Forschungsprojekt|my (?:\w{1,20} )?thesis|ethics committee|PhD)\b/i]] } },
	any = said(
		[[/\b(?:short|quick|brief|simple|\d{1,9}[- ](?:second|minute|question)s?|marketing|our|the|take|complete|shopper|customer) (?:\d{1,9}[- ]second )?survey\b[\s\S]{0,140}\b(?:reward|gift|offer|prize|receive|win|claim|exclusive|unlock|chance|free)/i]],
		[[/\b(?:reward|gift|offer|prize|receive|win|claim)\b[\s\S]{0,120}\b(?:short|quick|brief|simple|\d{1,9}[- ](?:second|minute|question)s?) (?:\d{1,9}[- ]second )?(?:survey|questionnaire)\b|\banswer (?:a few|some|\d{1,9}) (?:quick |simple |easy ){0,3}questions\b|\b(?:share your (?:insights|opinion|feedback)|your (?:opinion|feedback) matters|opinions? pays? off)\b[\s\S]{0,80}\b(?:win|claim|reward|earn)|\b(?:survey reward|survey zone|take survey now)\b/i]],
		[[/\b(?:Umfrage|Kundenumfrage|Verbraucherumfrage|Fragebogen)\b[\s\S]{0,200}\b(?:gewinn\w*|erhalten|Belohnung\w*|kostenlos\w*|sichern|gratis|Gutschein\w*|Chance|freizuschalten|Preis)\b/i]],
		[[/\b(?:gewinn\w*|erhalten|Belohnung|kostenlos\w*|gratis|Gutschein\w*|Neue)\b[\s\S]{0,160}\b(?:kurzen? Umfrage|Umfrage (?:aus\w*|teil\w*|starten|nehmen|→)|an (?:unserer|dieser|der) (?:\w{1,20} ){0,2}Umfrage|einfache Fragen)\b/i]],
		[[/\b(?:sondage|enquête|questionnaire|encuesta|cuestionario|pesquisa|sondaggio|enquête|vragenlijst|undersökning)\b[\s\S]{0,160}\b(?:cadeau|récompense|gagne|recevoir|réclamer|offr|premio|ganar|regalo|recompensa|gratis|prêmio|ganhar|win|prijs|coffret)/i]],
		[[/\b(?:réclamer|recevoir|gagnez|récompense|bénéficier|cadeau|premio|regalo|gratis)\b[\s\S]{0,160}\b(?:sondage|enquête|questionnaire|encuesta|sondaggio|quelques questions)\b/i]]
	),
}

rule "PRIZE_VOUCHER" {
	score = 1.2, doc = "A voucher, gift card or offer of a round sum is promised.",
	any = said(
		[[/(?:€|\$|£|\bEUR|\bUSD|\bEuro) ?(?:[1-9]\d{1,2}|[1-9][.,]?\d{3})(?:[.,]00)?\b.{0,30}\b(?:gift ?cards?|rewards?|promo reward|free trial offer|offer consumer|exclusive offer|cash ?card)\b|\bexclusive \$\d{1,9} offer\b/i]],
		[[/\b(?:[1-9]\d{1,2}|[1-9][.,]?\d{3})(?:[.,]\d\d)? ?(?:€|EUR\b|Euro\b)[\s\S]{0,40}(?:Gutschein|Geschenkkarte|Geschenkgutschein|Geschenkcoupon|Einkaufsgutschein|Paket|Karte\b|Guthaben|Récompense|bons? d'achat|chèque|carte[- ]cadeau|tarjeta)/i]],
		[[/(?:Gutscheine?s?|Geschenkkarten?|Gewinn|Paket|bons? d'achat|gift ?card)\b[\s\S]{0,40}\b(?:im Wert von|in Höhe von|zwischen|worth|d'une valeur|über)\b[\s\S]{0,20}\d/i]],
		[[/\b(?:Ihr|Dein|Gratis|jetzt|kostenlos\w*|einen|exclusive|free|claim your)\b[\s\S]{0,25}(?:Einkaufs|Lidl|Aldi|Edeka|Rewe|Kaufland|Amazon|Ikea|Rossmann|Zalando|Netto|Penny|Bahn|Mediamarkt|Saturn|Paypal|dm|Shein|Temu|Walmart|Costco|Target|Visa)[- ]?(?:[\w.-]{0,12})[- ](?:Gutschein|Geschenkkarte|Gift ?card|Rewards?|Voucher|Geschenk)/i]],
		[[/\b(?:carte[- ]cadeau|chèque[- ]cadeau|tarjeta (?:de )?regalo|vale[- ]presente|cadeaubon|buono regalo)\b[\s\S]{0,40}(?:\d|offert|gratuit|gratis|grátis|Shein|Amazon|Ikea)/i]]
	),
}

-- What is given away has been the same for years: telephones, tool sets, kitchen machines, chocolate, a "mystery box".
rule "PRIZE_GOODS" {
	score = 1.2, doc = "Goods that such raffles always promise are said to be free or won.",
	any = (function()
		local goods = [[(?:i-?phone ?\d\d|i-?pad|galaxy s\d\d|macbook|surface laptop|playstation|dyson (?:vacuum|airwrap|v\d{1,9})|air ?fryer|power ?tool|tool ?(?:kit|box|set)|werkzeugset|schraubendreher|tournevis|dexter|multi drill|makita|dewalt|kobalt|parkside|silvercrest|stanley (?:tumbler|tool|cup)|yeti|tupperware|cookware|keurig|nespresso|coffee ?maker|espresso ?maschine|kaffeemaschine|oral[- ]?b|braun series|emergency (?:\w{1,20} )?kit|notfall ?-?(?:set|kit)|kit (?:d'urgence|de emergencia|de survie|médical)|first aid kit|medicare[- ]?(?:kit|set)|mystery ?box|boîte mystère|caja misteriosa|mysterybox|retouren ?palette|pallets?|e-?scooter|e-?bike|camper|winterschlafset|camping[- ]?set|quechua|naschpaket|schoko\w*[- ]?paket|jahresvorrat|eintrittskarten|gift ?set|coffret(?:[- ]cadeau)?|luxury pillows|carry-?on|backpack|cooler|combo kit|robot vacuum|smart ?watch|victoria's secret|heated vest|drohne|hochdruckreiniger|grill|car vacuum|solar (?:lamp|generator)|power ?station)]]
		local free = [[(?:free|gratis|won|win|winning|chance|reward|claim|gift|receive|chosen|selected|came up|kostenlos\w*|gewinn\w*|gewonnen|sichern|erhalten|verlos\w*|belohnung|geschenkt?|ausgewählt|einlösen|holen|gagn\w+|offert\w*|gratuit\w*|recevoir|cadeau|ganado|ganar|gratuito|regalo|seleccionad\w+|gewonnen|pending|order verification|verification|0[.,]00)]]
		local p = { "/\\b" .. free .. "\\b[\\s\\S]{0,70}\\b" .. goods .. "/i", "/\\b" .. goods .. "\\b[\\s\\S]{0,70}\\b" .. free .. "\\b/i" }
		return said(table.unpack(p))
	end)(),
}

rule "PRIZE_CLAIM_NOW" {
	score = 0.8, doc = "A prize is to be claimed, or a place in a raffle secured, at once.",
	any = said(
		[[/\bclaim (?:your|my|it|the|this)\b[\s\S]{0,30}\b(?:prize|reward|gift|package|box|offer|now|here|set|kit|card|bonus|before)\b|\b(?:your|ou?r) (?:\w{1,20} ){0,3}(?:reward|prize|gift) (?:has arrived|is waiting|awaits|is ready|is pending|inside)|\bget your (?:\w{1,20} ){0,2}(?:rewards?|prize)\b|\b(?:rewards|prizes) (?:have arrived|are limited|to be won)\b|\bconfirm(?:ation)? needed\b|\bcustomer rewards?\b|\bexclusive rewards?\b/i]],
		[[/\b(?:sichern|holen|fordern) Sie (?:sich )?(?:\w{1,20} ){0,4}(?:Preis|Gewinn|Gutschein|Belohnung|Paket|Geschenk|Set|Chance|Fressnapf|diesen)|\bjetzt (?:gewinnen|teilnehmen|mitmachen|einlösen|sichern)\b|\ban der (?:\w{1,20} )?Verlosung teil|\bTeilnahme (?:bestätigen|dauert)|\b(?:bestätigen|Bestätigung) (?:Sie )?(?:\w{1,20} ){0,4}(?:Teilnahme|Gutschein)|\bGewinndaten\b|\bBelohnung (?:abholen|wartet|erhalten|der Stufe)|\bUm Anspruch zu erheben\b|\bmit (?:etwas|ein wenig) Glück\b|\bKarten erhalten\b/i]],
		[[/\b(?:réclame[rz]|récupére[rz]|commencer l'enquête|bon d'achat (?:\S+ ){0,4}(?:est )?(?:prêt|!)|inscrivez-vous maintenant|votre récompense)|\b(?:reclama|reclame|confirma|confirme) (?:\w{1,20} ){0,3}(?:premio|recompensa|regalo|recepción)|\bConfirme[rz] la r[ée]ception\b/i]]
	),
}

rule "PRIZE_LAST_ATTEMPT" {
	score = 1, doc = "It is the second, third or last attempt to hand over a prize.",
	any = said(
		[[/\b(?:1st|2nd|3rd|3nd|second|third|final|last) (?:and (?:final|last) )?attempt\b|\bwe(?:'ve| have)? (?:been )?(?:tried|trying|attempted) (?:\w{1,20} ){0,3}(?:to )?(?:reach|contact|deliver|notify)|\bfinal notice (?:for|coming)\b|\breward offer expires?\b|\bbefore your chance runs out\b|\brewards? (?:are|is) limited\b|\bhurry(?: up)?\b[\s\S]{0,60}\b(?:prizes?|rewards?|won|win)\b/i]],
		[[/\b(?:versucht|versuchten),? (?:Sie|Dich|Ihnen)[\s\S]{0,20}\bzu erreichen\b|\bleider (?:konnten|haben) wir (?:Sie|Dich)\b[\s\S]{0,30}\b(?:nicht|ohne)\b|\bletzte[rs]? (?:Mal|Versuche?|Erinnerung|Mahnung)\b|\bBisher haben Sie\b[\s\S]{0,60}\bnicht angefordert\b|\bBesteht Ihrerseits kein Interesse\b|\b(?:2|3|zweiter|dritter|letzter)\.? Versuch\b|\bnicht (?:eingelösten|vergebenen|abgeholten)\b|\bAnzahl der zu gewinnenden Preise\b/i]],
		[[/\bcette offre d'enquête expire\b|\bintenta(?:mos|remos) contactar\b|\bnous avons (?:essayé|tenté) de vous (?:joindre|contacter)\b|\btentamos (?:te |lhe )?contat/i]]
	),
}

rule "PRIZE_POSTAGE" {
	score = 1.5, doc = "Only a small delivery fee is to be paid for a present.",
	any = said(
		[[/\b(?:small |just a )?(?:delivery|shipping|handling|postage) (?:fees?|costs?|charges?) may apply\b|\bjust (?:cover|pay) (?:the )?(?:shipping|postage)\b/i]],
		[[/\b(?:kann|können) (?:eine )?(?:Liefergebühr|Versandgebühr|Versandkosten|Lieferkosten|Zustellgebühr)(?:en)? anfallen\b|\bnur (?:die )?Versandkosten\b|\bzum kostenlosen Versand\b|\binkl(?:usive|\.) kostenlosem Versand\b/i]],
		[[/\bdes frais de (?:livraison|port|douane) peuvent\b|\bpueden aplicarse gastos de envío\b|\b(?:verzend|bezorg)kosten kunnen\b/i]]
	),
}

rule "PRIZE_CODE" {
	score = 1, doc = "The prize or parcel has a personal code with a sharp sign.",
	body = text(
		[[/\b(?:your |ou?r )?(?:unique|unqiue|uniqe|personal|tracking|reward) code ?: ?\*{0,2}#/i]],
		[[/\b(?:eindeutiger|persönlicher|einmaliger) Code ?: ?#|\bvotre code unique ?: ?#|\bcódigo único ?: ?#/i]]
	),
}

rule "PRIZE_LOYALTY_PROGRAM" {
	score = 1.2, doc = "The reader may take part in a loyalty program free of charge and gets a fantastic prize.",
	any = said(
		[[/\b(?:participate|take part) in our (?:\w{1,20} ){0,3}(?:loyalty|rewards?) program\b|\bexclusive (?:customer )?rewards? program\b|\bpart of your loyalty program\b|\bfree for\b[\s\S]{0,20}\bcustomers only\b/i]],
		[[/\b(?:an|unserem|Teil) (?:\w{1,20} ){0,3}Treueprogramms?\b[\s\S]{0,60}\b(?:kostenlos|teil|gratis|zusätzlich)|\bKOSTENLOS an unserem\b|\bals Teil (?:deines|Ihres) Treueprogramms\b|\bVerbraucheraktion\b|\bAls Dankeschön für (?:Ihre|Deine) Treue\b/i]],
		[[/\bprograma de fideli(?:zaci[oó]n|dade)\b|\bprogramme de fidélité\b|\bbonus de fidélité\b|\bloyaliteitsprogramma\b/i]]
	),
}

rule "PRIZE_SENDER" {
	score = 1, doc = "The sender calls himself rewards, winner, raffle, or congratulations.",
	header = {
		["From:name"] = {
			[[/\b(?:c[o0]nsumer|customer|shopper|verified|exclusive)?[ _]*(?:rewards?|winners?|surprise|sweepstakes?|giveaway|prize|congrat\w*|gift ?cards?|survey)\b/i]],
			[[/(?:\b|_)(?:gewinn\w*|gutscheine?|belohnung\w*|verlosung|glückw\w+|gratulation|prämien?\w*|sonderangebot|geschenkkarte|exklusives angebot|letzte chance|ihre chance|eine chance|ausgewählt|selektiert|black friday)(?:\b|_|!)/i]],
			[[/(?:gutschein|belohnung|gewinnspiel|rewards?_|_surprise|_rewards)/i]],
			[[/\b(?:gagnant|récompenses?|félicitations|bon d'achat|ganador|premios?|recompensas?|prêmios?|premiado|winnaar)\b/i]],
		},
	},
}

-- A brand's name as the sender, the brand in the subject, but the address is nobody's.
rule "PRIZE_MESSAGE_FROM_SHOP" {
	score = 1, doc = "The sender calls himself message, department, support or thanks of a shop.",
	any = {
		{ header = { ["From:name"] = [[/\b(?:message from|nachricht von|message de|mensaje de|bericht van) \w/i]] } },
		{ header = { ["From:name"] = [[/\b(?:thank you!?|congratulations!?|customer support|department|zustellung|dankt ihnen!?|mitgliederservice|kundenservice)\W*$/i]] },
			any = said([[/\b(?:reward|won|winner|winning|gift|survey|prize|gratis|kostenlos|Umfrage|Gutschein|gewinn\w*|Notfallset|Finalisten|Belohnung)\b/i]]) },
		{ body = [[/^\W*[A-Z][\w'&.® -]{2,30} (?:department|customer support)\b/i]] },
	},
}

-- Together ------------------------------------------------------------------------------------------------------------------------------------------

rule "__PRIZE_WON" { doc = "Won, in any language.", meta = "PRIZE_WON or PRIZE_WON_GERMAN or PRIZE_WON_ROMANCE or PRIZE_WON_DUTCH" }
local signs = [[(__PRIZE_WON + (PRIZE_SURVEY > 0) + (PRIZE_VOUCHER or PRIZE_GOODS) + (PRIZE_CLAIM_NOW > 0) + (PRIZE_LAST_ATTEMPT > 0) + (PRIZE_POSTAGE > 0) +
	(PRIZE_CODE > 0) + (PRIZE_LOYALTY_PROGRAM > 0) + (PRIZE_SENDER or PRIZE_MESSAGE_FROM_SHOP))]]
rule "PRIZE_ODD_SENDER" {
	score = 1.8, doc = "A prize, and the sender's address is not who he says he is.",
	meta = "__ODD_SENDER and (__PRIZE_WON or PRIZE_SURVEY or PRIZE_VOUCHER or PRIZE_GOODS or PRIZE_CLAIM_NOW and " .. signs .. " >= 2)",
}
rule "PRIZE_ODD_LINK" {
	score = 1.5, doc = "A prize, and a link to a free host, a shortener, or a deceiving name.",
	meta = "__ODD_LINK and (__PRIZE_WON or PRIZE_SURVEY or PRIZE_VOUCHER or " .. signs .. " >= 2)",
}
rule "PRIZE_THREE_SIGNS" { score = 1, doc = "Three or more signs of a prize that nobody won.", meta = "not __ABOUT_FRAUD and (" .. signs .. " >= 3)" }
rule "PRIZE_FIVE_SIGNS" { score = 1, doc = "Five or more signs of a prize that nobody won.", meta = "not __ABOUT_FRAUD and (" .. signs .. " >= 5)" }
rule "PRIZE_IN_PICTURE" {
	score = 1.5, doc = "The subject or a line promises a prize, and the rest is a picture with a link.",
	meta = signs .. " >= 1 and (MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY or TEXT_SHORT_WITH_LINK)",
}
