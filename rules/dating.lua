-- Dating that is none: invented profiles, lonely women from far away, "adult" sites.

rule "DATING_EXPLICIT" {
	score = 2, doc = "Crude words of pornography stand in the subject or the text.",
	any = said(
		[[/\b(?:fuck (?:me|tonight|now|buddy|vandaag|dates?)|horny (?:girls?|women|milfs?|singles|wives)|naked (?:girls?|women|photos?)|hot (?:milfs?|sluts?)|wet puss(?:y|ies)|suck (?:my|your) (?:dick|cock)|your dick\b|big(?:ger)? cock|sex (?:partner|tonight|dates?|whenever|contacts?)|s3x|female horniness|porn ?hub|xxx (?:videos?|dating)|casual sex|adult dating|nude (?:girls|photos|pics))/i]],
		[[/\b(?:nackte (?:frauen|mädchen|girls)|geile (?:girls|mädchen|frauen|pussy|weiber)|ficken|gelegenheitssex|sextreffen|fick(?:treffen|date)|sexkontakte|heiße (?:milfs|nächte)|\w*muschi\w*|schwanz\b|sperma\b|versaute)/i]],
		[[/\b(?:neuk(?:en|t)?|kutje|orale seks|sekscontact|geile (?:vrouwen|dames)|plan ?cul|femmes? (?:nues?|chaudes?)|sexe ce soir|putas?|sexo (?:hoy|hoje|sin)|coños?|sesso stasera)\b/i]]
	),
}
rule "DATING_SINGLES" {
	score = 1.8, doc = "Singles are offered, hot ones or from near by.",
	any = said(
		[[/\b(?:hot|sexy|lonely|local|exotic|horny) (?:\w{1,20} )?(?:singles|girls|women|ladies|brides|wives|moms)\b|\b(?:singles|girls|women) (?:near (?:you|by)|in your (?:area|city|neighbou?rhood)|want to (?:chat|meet))|\bwant to chat and flirt\b|\bfind(?:ing)? (?:love|someone who really)\b|\bdo you like (?:\w{1,20} )?girls?\b|\bstart a chat with a girl\b|\b(?:sex|adult) dating\b|\badult dating site\b|\btop (?:adult )?dating\b|\b(?:looking for|join) (?:a |new )?(?:lover|flirt|real man)\b|\bnew flirt\b/i]],
		[[/\b(?:heiße[nr]?|heißesten|einsame|attraktive|willige|geile|offene|sexy) (?:\w{1,20} )?(?:singles|frauen|mädchen|damen|mitglieder|hausfrauen)\b|\b(?:frauen|singles|jemande[mn]|dates?|leute) (?:\w{1,20} )?(?:in|aus) (?:deiner|ihrer) (?:nähe|umgebung|stadt|nachbarschaft)\b|\blust auf (?:ein )?(?:date|abenteuer|treffen)\b|\bsuchst du (?:nach )?(?:\w{1,20} )?(?:dates?|gesellschaft|abenteuer|jemande|liebe)|\bchatte? (?:und date|jetzt|mit (?:diesen|ihr))|\bideale frau\b|\bflirte? noch heute\b/i]],
		[[/\b(?:célibataires|rencontre[rz]?|rencontres)\b[\s\S]{0,30}\b(?:chaud|ukrain|russe|coquin|près de|filles|beautés|femmes)|\b(?:filles?|femmes?|beautés?) (?:ukrainien|russe|exotique)|\bmujeres (?:solteras|calientes|ucranianas)|\bgarotas\b[\s\S]{0,20}\bperto/i]],
		[[/\b(?:ontmoet|afspreken|ontmoeten|date|daten|flirten)\b[\s\S]{0,60}\b(?:vrouwen|singles|meisjes|dames|whatsapp|tinder|match|avontuur)|\b(?:russische|oekraïense) (?:\w{1,20} )?(?:vrouwen|meisjes?|schoonhe\w+|date|dames)|\bspannende (?:afspraak|contacten)\b|\b(?:dating ?(?:-?(?:apps?|web ?site|portal\w*))|datingwebsite|vreemdgaan|sekspartner)\b/i]],
		[[/\b(?:stoute|ondeugende|eenzame|rijpe|geile) (?:\w{1,20} )?(?:vrouwen|dames|meiden|meisjes|buurvrouw(?:en)?|huisvrouwen|moeders|singles)\b|\b(?:sexdate|sekscontacten|discrete? (?:contact(?:en)?|afspraak|date|relatie)|op ?zoek naar (?:een )?(?:spannend\w*|ondeugend\w*|date|man|avontuur)|wil je (?:met me uit|afspreken|met mij (?:chatten|daten)))\b/i]],
		[[/\b(?:rencontres? (?:discrètes?|coquines?|sans lendemain|libertines?|infidèles?)|encuentros? (?:discretos?|casuales?)|citas? (?:casuales?|discretas?)|encontros? (?:discretos?|casua(?:l|is))|mulheres? (?:solteiras?|maduras?|perto de você)|parceir[oa] de san valentin|(?:apimente|tempere) sua vida|incontri (?:discreti|extraconiugali)|donne (?:sole|mature))\b/i]]
	),
}
rule "DATING_EAST_EUROPE" {
	score = 1.8, doc = "Women from Russia, Ukraine, or Asia are waiting for the reader.",
	any = said([[/\b(?:russian|ukrain\w*|slavic|moldovan?|asian|thai|latin|russische\w*|ukrainische\w*|slawische\w*|asiatische\w*|thailändische\w*|polnische\w*|oekra[iï]ense|ukrainien\w*|russes?) ?(?:\w{1,20} ){0,2}(?:brides?|beaut(?:y|ies)|lad(?:y|ies)|singles|girls?|wom[ae]n|dating|wives|frau(?:en)?|damen?|mädchen|schönheit(?:en)?|vrouwen|meisjes?|schoonhe\w+|filles?|femmes?|célibataires|date)\b/i]]),
}
-- A stranger writes of himself in the third person's English.
rule "DATING_LONELY_STRANGER" {
	score = 2, doc = "A lonely woman introduces herself and looks for a man.",
	any = said(
		[[/\bi(?: a|')m (?:a |an )?(?:\w{1,20} ){0,4}(?:girl(?:f?riend|fiend)?|lady|woman|widow|female)\b[\s\S]{0,80}\b(?:from|staying|living|looking|trying|searching|resident|in)\b/i]],
		[[/\b(?:looking up|looking for|trying to find|waiting for|searching for) (?:an? |my )?(?:\w{1,20} ){0,2}(?:gentle ?man|male|real man|good man|soul ?mate|life partner|lover)\b/i]],
		[[/\b(?:i hope (?:yo)?u can (?:chat|speak|talk)|can (?:yo)?u please do me a favou?r\)|my sir superior|what is your age\? where are you from|solitary (?:\w{1,20} )?(?:female|girl\w*|lady|woman)|let'?s try to chat)/i]],
		[[/\b(?:my name is|ich heiße|mein name ist|je m'appelle|mijn naam is)\b[\s\S]{0,40}\b(?:single|alleinstehend|célibataire|ledig)\b/i]]
	),
}
rule "DATING_BROKEN_ENGLISH" {
	score = 1.5, doc = "Compliments to an unknown man in the English of a word list.",
	any = said([[/\b(?:my sir \w+|my mister \w+|mr\.? (?:reputable|intellectual|poppet|superior)|crisp talks|gentle man|generous woman|girl ?f?iend from|smashing girl\w*|savou?ry female|beneficial woman|angelical male|invaluable male|how'?s life treating you|response me to|let me send you (?:my )?(?:photos?|pictures?)|i will send (?:you )?my (?:photo|pic)\w*)\b/i]]),
}
rule "DATING_MESSAGE_WAITING" {
	score = 1.5, doc = "A woman has written, unlocked her pictures, or wants to be answered on a site.",
	any = said(
		[[/\b(?:she|[A-Z][a-z]{1,20}) (?:has )?(?:sent you|wants to (?:see|meet|chat with|contact)|is waiting for|will contact|unlocked|is looking for)\b[\s\S]{0,40}\b(?:message|photos?|you|pictures?|man|reply)\b[\s\S]{0,300}\b(?:profile|photos?|girls?|dating|flirt|chat|wom[ae]n|date)\b/]],
		[[/\b(?:sie|[A-Z][a-z]{1,20}) hat (?:dir|ihnen|ihr foto|ihre fotos)\b[\s\S]{0,40}\b(?:nachricht|foto|freigeschaltet|geschrieben|gesendet)\b|\bversucht,? sie zu kontaktieren\b|\bsehe,? (?:wir|du) wohn\w+ in der nähe\b|\bfrauen warten\b|\b(?:girls|mädchen|frauen|singles) warten auf dich\b|\bnieuw (?:privé)?bericht van je\b/i]],
		[[/\bchatte? jetzt\b[\s\S]{0,80}\bchatte? jetzt\b|\bsende ihr eine nachricht\b|\bprivate[sn]? fotos?\b|\bsee photos!|\bsiehe fotos\b|\bvoir les photos\b|\bklick for date\b|\bclick for date\b/i]]
	),
}
rule "DATING_FAKE_PROFILES" {
	score = 2, doc = "The small print admits that profiles are invented.",
	any = said([[/\bprofile\b[\s\S]{0,40}\b(?:fiktiv|fictional|fictitious|fantasy)\b|\bmindestalter\b[\s\S]{0,60}\bchat|\bgeen nepprofielen\b|\bfictieve profielen\b/i]]),
}
rule "DATING_OFFER_IN_NAME" {
	score = 1.5, doc = "The sender's name is a dating site's bait.",
	header = { ["From:name"] = [[/(?:\bdating\b|\bsex\b|\bflirt|\bsingles\b|beauty (?:date|online)|russian|ukrain|oekra|nackte|\bihr date\b|geile|milf|hot girls|\bporn|\bhorn(?:y|iness)|find love|schoonhe|tinder|nachbarn$)/i]] },
}
rule "__DATING" { doc = "Any sign of dating bait.", meta = "DATING_EXPLICIT or DATING_SINGLES or DATING_EAST_EUROPE or DATING_LONELY_STRANGER or DATING_BROKEN_ENGLISH or DATING_MESSAGE_WAITING or DATING_OFFER_IN_NAME" }
rule "DATING_ODD_SENDER" { score = 1.8, doc = "Dating bait, and the sender's address is not who it says.", meta = "__DATING and __ODD_SENDER" }
rule "DATING_ODD_LINK" { score = 1.5, doc = "Dating bait, and a link to a free host, a shortener or a deceiving name.", meta = "__DATING and __ODD_LINK" }
rule "DATING_FOREIGN_LINK" { score = 1.2, doc = "Dating bait, and links or answers that go to another domain than the sender's.", meta = "__DATING and (LINK_ONE_FOREIGN_DOMAIN or REPLY_TO_OTHER_DOMAIN) and not __ODD_LINK" }
rule "DATING_SHORT" { score = 2, doc = "Dating bait in a few words or one picture with a link.", meta = "__DATING and (TEXT_SHORT_WITH_LINK or MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY)" }
rule "DATING_TWO_SIGNS" {
	score = 1.2, doc = "Two or more signs of dating bait.",
	meta = "(DATING_EXPLICIT > 0) + (DATING_SINGLES > 0) + (DATING_EAST_EUROPE > 0) + (DATING_LONELY_STRANGER > 0) + (DATING_BROKEN_ENGLISH > 0) + (DATING_MESSAGE_WAITING > 0) + (DATING_FAKE_PROFILES > 0) + (DATING_OFFER_IN_NAME > 0) >= 2",
}
