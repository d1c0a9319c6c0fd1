-- Medicines without a doctor, slimming, miracles for every ailment.

rule "PILLS_POTENCY" {
	score = 2, doc = "A remedy for potency is praised.",
	any = said(
		[[/\b(?:v[i1l!]agra|c[i1l!]al[i1l!]s|levitra|kamagra|sildenafil|tadalafil)\b/i]],
		[[/\b(?:erectile dysfunction|(?:strong|harder|better|rock[- ]hard) erections?|erektion\w*|potenz(?:mittel|pillen|problem\w*)?|1mpote\w+|aphrodisia\w+|votre libido|ihre libido|male enhancement|standfestigkeit|sexual (?:stamina|performance|confidence)|sexuelles selbstvertrauen|(?:bigger|larger|longer|enlarge your|größerer) penis|penis(?:vergrößerung| enlargement)|hard(?:er)? (?:as|like) (?:a )?rock|stahlhart\w*|last longer in bed|sexboost)\b/i]]
	),
}
rule "PILLS_PRICE" {
	score = 2.5, doc = "Pills are offered with a price each.",
	any = said([[/(?:€|\$|£) ?\d{1,9}[.,]\d\d ?(?:\/|per) ?(?:pill|tablet|tab|dose|tablette)\b|\b(?:viagra|cialis|levitra)\b.{0,14}\d[.,]\d\d ?(?:€|\$|£)|\b(?:viagra|cialis|levitra) (?:€|\$|£) ?\d/i]]),
}
rule "PILLS_PHARMACY" {
	score = 1.2, doc = "An online pharmacy sells without prescription or at a discount.",
	any = {
		{ body = text([[/\b(?:no prescription (?:needed|required)|without (?:a )?prescription|ohne rezept|rezeptfrei\w*|(?:canadian|express|online|discount|internet|global) pharmacy|drug ?store|online[- ]apotheke|sans ordonnance|sin receta|sem receita)\b[\s\S]{0,300}\b(?:discount|off|coupon|cheap|price|order|pills?|rabatt|günstig|bestell\w+|descuento)/i]]) },
		{ header = { ["From:name"] = [[/\b(?:pharmacy|v[i1l]agra|c[i1l]al[i1l]s|apotheke|drug ?store)\b/i]] } },
		{ subject = text([[/\b(?:online|canadian|discount) (?:pharmacy|drug ?store|meds)\b|\bcheap (?:meds|pills)\b|\bdru[uU]?g store\b/i]]) },
	},
}
rule "PILLS_WEIGHT_LOSS" {
	score = 1.2, doc = "Weight is lost fast and without effort.",
	any = said(
		[[/\b(?:weight[- ]?loss|lose weight|lost \d{1,9} (?:lbs?|pounds|kilos?|kg)|losing \d{1,9} pounds|losing weight|burn(?:s|ing)? (?:\w{1,20} )?fat|fat[- ]burn\w*|melt(?:s|ing)? (?:\w{1,20} )?fat|belly fat|stubborn (?:fat|lbs|pounds)|slimming|flat belly|metabolism)\b[\s\S]{0,160}\b(?:trick|secret|tonic|ritual|method|without|overnight|in (?:just )?\d{1,9} (?:days|weeks)|miracle|doctor|formula|natural|results|drink|faster|easier|morning|pills?|discover\w*|gumm\w+)\b/i]],
		[[/\b(?:trick|secret|tonic|ritual|hack|drink|recipe|gumm(?:y|ies))\b[\s\S]{0,120}\b(?:weight[- ]?loss|lose weight|pounds|lbs|belly fat|burn fat|fat[- ]burn\w*|slim)\b/i]],
		[[/\b(?:gewichtsverlust|gewichtsreduktion|gewichtsmanagement|abnehmen|fett (?:verbrennen|weg|schmelzen)|fat schnell|stoffwechsel|kilo (?:weniger|verlieren|abnehmen)|kg weniger|schlank(?:er)? (?:werden|in)|diäten? sind sinnlos|bauchfett|mehr kalorien ab)\b/i]],
		[[/\b(?:perte de poids|perdre du poids|maigrir|brûle[- ]graisses?|perder peso|adelgazar|bajar de peso|emagre[cç]\w+|perdere peso|dimagri\w+|afvallen|buikvet)\b/i]],
		[[/\b(?:virilité|mycose des ongles|douleurs articulaires|schimmelnagels?|gewrichtspijn|prostaat\w*|erectie\w*|próstata|disfunción eréctil|erezione|articolazioni|dolor(?:es)? articular\w*|queda de cabelo|emagrecimento)\b[\s\S]{0,160}\b(?:naturel\w*|natural\w*|remède|solution|natuurlijk\w*|zonder|oplossing|remedio|sin (?:cirugía|esfuerzo)|rimedio|fórmula|formule|gratuit|gratis)\b/i]]
	),
}
rule "PILLS_KETO" {
	score = 2, doc = "A slimming product of the fashion is named.",
	any = said([[/\b(?:keto ?(?:xplode|xs|gumm\w+|fit|diet|burn\w*|slim|boost|pure|bhb)|ketoxplode|acv gumm\w+|apple cider (?:vinegar )?gumm\w+|(?:slim|fat|diet|weight) gummies|ananaslim|alpilean|java burn|liv ?pure|puravive|ikaria|figur (?:weight|kapseln)|lean belly|slim ?(?:xr|jaro|vita)\b|ozempic (?:alternative|without)|berberin\w* (?:abnehm|tropfen|kapsel))/i]]),
}
rule "PILLS_MIRACLE" {
	score = 1.5, doc = "A trick or ritual heals what doctors cannot, and they do not want you to know.",
	any = said(
		[[/\b(?:doctors? (?:hate|say|speechless|stunned|don'?t want)|big pharma|harvard (?:medical|study|scientists?)|nobel prize|one (?:weird|simple|strange) trick|(?:weird|bizarre|simple|secret|strange|ancient|amazonian|japanese|morning|nightly|30[- ]second|10[- ]second) (?:\w{1,20} )?(?:trick|tonic|ritual|routine|hack|loophole|recipe|remedy)|do this every (?:day|night|morning)|don'?t do this|surprising discovery|shocking (?:insights|truth)|never seen before)\b[\s\S]{0,300}\b(?:health|joints?|pain|weight|blood|sugar|diabetes|skin|wrinkles|memory|hearing|tinnitus|vision|prostate|heart|fat|pounds|body|aging|energy bill|sex|lbs)\b/i]],
		[[/\b(?:kills?|destroys?|reverses?|eliminates?|cures?) (?:\w{1,20} ){0,3}(?:diabetes|blood sugar|joint pain|neuropathy|tinnitus|toenail fungus|nail fungus|arthritis|belly fat|cancer|stubborn)\b|\b(?:diabetes|blood sugar|tinnitus|neuropathy|arthritis|joint pain)\b[\s\S]{0,80}\b(?:permanently|forever|gone|for good|in \d{1,9} days|naturally)\b/i]],
		[[/\b(?:ärzte|forscher|wissenschaftler|mediziner) (?:\w{1,20} )?(?:beweisen|sind (?:sprachlos|schockiert|verblüfft)|entdeckt\w*|hassen)\b|\bein für alle mal\b[\s\S]{0,60}\b(?:befreit|los|schmerz|nagel)|\bwirkt schneller als\b|\bdurch studien belegt\b|\b(?:nagelpilz|krampfadern|gelenkschmerz\w*|tinnitus|prostata\w*|hämorrhoiden|bluthochdruck|hörgeräte?|falten)\b[\s\S]{0,120}\b(?:befreit|weg|los|waffe|wegwerfen|werfen|nie wieder|in nur)\b/i]],
		[[/\b(?:americans'? health in big trouble|public health warning|if you(?:'re| are) over \d\d\b|middle-aged and older)\b/i]]
	),
}
rule "PILLS_HEARING_SKIN_HAIR" {
	score = 1.2, doc = "Hearing aids, creams, hair growth or the like are praised by a mail that nobody ordered.",
	any = {
		{ subject = text([[/\b(?:hear(?:ing)? (?:aids?|every word|solution)|better hearing|enhance your hearing|sagging skin|wrinkles|dark spots|hair (?:re)?growth|regrow(?:th)?|eyelash\w*|pestañas|toenail|blood sugar|type[- ]?2|neuropathy|prostate|joint (?:health|pain)|nagelpilz|krampfadern|hörgerät\w*|gesunde nägel|besenreiser|haarausfall|bauch|free a1c|stroke screening|life ?line screening|get screened|collagen|cbd|detox|parasit\w*)\b/i]]) },
		{ header = { ["From:name"] = text([[/\b(?:hearing|hair|skin|dermal|gundry|defense|gluco\w*|health\w*|wellness|nagelpilz\S*|keto\S*|cbd|life ?line screening|beine|diabet\w*|detox|ernährungsberater|slim\w*)\b/i]]) } },
	},
}
rule "PILLS_SUPPLEMENT" {
	score = 1.2, doc = "A supplement, gummies or drops with natural ingredients promise a cure.",
	body = text(
		[[/\b(?:(?:all[- ])?natural (?:supplement|formula|ingredients|solution)|dietary supplement|cbd (?:gummies|oil|öl)|gummies|wundermittel|nahrungsergänzung\w*|rein pflanzlich|keine nebenwirkungen|no side effects|without side effects|einzigartige\w* (?:\S+ )?formel|formule unique|fórmula (?:única|natural|es un éxito))\b/i]]
	),
}
rule "__PILLS" { doc = "Any sign of remedies.", meta = "PILLS_POTENCY or PILLS_PRICE or PILLS_PHARMACY or PILLS_WEIGHT_LOSS or PILLS_KETO or PILLS_MIRACLE or PILLS_HEARING_SKIN_HAIR" }
rule "PILLS_ODD_SENDER" { score = 1.8, doc = "A remedy, and the sender's address is not who it says.", meta = "__PILLS and __ODD_SENDER" }
rule "PILLS_ODD_LINK" { score = 1.5, doc = "A remedy, and a link to a free host, a shortener or a deceiving name.", meta = "__PILLS and __ODD_LINK" }
rule "PILLS_FOREIGN_LINK" { score = 1, doc = "A remedy, and links or answers that go to another domain than the sender's.", meta = "__PILLS and (LINK_ONE_FOREIGN_DOMAIN or REPLY_TO_OTHER_DOMAIN) and not __ODD_LINK" }
rule "PILLS_IN_PICTURE" { score = 1.5, doc = "A remedy in the subject, and the rest is a picture with a link.", meta = "__PILLS and (MIME_LINKED_IMAGE_ONLY or MIME_IMAGE_ONLY or TEXT_SHORT_WITH_LINK)" }
rule "PILLS_TWO_SIGNS" {
	score = 1, doc = "Two or more signs of remedies.",
	meta = "__MISFIT and ((PILLS_POTENCY > 0) + (PILLS_PRICE > 0) + (PILLS_PHARMACY > 0) + (PILLS_WEIGHT_LOSS > 0) + (PILLS_KETO > 0) + (PILLS_MIRACLE > 0) + (PILLS_SUPPLEMENT > 0) + (PILLS_HEARING_SKIN_HAIR > 0) >= 2)",
}
