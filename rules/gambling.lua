-- Casinos, slot machines, betting: bonuses for a deposit, free spins.

rule "GAMBLING_FREE_SPINS" {
	score = 1.5, doc = "A number of free spins is given away.",
	any = said(
		[[/\b\d{2,4} ?(?:gratis |kostenlose |free |bonus )?(?:free ?spins?|freispielen?|freespins?|gratis ?spins|spins gratis|giros gratis|tiradas gratis|tours gratuits|giri gratis|rodadas grátis|darmowych spinów|gratissnurr)\b/i]],
		[[/\b(?:free|kostenlose|gratis|your) (?:\w{1,20} )?(?:spins|freispiele|slot ?spins)\b[\s\S]{0,80}\b(?:bonus|casino|slots?|claim|now|jetzt|deposit|unlock|activate|nu uw)\b|\bunlock your free spins\b|\bontgrendel nu uw gratis spins\b/i]]
	),
}
rule "GAMBLING_DEPOSIT_BONUS" {
	score = 1.5, doc = "A bonus in per cent or hundreds is paid for a first deposit.",
	any = said(
		[[/\b\d{2,4} ?% (?:\w{1,20} ){0,3}bonus\b|\bbonus (?:of |up to |von |bis zu |van |de |d'|di |até |tot ){0,2}(?:\d{2,4} ?%|(?:€|\$|£) ?\d|\d[\d.,]{0,14} ?(?:€|\$|euro|eur|usdt|btc))|\b(?:bonus|boni)\b[\s\S]{0,30}\bbis zu\b[\s\S]{0,10}\d/i]],
		[[/\b(?:welcome|deposit|sign-?up|willkommens|einzahlungs|no[- ]deposit|neukunden)[- ]?(?:bonus|paket|package|offer|boost)\b[\s\S]{0,60}(?:\d|spins?|casino|claim|activate|arrived)/i]],
		[[/\b(?:first|second|1st|2nd|initial|every|each|erste|ersten|ihre erste|deine erste|eerste|1e) (?:deposit|einzahlung|storting|dépôt)\b[\s\S]{0,80}(?:\d{1,9} ?%|bonus|(?:€|\$|£))|\beinzahlung (?:tätigen|mit dem gutschein)|\bindem sie lediglich \d{1,9} ?€ einzahlen/i]],
		[[/\bbienvenue\b[\s\S]{0,40}\bbonus\b[\s\S]{0,40}\d|\bwelkomst(?:pakket|bonus|boost)\b[\s\S]{0,60}\d|\bbono de bienvenida\b[\s\S]{0,40}\d|\bbônus de boas[- ]vindas\b/i]]
	),
}
rule "GAMBLING_CASINO" {
	score = 1, doc = "Sender or subject name a casino or slot machines.",
	any = {
		{ header = { ["From:name"] = [[/(?:casino|\bslots?\b|\bspins?\b|\bjackpot|\bbet(?:s|ting)?\b|\broulette|willkommens(?:bonus|paket)|welkomstpakket|welcome bonus)/i]] } },
		{ subject = [[/\b(?:online|crypto|krypto|neues|lieblings|best|live)[ -]?casino|casino[- ](?:slots?|angebot|spiele|bonus|paket|cash)|\bslot (?:machines?|games?|hunter)\b|\bspin(?:,| and| &) win\b/i]] },
	},
}
rule "GAMBLING_WIN_MONEY" {
	score = 1.2, doc = "Playing for real money is praised as sure to win.",
	any = said(
		[[/\b(?:um|for|voor|pour de l') ?(?:echtes geld|real money|echt geld|argent réel)\b|\b(?:spin|play)(?:,)? (?:and |& )?win(?:,)? (?:and |big|cash|now)|\bwelt der großen gewinne\b|\bgoddess of luck\b|\bhit the jackpot\b|\bmega jackpot\b|\bcash out in crypto\b/i]],
		[[/\b(?:echte |große |riesige )gewinne\b[\s\S]{0,60}\b(?:casino|slots?|spiel)/i]],
		[[/\b(?:casino|slots?|spielautomaten)\b[\s\S]{0,100}\b(?:jackpots?|gewinnmoment|payouts?|auszahlung(?:en)?|gewinne|big wins?|winnings|your luck|glück)\b/i]]
	),
}
rule "GAMBLING_AFFILIATE" { score = 1, doc = "A casino's mail comes from an affiliate.", body = text([[/\b(?:this (?:e-?mail|message) is sent by an affiliate|sent (?:to you )?(?:by|on behalf of) an affiliate)\b/i]]) }
rule "GAMBLING_BETTING_TIPS" {
	score = 2, doc = "Sure bets or systems for lotteries and roulette are sold.",
	any = said([[/\b(?:fixed match(?:es)?|sure (?:bets?|odds)|guaranteed (?:betting|winning) (?:tips|system)|roulette (?:system|strategy|trick)|lotto[- ]?(?:system|trick|formel|code)|winning lottery (?:numbers|system)|lottery (?:hack|cheat|secret))\b/i]]),
}
rule "__GAMBLING" { doc = "Any sign of gambling.", meta = "GAMBLING_FREE_SPINS or GAMBLING_DEPOSIT_BONUS or GAMBLING_CASINO or GAMBLING_WIN_MONEY or GAMBLING_BETTING_TIPS" }
rule "GAMBLING_ODD_SENDER" { score = 2, doc = "Gambling, and the sender's address is not who he says he is.", meta = "__GAMBLING and __ODD_SENDER" }
rule "GAMBLING_ODD_LINK" { score = 2, doc = "Gambling, and a link to a free host, a shortener or a deceiving name.", meta = "__GAMBLING and __ODD_LINK" }
rule "GAMBLING_FOREIGN_LINK" { score = 1, doc = "Gambling, and links or answers that go to another domain than the sender's.", meta = "__GAMBLING and (LINK_ONE_FOREIGN_DOMAIN or REPLY_TO_OTHER_DOMAIN) and not __ODD_LINK" }
rule "GAMBLING_TWO_SIGNS" { score = 0.8, doc = "Bonus and casino together.", meta = "__MISFIT and ((GAMBLING_FREE_SPINS > 0) + (GAMBLING_DEPOSIT_BONUS > 0) + (GAMBLING_CASINO > 0) + (GAMBLING_WIN_MONEY > 0) + (GAMBLING_AFFILIATE > 0) >= 2)" }
