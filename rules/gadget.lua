-- Gadgets and soothsayers: miracle devices at half price, angels, Pluto, and seventy per cent off.

rule "GADGET_MIRACLE" {
	score = 1.5, doc = "A device of a new kind is sold out everywhere and revolutionises something.",
	any = said(
		[[/\b(?:this|new|tiny|little|clever|genius|revolutionary|brilliant|ingenious|military) (?:\w{1,20} )?(?:device|gadget|invention|translator|camera|drone|stick|scrubber|knife|cushion|lamp|heater|cooler)\b[\s\S]{0,300}\b(?:\d\d ?% (?:off|discount)|flying off|sold out|selling out|limited (?:stock|supply|offer)|everyone is talking|take(?:s|n)? (?:\w{1,20} ){0,3}by storm|here'?s why|will help you|any chair)\b/i]],
		[[/\b(?:revolutionär\w*|genial\w*|intelligent\w*|japanisch\w*|bahnbrechend\w*|innovativ\w*|fortschrittlich\w*)\b[\s\S]{0,60}\b(?:erfindung|gerät\w*|technologie|überwachungs\w*|küchenmesser|übersetzer|gadget|kamera|werkzeug)\b[\s\S]{0,300}\b(?:\d\d ?%|rabatt|sonderangebot|knopf|einfach|sofort|sprachen|beste|intelligenteste|abmelden|markt)\b/i]],
		[[/\b(?:sofortübersetzer|instant translator|in (?:über )?\d\d (?:sprachen|languages)|\d\d sprachen|translator device|poliglu|enence|huusk|küchenmesser|synoshi|glühbirnen-?überwachungskamera|tactistaff|survival (?:hiking )?stick|memory foam seat)\b/i]]
	),
}
rule "GADGET_BIG_DISCOUNT" {
	score = 1, doc = "Seventy per cent or more off, today or while stocks last.",
	any = said([[/\b(?:up to |bis zu |get |save |spare )?(?:[5-9]\d) ?% (?:off|rabatt|discount|günstiger|korting|de réduction|reduziert|auf)\b[\s\S]{0,240}\b(?:today|now|hurry|limited|stock|only|last|heute|jetzt|nur|solange|begrenzt|beeil\w*|vorrat|handgefertigt\w*|custom)\b/i]]),
}
rule "GADGET_PRINTS_SHEETS" {
	score = 1.2, doc = "Goods that affiliates always sell: canvas prints, sheets, pet food, hair tools.",
	any = {
		{ header = { ["From:name"] = [[/\b(?:canvas|miracle|sheets?|cat food|dog food|cushion|translator|messer|scrubber|power ?saver|heater|cooler|flashlight|tactical|knife|survival|mattress|pillow)\b/i]] } },
		{ subject = [[/\b(?:custom canvas|canvas prints?|photographs the showcase|miracle sheets?|upgrade your sleep|cat'?s hunger|comfort dog|survival hiking|seat cushion|reinigungsroutine|handgefertigte messer|hiking stick)\b/i]] },
	},
}
rule "GADGET_SOOTHSAYER" {
	score = 2, doc = "A medium, an angel or a planet has a message for the reader.",
	any = said(
		[[/\b(?:psychic|clairvoyant|medium|tarot|horoscope|astrolog\w+|guardian angels?|numerolog\w+|voyante?|voyance|hellseh\w+|wahrsag\w+|horoskop|engel|pluto|saturn|sternzeichen|videncia|vidente|waarzeg\w+|astro)\b[\s\S]{0,300}\b(?:your (?:future|destiny|life|luck|sign)|reveal\w*|free reading|message for you|before it'?s too late|ihr (?:leben|schicksal|glück)|für sie|vorhersag\w*|verzweiflung|zeichen|gerechte belohnung|kostenlos\w*|je leven|votre (?:avenir|destin)|tu (?:futuro|destino))\b/i]],
		[[/\b(?:vorhersagen im horoskop|horoskop der engel|er zal iets met je gebeuren|deine zukunft|ihre zukunft enthüllt)\b/i]]
	),
}
rule "GADGET_HOME_SECURITY" {
	score = 1.2, doc = "Watching cameras, locks or alarm systems with one installation, none of them ordered.",
	any = said([[/\b(?:überwachungs(?:kamera|gerät\w*)|security camera|alarmanlage|home security|sicherheit zu hause|light ?bulb camera|glühbirnen)\b[\s\S]{0,240}\b(?:keine (?:installation|monatlichen kosten)|no monthly|einfache installation|\d\d ?%|intelligenteste|free install\w*|rabatt)\b/i]]),
}
rule "GADGET_ODD" { score = 1.8, doc = "A gadget or a soothsayer, and sender or link are odd.", meta = "(GADGET_MIRACLE or GADGET_SOOTHSAYER or GADGET_PRINTS_SHEETS or GADGET_HOME_SECURITY) and (__ODD_SENDER or __ODD_LINK)" }
