-- Jobs that need no skill: money mules, parcel agents, "tasks" by messenger.

rule "JOB_WORK_FROM_HOME" {
	score = 1.5, doc = "Work at home in a few hours a week with high pay, no experience needed.",
	any = said(
		[[/\b(?:work(?:ing)? (?:from|at) home|home[- ]based|remote(?:ly)?|part[- ]time|flexible hours|few hours)\b[\s\S]{0,200}\b(?:earn|\$ ?\d{2,}|€ ?\d{2,}|per (?:week|day|hour)|weekly|no (?:prior )?(?:experience|skills?|investment)|salary|daily income)\b[\s\S]{0,200}\b(?:apply|reply|contact|whatsapp|telegram|send|register|text|interested|position)\b/i]],
		[[/\b(?:heimarbeit|nebenjob|nebenverdienst|homeoffice|von zu hause (?:aus )?(?:arbeiten|verdienen|geld))\b[\s\S]{0,240}\b(?:€|euro|verdien\w*|gehalt|vergütung|keine (?:erfahrung|vorkenntnisse|kosten)|stunden (?:pro|in der) woche|pro (?:tag|woche|monat))\b/i]],
		[[/\b(?:earn|make|verdienen sie|gagnez|gana|ganhe) (?:up to |bis zu |jusqu'à |hasta |até )?(?:€|\$|£)? ?\d[\d.,]{0,14} ?(?:(?:-|to|bis) ?(?:€|\$|£)? ?\d[\d.,]{0,14} ?)?(?:€|\$|£|EUR|euro)? ?(?:per|a|an|pro|am|par|al|por) ?(?:day|week|hour|month|tag|woche|stunde|jour|semaine|día|dia|semana)\b/i]]
	),
}
rule "JOB_MONEY_MULE" {
	score = 2.5, doc = "Payments or parcels are to be taken and passed on for a share.",
	any = said(
		[[/\b(?:payment|financial|transfer|purchas\w+|payroll|parcel|package|shipping|logistics?) (?:processing |receiving |forwarding |collection )?(?:agent|representative|assistant|manager|officer|clerk|inspector|handler)\b[\s\S]{0,300}\b(?:commission|per ?cent|%|each (?:transaction|payment|parcel|package)|your (?:bank )?account|deduct|keep|salary|from (?:your )?home)\b/i]],
		[[/\b(?:keep|retain|deduct|behalten)\b[\s\S]{0,20}\b\d{1,2} ?%[\s\S]{0,80}\b(?:commission|payment|transfer\w*|provision|zahlung\w*|forward|remainder|rest)\b/i]],
		[[/\b(?:finanzagent|zahlungsagent|paketagent|warenagent|paketmanager|transaktionsmanager|finanzmanager|kundenzahlungen (?:weiter|an)|pakete (?:annehmen|empfangen|weiter))\w*\b/i]]
	),
}
rule "JOB_TASKS_MESSENGER" {
	score = 2, doc = "Simple tasks, likes or ratings are paid by the day, and all goes by a messenger.",
	any = said([[/\b(?:simple|easy|online|daily|einfache|kleine|leichte) (?:\w{1,20} )?(?:tasks?|aufgaben|likes|ratings|bewertungen|reviews)\b[\s\S]{0,300}\b(?:whatsapp|telegram|t\.me|wa\.me|line id)\b/i]]),
}
rule "JOB_OFFER_UNASKED" {
	score = 1.2, doc = "A vacancy is offered to a reader whose data were found on a job site.",
	any = said(
		[[/\b(?:(?:we|i|our (?:hr|recruit\w*)) (?:have )?(?:found|came across|saw|reviewed|received|viewed) your (?:resume|cv|profile|contact|application) (?:on|at|in|from)|your (?:resume|cv) (?:has been|was) (?:reviewed|shortlisted|selected|found)|you(?:'ve| have) been (?:shortlisted|selected) for (?:the|a|our) (?:position|role|job|vacancy|interview))\b/i]],
		[[/\b(?:wir haben ihr(?:en|e)? (?:profil|lebenslauf|bewerbung) (?:\w{1,20} ){0,4}(?:gefunden|gesehen|erhalten)|wir suchen (?:dringend )?(?:mitarbeiter|neue kollegen|verstärkung) (?:für|in) (?:den )?(?:heimarbeit|homeoffice|online))\b/i]]
	),
}
rule "JOB_MYSTERY_SHOPPER" {
	score = 1.8, doc = "A secret or mystery shopper, or a car wrapped with advertising, is paid for by cheque.",
	any = said([[/\b(?:(?:mystery|secret) (?:shopp(?:er|ing)|evaluator|customer)|car ?wrap(?:ping)?|vehicle wrap|testkäufer)\b[\s\S]{0,300}\b(?:\$ ?\d{1,9}|€ ?\d{1,9}|\d{1,9} ?(?:€|euro|usd)|per (?:week|assignment|task)|che(?:ck|que)|weekly|pro auftrag)\b/i]]),
}
rule "JOB_ODD" { score = 1.8, doc = "A job nobody asked for, and sender, link or answer address are odd.", meta = "(JOB_WORK_FROM_HOME or JOB_MONEY_MULE or JOB_TASKS_MESSENGER or JOB_OFFER_UNASKED or JOB_MYSTERY_SHOPPER) and (__ODD_SENDER or __ODD_LINK or __TO_NOBODY or LINK_MAILTO_FREEMAIL or __FREEMAIL_SENDER)" }
rule "JOB_TWO_SIGNS" { score = 1.5, doc = "Two or more signs of a job fraud.", meta = "(JOB_WORK_FROM_HOME > 0) + (JOB_MONEY_MULE > 0) + (JOB_TASKS_MESSENGER > 0) + (JOB_OFFER_UNASKED > 0) + (JOB_MYSTERY_SHOPPER > 0) >= 2" }
rule "JOB_EASY_MONEY" {
	score = 1.5, doc = "Money is made easily with surveys, apps or a system.",
	any = said([[/\b(?:ways? to (?:easily )?make (?:easy |fast |quick )?money|make money (?:online|fast|easily|from home)|(?:geld|einkommen) (?:im internet|online) (?:verdienen|generieren)|passives? einkommen|passive income|get paid (?:to|for)|financial freedom|finanzielle freiheit|schnelles geld|argent facile|dinero fácil|renda extra)\b/i]]),
}
