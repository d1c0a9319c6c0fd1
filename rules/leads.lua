-- Leads: insurance, loans, credit scores, solar roofs, warranties, houses bought for cash; addresses are what is collected.

rule "LEADS_LOAN" {
	score = 1.5, doc = "A loan is offered to everybody, whatever the credit record.",
	any = said(
		[[/\b(?:loans?|credit|funding|financing|mortgage)\b[\s\S]{0,120}\b(?:bad credit|no credit check|low (?:interest )?rates?|\d(?:[.,]\d{1,9})? ?% (?:interest|annual|per)|pre-?approved|instant approval|approved (?:today|in)|any purpose|within \d{1,9} hours|without collateral|no collateral|no upfront)\b/i]],
		[[/\b(?:do you need|are you (?:looking for|in need of)|we (?:offer|give|provide|grant)|apply for) (?:a |an |any )?(?:\w{1,20} ){0,3}(?:loans?|financing|funding)\b/i]],
		[[/\b(?:kredite?|darlehen|sofortkredit|kredit ohne schufa|finanzierung)\b[\s\S]{0,120}\b(?:ohne schufa|schufafrei|sofort(?:auszahlung)?|zinssatz|\d(?:[.,]\d{1,9})? ?%|bonitätsprüfung|trotz (?:negativer )?schufa|bewilligt|genehmigt)\b/i]],
		[[/\b(?:prêt|préstamo|empréstimo|prestito)s? (?:\w{1,20} ){0,6}(?:rapide|entre particuliers|sans justificatif|sin aval|rápido|aprovado|liberado|personal|facile|immediato|taux)\b/i]],
		[[/\b(?:empréstimo|crédito|consignado|antecipação d[oe] (?:fgts|saque)|saque[- ]aniversário|cartão (?:aprovado|sem anuidade))\b[\s\S]{0,100}\b(?:aprovad[oa]|liberad[oa]|pré-aprovad[oa]|disponível|negativad[oa]s?|sem consulta|sem burocracia|na hora|até R\$)/i]]
	),
}
rule "LEADS_LOAN_TERMS" {
	score = 1.2, doc = "Money is lent at a low rate, without questions, within hours, by somebody unknown.",
	any = said(
		[[/\b(?:no credit check|bad credit (?:ok|accepted|welcome)|without (?:any )?collateral|no collateral|no upfront (?:fee|cost)|\d(?:[.,]\d{1,9})? ?% (?:interest|annual|per annum)|interest rate of|loans? from (?:€|\$|£)?[\d.,]+ ?(?:€|\$|£|EUR|USD)? (?:up )?to|approved (?:within|in) \d{1,9} (?:hours|minutes)|business loans?[\s\S]{0,40}personal loans?)\b/i]],
		[[/\b(?:ohne schufa(?:-?auskunft)?|schufafrei\w*|ohne bonitätsprüfung|zinssatz von|kredit(?:e)? von [\d.,]+ ?(?:€|eur\w*)? bis|in 24 stunden auf ihrem konto|entre particuliers|taux (?:d'intérêt )?de \d)\b/i]]
	),
}
rule "LEADS_CREDIT_SCORE" {
	score = 1.2, doc = "A credit score is shown, repaired or improved.",
	any = said(
		[[/\b(?:free (?:credit )?scores?|credit (?:scores?|report|repair|restoration|experts?)|low credit score|poor credit|bad credit|fix your credit|your credit is costing)\b[\s\S]{0,240}\b(?:today|now|free|alert|improve\w*|fix|boost|click|check|access|unlock|card|journey|hackers?|fraud)\b/i]],
		[[/\b(?:aumente (?:seu|o seu) score|limpe seu (?:nome|cpf)|consulta cpf|score (?:baixo|hoje mesmo)|reavaliações de score|schufa (?:löschen|bereinig\w*|eintrag)|negative schufa)\b/i]],
		[[/\b(?:credit card|mastercard|visa card)\b[\s\S]{0,100}\b(?:denied|no security deposit|without (?:any )?security deposit|low credit|pre-?(?:approved|qualified)|quick application|bad credit|offer (?:we have )?for you)\b|\b(?:denied|get the \w+) (?:\w{1,20} ){0,3}credit card\b/i]],
		[[/\b(?:serasa|limpa nome|dívidas?|nome (?:sujo|negativado)|boa vista|spc)\b[\s\S]{0,120}\b(?:desconto|quit\w+|negoci\w+|acordo|\d\d ?%|limp\w+|regulariz\w+)\b/i]]
	),
}
rule "LEADS_INSURANCE" {
	score = 1.2, doc = "Insurance is compared or quoted by somebody who is no insurer.",
	any = said(
		[[/\b(?:auto|car|life|home|health|pet|medicare|burial|final expense|term|vehicle|dental)[- ](?:insurance|protection|coverage|warranty|shield)\b[\s\S]{0,200}\b(?:quotes?|rates?|compare|save|as low as|low (?:month|monthly)|per month|costly|free|plans?|repairs?)\b/i]],
		[[/\b(?:extended (?:auto |car |vehicle )?warranty|costly (?:auto |car )?repairs?|repair bills?|extend your vehicle'?s life|auto protection|car ?shield)\b/i]],
		[[/\b(?:krankenversicherung|zahnzusatzversicherung|sterbegeldversicherung|kfz-?versicherung|lebensversicherung|private krankenvers\w*|unfallversicherung)\b[\s\S]{0,160}\b(?:vergleich\w*|sparen|wechseln|ab \d{1,9}|günstig\w*|tarife?|kostenlos\w*|anfordern)\b/i]],
		[[/\b(?:planos? de saúde|plano (?:amil|de saúde|notre ?dame|hapvida)|convênios?|amil saúde|seguro (?:auto|de vida|viagem)|mutuelle (?:santé|senior)|assurance (?:vie|auto|obsèques))\b[\s\S]{0,240}\b(?:cotação|cotar|cote|tabela|reduza|redução|promo\w*|descont\w*|a partir de|mensalidade|proposta|comparez|comparer|devis|tarifs?|économis\w*)\b/i]],
		[[/\b(?:zorgverzekering|uitvaartverzekering|autoverzekering|overlijdensrisicoverzekering|rachat de crédits?|défiscalisation|assurance emprunteur|convention obsèques|seguro de (?:coche|salud|decesos)|assicurazione (?:auto|vita))\b[\s\S]{0,200}\b(?:vergelijk\w*|bespa\w+|goedkop\w*|overstappen|offerte|compare\w*|économis\w*|simul\w+|gratuit\w*|compar\w+|ahorr\w+|confront\w+|risparmi\w*)\b/i]]
	),
}
rule "LEADS_SOLAR_HEATING" {
	score = 1.2, doc = "Solar roofs, heat pumps, air conditioning or windows, paid by the state or saving half.",
	any = said(
		[[/\b(?:solar(?: panels?| installation| deals| energy)?|heat pumps?|windows? replacement|gutter\w*|roof\w*|walk-in (?:tub|shower)s?|bath(?:room)? remodel)\b[\s\S]{0,160}\b(?:\$ ?0|zero (?:cost|down)|out of pocket|free|qualify|homeowners?|zip code|rebate|save|government|tax credit|incentive|power bill|quote)\b/i]],
		[[/\b(?:solaranlage\w*|photovoltaik\w*|wärmepumpe\w*|treppenlift\w*|fenster|klimaanlage\w*|dämmung|balkonkraftwerk\w*)\b[\s\S]{0,200}\b(?:förder\w*|zuschuss|kostenlos\w* (?:angebot|beratung|prüf\w*)|sparen|jetzt (?:prüfen|vergleichen|anfordern)|bis zu \d{1,9} ?%|staatlich\w*|angebote? vergleichen)\b/i]],
		[[/\b(?:panneaux? solaires?|pompe à chaleur|climatisation|isolation|zonnepanelen|warmtepomp|airco'?s?|paneles solares|energia solar)\b[\s\S]{0,240}\b(?:aides?|prime|économis\w*|offerte|gratis|bespa\w+|besparen|subsidie|salderingsregeling|gratuit\w*|voordelig\w*|ahorr\w+|profitez|vrijblijvend)\b/i]],
		[[/\b(?:dakkapel|kozijnen|traplift|vloerisolatie|spouwmuurisolatie|thuisbatterij|double vitrage|pergola|monte-?escalier|douche senior|fenêtres|ventanas|aire acondicionado|caldaia|fotovoltaic[oa]|energia solar)\b[\s\S]{0,200}\b(?:subsidie|bespa\w+|offertes?|gratis|aides?|prime|devis|gratuit\w*|éligib\w+|subvenci\w+|ahorr\w+|incentiv\w+|risparmi\w*|economiz\w*|parcel\w+|preventivo)\b/i]]
	),
}
rule "LEADS_ENERGY_TRICK" {
	score = 2, doc = "A box or trick halves the electricity bill.",
	any = said(
		[[/\b(?:power ?saver|e-?saver|energy (?:saver|trick|device|bill cruncher|revelation|hack)|dirty electricity|stabili[sz]e your current|slash (?:your )?(?:power|electric\w*|energy) bills?|(?:power|electric\w*|energy) bills?\b[\s\S]{0,60}\b(?:by up to|slash|cut|90 ?%|half|trick|device|save)|eco savings|cutting-edge savings|future of energy|tomorrow'?s energy)\b/i]],
		[[/\b(?:strom ?(?:spar(?:er|box|gerät)|kosten|rechnung))\b[\s\S]{0,100}\b(?:halbier\w*|senk\w*|bis zu \d{1,9} ?%|trick|gerät|erfindung|sofort|box)\b/i]]
	),
}
rule "LEADS_HOUSE_FOR_CASH" {
	score = 1.8, doc = "Houses, cars or timeshares are bought for cash or cancelled, anywhere and at once.",
	any = said(
		[[/\b(?:we buy (?:houses|homes|cars|properties)|sell your (?:house|home|car|property|timeshare) (?:fast|now|for cash|quick\w*|today)|cash offer|(?:get|make) (?:a |an |you )?(?:all[- ])?cash offer|timeshare (?:cancel\w*|relief|exit|owners?)|close in as little as \d{1,9} days)\b/i]],
		[[/\b(?:compramos (?:tu|su) (?:coche|casa|piso)|(?:tasar|vende|vender) (?:tu|su) coche|wir kaufen (?:ihr|dein) (?:auto|haus)|autoankauf|immobilie (?:schnell )?verkaufen|vendez votre voiture)\b/i]]
	),
}
rule "LEADS_STUDENT_DEBT" {
	score = 2, doc = "Debts or student loans are forgiven under a new program.",
	any = said([[/\b(?:student[- ]loans?|debts?|tax debt|credit card debt)\b[\s\S]{0,120}\b(?:forgiv\w+|relief|eliminat\w+|settle\w*|discharg\w+|cancel\w*|eligible for)\b[\s\S]{0,300}\b(?:eligible|program|guidelines|case number|file|call|qualif\w+|today|new (?:20\d\d )?)\b/i]]),
}
rule "LEADS_FIND_PEOPLE" {
	score = 1.5, doc = "Anybody's address, record or number can be found.",
	any = said([[/\b(?:find (?:anyone|people for free|people)|people ?(?:finders?|search)|background (?:check|report)s? (?:on|for|is|ready)|arrest records?|public records?|reverse phone|who(?:'s| is) (?:been )?(?:searching|looking) for you|find anyone\. anywhere)\b[\s\S]{0,120}\b(?:addresses|phones?|numbers?|relatives|search|report|records?|now|anywhere|free|millions|safe)\b/i]]),
}
rule "LEADS_FREE_QUOTE" {
	score = 0.8, doc = "A call by a partner, a free quote, or a request that nobody made.",
	any = said(
		[[/\b(?:free (?:no[- ]obligation )?quotes?|get (?:a |your )?(?:free )?quotes?|no obligation quote|compare (?:rates|quotes|offers))\b|\b(?:unverbindlich|kostenlos)\w* (?:und \w+ )?(?:angebot\w*|beratung|vergleich)\b|\b(?:recebemos uma solicitação|nova cotação|cotação esperando|receba (?:agora )?(?:uma |sua )?cotação|proposta exclusiva|condição (?:especial|exclusiva))\b|\bdevis gratuit\b|\bvrijblijvend (?:advies|offerte)\b/i]]
	),
}
rule "__LEADS" { doc = "Any sign of a collector of leads.", meta = "LEADS_LOAN or LEADS_CREDIT_SCORE or LEADS_INSURANCE or LEADS_SOLAR_HEATING or LEADS_ENERGY_TRICK or LEADS_HOUSE_FOR_CASH or LEADS_STUDENT_DEBT or LEADS_FIND_PEOPLE" }
rule "LEADS_ODD_SENDER" { score = 1.8, doc = "A collector of leads, and the sender's address is not who it says.", meta = "__LEADS and (__ODD_SENDER or __TO_NOBODY)" }
rule "LEADS_ODD_LINK" { score = 1.5, doc = "A collector of leads, and a link to a free host, a shortener or a deceiving name.", meta = "__LEADS and __ODD_LINK" }
rule "LEADS_FREEMAIL" { score = 1.8, doc = "Loans, insurance or the like are offered from a free mailbox.", meta = "(__LEADS or LEADS_LOAN_TERMS) and __FREEMAIL_SENDER" }
rule "LEADS_FOREIGN_LINK" { score = 0.8, doc = "A collector of leads, and links or answers that go to another domain than the sender's.", meta = "__LEADS and (LINK_ONE_FOREIGN_DOMAIN or REPLY_TO_OTHER_DOMAIN) and not __ODD_LINK" }
rule "LEADS_IN_PICTURE" { score = 1.5, doc = "A collector of leads in the subject, and the rest is a picture with a link.", meta = "__LEADS and (MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY)" }
rule "LEADS_TWO_SIGNS" { score = 1, doc = "A collector of leads, and a free quote or links to a foreign domain.", meta = "__MISFIT and (__LEADS and LEADS_FREE_QUOTE or LEADS_LOAN and LEADS_LOAN_TERMS)" }
