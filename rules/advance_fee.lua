-- Advance fee: millions of somebody dead, donated, won, or seized, of which the reader shall have his part.

-- Three ways to write such a sum, one pattern each: each is looked for only where its own words stand.
local millions = {
	[[(?:(?:€|\$|£)\W{0,2}\d[\d., ]{5,20}|(?:€|\$|£) ?\d{1,9}(?:[.,]\d{1,9})? ?(?:m\b|mil\w{0,8}|mm\b|billion)|\d[\d.,]{0,14} ?m(?:illion\w{0,4}|io)? ?(?:(?:€|\$|£)|usd?\b|dollars?|euros?|united states|us dollars?|pounds)|\d[\d.,]{0,14} (?:million|milh[õo]es|millones|millionen)\b|\d{1,3}(?:[.,]\d{3}){2,4}(?:[.,]\d\d)? ?(?:usd|dollars?|euros?|eur|€|\$))]],
	[[(?:\b(?:US\$|USD|EUR|GBP|CFA)(?:\W{0,2}\d[\d., ]{5,20}| ?\d{1,9}(?:[.,]\d{1,9})? ?(?:m\b|mil\w{0,8}|mm\b|billion)))]],
	[[(?:\b(?:one|two|three|five|six|ten|twenty|thirty|sixty|(?:twen|thir|for|fif|six|seven|eigh|nine)ty[ -][a-z]{1,10}) (?:\w{1,20} )?million (?:us |united states? )?(?:dollars|euros|pounds))]],
}

local whose = [[(?:funds?|transfer\w*|donat\w+|deposited|inherit\w*|benefi\w+|claim\w*|compensation|grant|lottery|jackpot|won|winner|winning|atm card|proposal|estate|charity|next of kin|late (?:client|husband|father)|my client|bequeath\w*|consignment|herdei|fundos?|depósito|erbschaft|nachlass|spende\w*|héritage|herencia|doação|donación|to you|with you|you will (?:get|receive|have)|your (?:assistance|account|share))]]
rule "ADVANCE_FEE_MILLIONS" {
	score = 0.8, doc = "Millions are spoken of, and whose they could be.",
	any = (function()
		local p = {}
		for _, million in ipairs(millions) do
			p[#p + 1] = "/" .. million .. "[\\s\\S]{0,120}\\b" .. whose .. "\\b/i"
			p[#p + 1] = "/\\b" .. whose .. "\\b[\\s\\S]{0,120}" .. million .. "/i"
		end
		return said(table.unpack(p))
	end)(),
}
rule "ADVANCE_FEE_DONATION" {
	score = 2, doc = "Somebody donates a fortune to the reader.",
	any = said(
		[[/\b(?:donat(?:e|ed|ing|ion)|donación|doação|spende|schenkung|don de)\b[\s\S]{0,120}(?:\b(?:to you|for you|you (?:have been|were|are)|accepting (?:his|her|my|the) donation|charity (?:work|purpose)|5 random|five random|random individuals|million|usd|dollars?|selected)\b|\$|€)/i]],
		[[/\b(?:i|we) (?:have |am |are )?(?:voluntarily |decided |willing |giving |chosen ){1,3}(?:to )?(?:donate|give|giving|hand over|the sum)\b|\b(?:ich|wir) (?:\w{1,20} ){0,4}(?:spenden|spende|verschenke)\b[\s\S]{0,60}(?:€|euro|usd|\$|million)/i]],
		[[/\bgrant of\b[\s\S]{0,40}\b(?:million|usd|dollars)\b|\bselected for a grant\b|\b(?:relief|donation|grant|compensation|empowerment) funds?\b[\s\S]{0,100}\b(?:release|selected|beneficiar\w+|payment|approved)\b/i]]
	),
}
rule "ADVANCE_FEE_NEXT_OF_KIN" {
	score = 1.8, doc = "A dead customer left money without heirs.",
	any = said(
		[[/\b(?:next[- ]of[- ]kin|nächste[rn]? angehörige\w*|intestate|no (?:known )?(?:heirs?|beneficiary)|unclaimed (?:fund|estate|inheritance|deposit)s?|your unclaimed|bearing (?:the|your) (?:same )?(?:last|family|sur)\s?name|dormant account|abandoned (?:fund|sum)|herança|patrim[oô]nio deixado|erbschaft\w*|nachlass|héritage|herencia)\b[\s\S]{0,300}\b(?:bank|fund|died|deceased|client|million|usd|estate|kunde|verstorben\w*|decease|claim|faleci\w*|mort|banque)\b/i]],
		[[/\b(?:died|deceased|late (?:client|husband|father|customer)|verstorben\w*|faleci\w*|décédé|passed away|plane crash|car accident|morreu)\b[\s\S]{0,300}\b(?:next[- ]of[- ]kin|deposited|inherit\w*|estate|depósito|herdei|heritage|erbe\w*)\b/i]]
	),
}
rule "ADVANCE_FEE_DYING" {
	score = 2, doc = "Somebody dying, widowed or pious wants to give his fortune away.",
	any = said(
		[[/\b(?:diagnosed (?:with|of)|suffering from|terminal|esophageal|ovarian|stage (?:4|four|three)) (?:\w{1,20} ){0,3}(?:cancer|illness|disease|tumou?r)\b|\b(?:dying (?:bed|woman|wish)|sick ?bed|months? to live|divine intervention|orphanage|motherless|less privileged|downcast|widow\b)[\s\S]{0,400}\b(?:fund|donat\w+|million|charity|deposit\w*|money|wealth|god)\b/i]],
		[[/\b(?:an krebs erkrankt|auf dem sterbebett|unheilbar\w*|tumorerkrankung)\b[\s\S]{0,400}\b(?:spende\w*|million\w*|vermögen|erb\w+|waisen)\b/i]]
	),
}
rule "ADVANCE_FEE_PROPOSAL" {
	score = 1.5, doc = "A stranger proposes a lucrative business of mutual benefit.",
	any = said(
		[[/\b(?:lucrative|mutual(?:ly)?|beneficial|confidential|urgent|business|investment) (?:\w{1,20} )?(?:business|proposal|proposition|dealing|deal)\b[\s\S]{0,160}\b(?:mutual(?:ly)?|your assistance|trust you|your consent|transfer of|email me|my company|foreign|funds?)\b|\bmutual(?:ly)? (?:beneficial|benefit)\b[\s\S]{0,160}\b(?:fund|proposal|million|transfer|email me|discussion)/i]],
		[[/\bfor the proposal\b|\b(?:solicit|request|need|seek)(?:ing)? (?:for )?your (?:\w{1,20} )?(?:assistance|partnership|cooperation|consent)\b|\bforeign partner\b|\bbusiness (?:proposal|proposition|partnership)\b|\breputable and reliable person\b|\b(?:private|foreign|capital) investors?\b[\s\S]{0,80}\b(?:project funding|capital injection|business expansion|loans? to)\b|\bcan you handle\b[\s\S]{0,40}\b(?:million|usd|\$)/i]],
		[[/\b(?:geschäftsvorschlag|geschäftliche[sn]? angebot|gemeinsame\w* nutzen|vertrauliche\w* (?:transaktion|geschäft|angelegenheit))\b|\bproposta de neg[oó]cios?\b|\bpropuesta de negocios\b|\bproposition d'affaires?\b|\bajude a investir\b/i]]
	),
}
rule "ADVANCE_FEE_OFFICIAL" {
	score = 1.2, doc = "The FBI, the United Nations, a central bank, or a minister pays the reader in person.",
	any = said(
		[[/\b(?:f\.?b\.?i\.?|federal bureau|interpol|united nations?|u\.?n\.? (?:economic|compensation)|international monetary fund|imf|world bank|central bank of|reserve bank|us treasury|usaid|european union|homeland security|economic community|fundo monet[aá]rio|poverty eradication|federal reserve)\b[\s\S]{0,400}\b(?:compensation|atm (?:master)? ?card|inheritance|your (?:fund|payment)|beneficiary|scam victims?|overdue|release of|consignment|contract (?:sum|payment)|balloting)\b/i]],
		[[/\b(?:atm|visa|master) ?card worth\b|\bscam victims?\b[\s\S]{0,200}\b(?:compensat\w+|fund|payment)\b|\bconsignment box\b|\bdiplomatic (?:agent|courier|delivery|immunity)\b|\bdear beneficiary\b|\bbank draft\b[\s\S]{0,100}\b(?:courier|registered|million)\b/i]],
		[[/\b(?:barrister|attorney|advogado|notary|rechtsanwalt|personal lawyer)\b[\s\S]{0,300}\b(?:million|inherit\w*|next[- ]of[- ]kin|my (?:late )?client|investor|meu cliente|estate|award\w*|deposit)\b/i]]
	),
}
rule "ADVANCE_FEE_LOTTERY" {
	score = 2, doc = "A lottery winner or a lottery itself lets the reader take part in the money.",
	any = said([[/\b(?:mega ?millions|powerball|jackpot|lotto|lottery|euro ?millions|loterie|lotería|spin ball|e-?mail (?:balloting|lottery|draw))\b[\s\S]{0,300}\b(?:donat\w+|you (?:have )?(?:won|been selected)|your e-?mail|beneficiar\w+|giving|claim(?:s)? (?:agent|department|your)|gave|spende\w*|winning (?:number|ticket|no))\b/i]]),
}
rule "ADVANCE_FEE_INTRODUCTION" {
	score = 0.8, doc = "A stranger with a title introduces himself to the reader as a dear friend.",
	any = {
		{ body = text([[/\b(?:i am|i'm|my name is|je suis|ich bin|mein name ist|eu sou|soy|sou) (?:a |the |o |la |il )?(?:mrs?\.?|miss|dr\.?|prof\.?|barrister|sir|gen(?:eral)?\.?|sgt\.?|capt(?:ain)?\.?|engr?\.?|ambassador|sra?\.?|senhorita|frau|herr|philanthropist|madame|rev\.?|attorney|auditor|banker|senator|prince|princess|widow|trained and working as)\b/i]]) },
		{ body = text([[/\b(?:dear (?:friend|beloved|one|beneficiary|sir\/madam|in christ|good friend)|compliments? of the (?:day|season)|beloved (?:one|friend|in)|greetings? (?:to you|in the name)|with due respect|pleasant greetings|good day to you|attention (?:dear|please|beneficiary)|i know (?:it|this) (?:will|may|might) (?:be|come) (?:as )?(?:a |an )?(?:great )?surprise|querido querido|lieber freund,? ich|caro destinatário)\b/i]]) },
		{ subject = text([[/^(?:dear friend|hello dear|attention|beloved|from (?:mrs?|miss|dr)\b|greetings|kind attention|good day|compliments?|urgent response|business (?:partnership|proposal)|your (?:unclaimed )?(?:fund|compensation)|donation|grant|my dear|hello beloved|i need your)\b/i]]), header = { ["In-Reply-To"] = false } },
	},
}
rule "ADVANCE_FEE_PERSONAL_DATA" {
	score = 1, doc = "Name, address, telephone and occupation are asked for by a form in the text.",
	body = text(
		[[/\b(?:full names?|complete names?|your names?)\b[\s\S]{0,80}\b(?:address|country|age|occupation|phone|telephone|cell|mobile)\b[\s\S]{0,80}\b(?:occupation|age|phone|telephone|sex|gender|nationality|country|cell|mobile|number|passport|identity)\b/i]],
		[[/\b(?:full names?|direct (?:cell|phone|telephone|mobile)|home ?telephone|private (?:e-?mail|phone|number))\b[\s\S]{0,60}\b(?:telephone|phone|mobile|cell|numbers?|details|e-?mail)\b[\s\S]{0,200}\b(?:fund|million|donat\w+|proposal|grant|transfer|project|business|claim)?\b/i]]
	),
}
rule "ADVANCE_FEE_CONTACT" {
	score = 1, doc = "The reader is to answer to another, personal address.",
	body = text(
		[[/\b(?:contact|reply|email|e-mail|write|respond|answer) (?:\w{1,20} ){0,4}(?:me|him|her|us|back|my|his|this|barrister|mrs?\.?|email|attorney|lawyer|agent|secretary)\b[\s\S]{0,60}[\w.+-]+@(?:gmail|hotmail|outlook|yahoo|aol|proton(?:mail)?|zoho(?:mail)?|mail|gmx|aliyun|bk|qq|163|yandex|libero|naver|consultant|usa|email|live)\.\w{2,3}\b/i]],
		[[/\b(?:get back to me|contact me back|reply (?:me|to me|back)|email (?:him|her|me)),? (?:\w{1,20} ){0,6}(?:for the proposal|for (?:more|further)|if you|for details|details|to discuss|urgent\w*|information|with your)\b/i]]
	),
	header = { ["In-Reply-To"] = false },
}
local signs = [[((ADVANCE_FEE_MILLIONS > 0) + (ADVANCE_FEE_DONATION > 0) + (ADVANCE_FEE_NEXT_OF_KIN > 0) + (ADVANCE_FEE_DYING > 0) + (ADVANCE_FEE_PROPOSAL > 0) +
	(ADVANCE_FEE_OFFICIAL > 0) + (ADVANCE_FEE_LOTTERY > 0) + (ADVANCE_FEE_INTRODUCTION > 0) + (ADVANCE_FEE_PERSONAL_DATA > 0) + (ADVANCE_FEE_CONTACT > 0))]]
rule "ADVANCE_FEE_TWO_SIGNS" { score = 1.2, doc = "Two or more signs of an advance fee fraud.", meta = "not __ABOUT_FRAUD and (" .. signs .. " >= 2)" }
rule "ADVANCE_FEE_FOUR_SIGNS" { score = 2.5, doc = "Four or more signs of an advance fee fraud.", meta = "not __ABOUT_FRAUD and (" .. signs .. " >= 4)" }
rule "ADVANCE_FEE_ODD" {
	score = 1.8, doc = "Signs of an advance fee fraud, and recipients or answer address are odd.",
	meta = "(ADVANCE_FEE_MILLIONS or ADVANCE_FEE_DONATION or ADVANCE_FEE_NEXT_OF_KIN or ADVANCE_FEE_DYING or ADVANCE_FEE_PROPOSAL or ADVANCE_FEE_OFFICIAL or ADVANCE_FEE_LOTTERY or ADVANCE_FEE_INTRODUCTION and ADVANCE_FEE_CONTACT) and (REPLY_TO_FREEMAIL or LINK_MAILTO_FREEMAIL or __TO_NOBODY or FROM_BAD or FROM_NO_DOMAIN or MISSING_FROM or FROM_NAME_HAS_OTHER_ADDRESS)",
}
rule "__FREEMAIL_SENDER" { doc = "The sender's address is a free mailbox.", from = [[/@(?:gmail|googlemail|hotmail|outlook|yahoo|aol|gmx|proton(?:mail)?|mail|zoho|yandex|live|msn|icloud)\.(?:com|net|org|de|at|ch|fr|es|it|nl|me|eu|ru|jp|in|ca|au|uk|br|co\.(?:uk|in|jp|za|nz)|com\.(?:br|ar|mx|au|tr|vn))$/i]] }
rule "ADVANCE_FEE_FREEMAIL" {
	score = 1.5, doc = "Fortunes are spoken of, and the sender has a free mailbox.",
	meta = "__FREEMAIL_SENDER and (ADVANCE_FEE_MILLIONS or ADVANCE_FEE_DONATION or ADVANCE_FEE_NEXT_OF_KIN or ADVANCE_FEE_PROPOSAL or ADVANCE_FEE_OFFICIAL or ADVANCE_FEE_LOTTERY)",
}
