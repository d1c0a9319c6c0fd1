-- Blackmail with films that do not exist, bomb threats, "hacked" computers.

rule "SEXTORTION_HACKED" {
	score = 2, doc = "The writer claims to have broken into the reader's computer or mailbox.",
	any = said(
		[[/\b(?:i|we)(?: have|'ve| had|'m)? (?:\w{1,20} ){0,3}(?:hacked|gain(?:ed)?|infected|cracked|compromised|broke(?:n)? in(?:to)?|obtained|got|installed|placed|monitor(?:ing|ed)|total|full|complete)\b[\s\S]{0,80}\b(?:your (?:\w{1,20} )?(?:devices?|computers?|machines?|accounts?|e-?mail|system|webcam|camera|os|pc|phone|mailbox)|trojan|malware|rat\b|keylogger|virus|spyware|pegasus)\b/i]],
		[[/\byour (?:\w{1,20} )?(?:pc|computer|device|account|system|phone|e-?mail) (?:has been|was|is|have been|got) (?:hacked|infected|compromised|breached)\b/i]],
		[[/\b(?:ich|wir) (?:habe[n]?|hatte[n]?) (?:\w{1,20} ){0,8}(?:gehackt|infiziert|Zugriff|Zugang|installiert|geknackt|kompromittiert)\b|\b(?:Trojaner|Schadsoftware|Spyware|Pegasus)\b[\s\S]{0,80}\b(?:installiert|auf (?:Ihrem|deinem|allen)|eingeschleust)\b|\bIhr (?:Gerät|Computer|Konto|System) wurde (?:\w{1,20} )?gehackt\b/i]],
		[[/\bj'ai (?:piraté|infecté|installé)|\bhe (?:hackeado|infectado|instalado|accedido)|\binvadi (?:seu|o seu)|\bho (?:hackerato|infettato|installato)|\bik heb (?:\w{1,20} ){0,4}gehackt/i]]
	),
}
rule "SEXTORTION_VIDEO" {
	score = 2, doc = "A film or picture of the reader is spoken of.",
	any = said(
		[[/\b(?:you|your|i) (?:\w{1,20} ){0,4}(?:recorded|videos?|footage|recording|webcam|camera|captured|filmed|split[- ]screen)\b[\s\S]{0,160}\b(?:masturbat\w*|pleasur\w+|adult (?:sites?|content|websites?|videos?)|porn\w*|intimate|satisfying yourself|jerk\w*|you enjoying)\b/i]],
		[[/\b(?:masturbat\w*|pleasuring yourself|adult (?:sites?|websites?|content)|porn(?:ographic)? (?:sites?|websites?|videos?))\b[\s\S]{0,200}\b(?:recorded|video|footage|webcam|camera|contacts|captured|screen)\b/i]],
		[[/\b(?:Video|Aufnahme|Webcam|Kamera|gefilmt|aufgenommen)\b[\s\S]{0,160}\b(?:befriedig\w*|masturb\w*|onanier\w*|Porno\w*|intim\w*|Erwachsenen\w*|sexuell\w*)\b|\b(?:befriedig\w*|masturb\w*|Porno\w*|Erwachsenen(?:seiten|webseiten))\b[\s\S]{0,200}\b(?:Video|aufgenommen|Webcam|Kamera|Kontakte\w*)\b/i]],
		[[/\b(?:vous (?:masturb|touch)\w*|masturbando|masturbación|masturbação|video porn\w*)\b[\s\S]{0,200}\b(?:v[ií]d[eé]o|webcam|caméra|cámara|câmera|contact\w*)\b/i]]
	),
}
rule "SEXTORTION_RANSOM" {
	score = 2, doc = "Money in bitcoin is wanted, or something will be published or happen.",
	any = said(
		[[/\b(?:send|transfer|pay(?:ment)?|donate|deposit)\b[\s\S]{0,80}\b(?:bitcoins?|btc|litecoin|ltc|monero|usdt|cryptocurrency|wallet)\b[\s\S]{0,400}\b(?:contacts|relatives|colleagues|friends|family|publish\w*|share|leak|police|delete|hours|days|everyone|destroy|reputation)\b/i]],
		[[/\b(?:contacts|relatives|colleagues|friends|publish\w*|leak|everyone|reputation|ruin)\b[\s\S]{0,400}\b(?:send|transfer|pay|deposit)\b[\s\S]{0,80}\b(?:bitcoins?|btc|wallet|usd|\$)/i]],
		[[/\b(?:überweis\w+|zahl\w+|sende\w*|schick\w*|transfer\w*)\b[\s\S]{0,80}\b(?:Bitcoins?|BTC|Wallet|Litecoin|Krypto\w*)\b[\s\S]{0,400}\b(?:Kontakte\w*|Freunde\w*|Familie|Kollegen|veröffentlich\w*|verschick\w*|lösch\w*|Stunden|Tage)\b|\b(?:Kontakte\w*|Freunde\w*|veröffentlich\w*)\b[\s\S]{0,400}\b(?:überweis\w+|zahl\w+|sende\w*)\b[\s\S]{0,80}\b(?:Bitcoins?|BTC|Wallet)\b/i]]
	),
}
rule "SEXTORTION_COUNTDOWN" {
	score = 1.2, doc = "A countdown began when the mail was opened, and answers or the police are of no use.",
	any = said(
		[[/\b(?:timer|countdown|hours|time) (?:has |have |will )?(?:start\w*|beg[aiu]n\w*|automatically)\b[\s\S]{0,80}\b(?:open\w*|read\w*|letter|e-?mail|message|moment)\b|\b(?:do not|don't|no (?:use|sense|point|need)) (?:\w{1,20} ){0,4}(?:contact|call|go(?:ing)? to|complain\w*|try\w*)\b[\s\S]{0,40}\b(?:police|cops|authorities|law enforcement|help)\b|\bdo not (?:try|attempt) to (?:reply|contact|find|trace)\b/i]],
		[[/\b(?:Timer|Countdown|Zeit|Frist|48 Stunden)\b[\s\S]{0,60}\b(?:läuft|beginnt|gestartet|startet)\b[\s\S]{0,60}\b(?:öffn\w+|gelesen|Nachricht|Mail)\b|\bPolizei\b[\s\S]{0,60}\b(?:sinnlos|zwecklos|nicht helfen|kontaktieren Sie nicht|hat keinen Sinn|bringt nichts)/i]]
	),
}
rule "SEXTORTION_THREAT_TO_LIFE" {
	score = 2.5, doc = "A bomb, a hired killer, or an attack is threatened.",
	any = said([[/\b(?:explosive device|bomb (?:is|was|has been|has|in your)|i (?:was|am|have been) (?:paid|hired) to (?:kill|hurt|harm|end)|hitman|contract (?:on|to end) your life|sprengsatz|bombe (?:wurde|ist) (?:\w{1,20} )?(?:platziert|versteckt)|auftragskiller)\b[\s\S]{0,400}\b(?:btc|bitcoin|\$|usd|pay|money|geld|zahl\w+)/i]]),
}
rule "SEXTORTION_TWO_SIGNS" {
	score = 2, doc = "Two or more signs of blackmail.",
	meta = "not __ABOUT_FRAUD and ((SEXTORTION_HACKED > 0) + (SEXTORTION_VIDEO > 0) + (SEXTORTION_RANSOM > 0) + (SEXTORTION_COUNTDOWN > 0) + (SEXTORTION_THREAT_TO_LIFE > 0) + (TEXT_BITCOIN_ADDRESS > 0) >= 2)",
}
rule "SEXTORTION_DDOS" {
	score = 3, doc = "An attack on the reader's network is announced unless bitcoin is paid.",
	body = text([[/\b(?:ddos|denial[- ]of[- ]service|your (?:network|website|site|database|servers?)) (?:\w{1,20} ){0,6}(?:attack\w*|hacked|encrypted|leak\w*|down)\b[\s\S]{0,400}\b(?:btc|bitcoins?)\b[\s\S]{0,300}\b(?:pay|fee|stop|address|refuse|send)\b/i]]),
}
