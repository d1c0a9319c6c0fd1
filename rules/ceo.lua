-- The chief who is in a meeting: gift cards, urgent transfers, a mobile number, changed salary accounts.

rule "CEO_GIFT_CARDS" {
	score = 2, doc = "Gift cards are to be bought and their codes sent by mail.",
	any = said(
		[[/\b(?:purchase|buy|get|pick up|procure|need)\b[\s\S]{0,60}\b(?:gift ?cards?|itunes cards?|google play cards?|steam cards?|amazon cards?|vouchers?)\b[\s\S]{0,300}\b(?:scratch|codes?|picture|photo|send (?:me|them)|email (?:me|them)|reimburs\w*|surprise|staff|clients?|discreet\w*|store)\b/i]],
		[[/\b(?:kauf\w*|besorg\w*|benötige)\b[\s\S]{0,60}\b(?:Geschenkkarten|Gutscheinkarten|Gutscheine|iTunes[- ]?Karten|Google[- ]?Play[- ]?(?:Gutschein)?Karten|Steam[- ]?Karten|Amazon[- ]?(?:Gutschein)?Karten|Paysafe\w*)\b[\s\S]{0,300}\b(?:Codes?|freirubbeln|rubbel\w*|Foto|schick\w*|send\w*|erstatt\w*|Überraschung|vertraulich)\b/i]]
	),
}
rule "CEO_AVAILABLE" {
	score = 1, doc = "Are you at your desk: a short question that hides a request.",
	any = said(
		[[/\b(?:are you (?:available|at your desk|in the office|free|around|busy)(?: (?:right )?now| today| at the moment| for a (?:quick|moment))?|do you have a (?:moment|minute|second)|got a (?:moment|minute)|quick (?:task|favou?r|request)|i need (?:you to|your help|a favou?r))\b[\s\S]{0,240}\b(?:urgent\w*|quick\w*|asap|discreet\w*|confidential\w*|meeting|conference|can'?t (?:talk|call)|cannot (?:talk|call)|let me know|reply|task|handle|your (?:cell|mobile|whatsapp))\b/i]],
		[[/\b(?:sind sie|bist du) (?:gerade |jetzt |heute )?(?:verfügbar|am (?:platz|schreibtisch)|im büro|erreichbar)\b[\s\S]{0,240}\b(?:dringend\w*|schnell\w*|vertraulich\w*|meeting|besprechung|konferenz|nicht telefonieren|antworten|aufgabe|erledig\w*|handynummer)\b/i]]
	),
	size = { max = "40K" },
}
rule "CEO_URGENT_TRANSFER" {
	score = 1.5, doc = "A transfer is to be made at once and told nobody.",
	any = said(
		[[/\b(?:wire|bank|urgent|same[- ]day|domestic|international|process|make|initiate|arrange|set up) (?:a |an |the |this )?(?:\w{1,20} )?(?:transfer|payment|wire)\b[\s\S]{0,300}\b(?:today|urgent\w*|immediately|asap|confidential\w*|discreet\w*|account balance|how much|acquisition|beneficiary|send (?:you )?the (?:details|account))\b/i]],
		[[/\b(?:dringende|sofortige|eilige|vertrauliche|Blitz|Eil)[- ]?(?:\w{1,20} )?(?:Überweisung|Zahlung|Transaktion)\b|\bÜberweisung\b[\s\S]{0,200}\b(?:noch heute|umgehend|dringend|sofort|streng vertraulich|Stillschweigen|Übernahme|Kontostand)\b/i]],
		[[/\bvirement\b[\s\S]{0,100}\b(?:urgent|confidentiel\w*|immédiat\w*|aujourd'hui)\b|\btransferencia\b[\s\S]{0,100}\b(?:urgente|confidencial|hoy mismo)\b/i]]
	),
	size = { max = "60K" },
}
rule "CEO_MOBILE_NUMBER" {
	score = 1.5, doc = "The chief wants the reader's mobile number, to go on where no filter reads.",
	any = said(
		[[/\b(?:send|give|drop|share|provide|text|forward|reply (?:me )?with|need|kindly|what(?:'s| is)) (?:\w{1,20} ){0,3}(?:your )(?:\w{1,20} )?(?:cell(?:phone)?|mobile|whatsapp|direct|personal) ?(?:phone )?(?:number|no\b|#|contact)/i]],
		[[/\b(?:schick\w*|send\w*|gib|geben Sie|teilen Sie|brauche)\b[\s\S]{0,40}\b(?:Ihre|deine) (?:\w{1,20} )?(?:Handy|Mobil|WhatsApp)[- ]?(?:nummer|funknummer|telefonnummer)\b/i]]
	),
	size = { max = "40K" },
}
rule "CEO_SALARY_ACCOUNT" {
	score = 1.5, doc = "An employee wants his salary paid to another account.",
	any = said(
		[[/\b(?:change|update|switch|modify|amend|new) (?:\w{1,20} ){0,4}(?:direct deposit|payroll|salary|pay ?check|bank (?:account )?(?:details|information)) ?(?:\w{1,20} ){0,4}(?:information|details|account|bank|next pay|before)\b|\b(?:direct deposit|payroll|salary)\b[\s\S]{0,80}\b(?:new bank|new account|changed (?:my )?bank|different (?:bank|account)|next pay (?:date|period|day))\b/i]],
		[[/\b(?:Gehalt\w*|Lohn\w*)\b[\s\S]{0,100}\b(?:neue[sn]? (?:Konto|Bankverbindung|Bank|IBAN)|Bankverbindung (?:\w{1,20} )?ändern|Konto (?:\w{1,20} )?(?:ändern|gewechselt)|anderes Konto)\b/i]]
	),
	size = { max = "60K" },
}
rule "CEO_SENT_FROM_MEETING" {
	score = 1, doc = "The sender cannot be called, being in a meeting or on a journey.",
	any = said(
		[[/\b(?:i(?:'m| am)) (?:currently |presently |right now |about to (?:go|step) ){0,3}(?:in(?:to)?|at|on|inside|heading) (?:a |an |into ){0,3}(?:\w{1,20} )?(?:meeting|conference|call|boarding|flight|seminar)\b[\s\S]{0,200}\b(?:can'?t|cannot|not|no|limited|only|unable) (?:\w{1,20} ){0,3}(?:calls?|talk|phone|email|pick|answer|text)\b/i]],
		[[/\b(?:bin|sitze) (?:gerade |momentan |derzeit )?(?:in|auf) (?:einer|einem) (?:\w{1,20} )?(?:Meeting|Besprechung|Konferenz|Sitzung|Termin|Dienstreise)\b[\s\S]{0,200}\b(?:nicht telefonieren|nicht (?:anrufen|erreichbar)|nur per (?:E-?)?Mail|keine Anrufe)\b/i]]
	),
}
rule "CEO_ODD_SENDER" { score = 2, doc = "A chief's request, and address or answer address are odd.", meta = "(CEO_GIFT_CARDS or CEO_AVAILABLE or CEO_URGENT_TRANSFER or CEO_MOBILE_NUMBER or CEO_SALARY_ACCOUNT or CEO_SENT_FROM_MEETING) and (__ODD_SENDER or __FREEMAIL_SENDER or REPLY_TO_OTHER_DOMAIN)" }
rule "CEO_TWO_SIGNS" { score = 1.2, doc = "Two or more signs of a chief who is none.", meta = "not __ABOUT_FRAUD and ((CEO_GIFT_CARDS > 0) + (CEO_AVAILABLE > 0) + (CEO_URGENT_TRANSFER > 0) + (CEO_MOBILE_NUMBER > 0) + (CEO_SALARY_ACCOUNT > 0) + (CEO_SENT_FROM_MEETING > 0) >= 2)" }
