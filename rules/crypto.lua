-- Cryptocurrencies: wallets to be "validated", airdrops, staking that is none, balances nobody has, investments of celebrities.

local coin = [[(?:crypto\w*|bitcoins?|btc|ethereum|eth\b|xrp|ripple|usdt|tether|solana|stellar|xlm|bnb|tokens?|coins?|nfts?|web3|defi|wallets?|binance|coinbase|metamask|trust ?wallet|ledger|opensea|uniswap|pancakeswap|sushiswap|lido|krypto\w*|arbitrum|zksync|zk ?sync|\$[A-Z]{2,6}\b)]]

rule "CRYPTO_WALLET_VERIFY" {
	score = 2.5, doc = "A wallet is to be verified, validated or updated, which no wallet needs.",
	any = said(
		[[/\b(?:verify|validate|verified|unverified|validated|verification|synchroni[sz]e|authenticate|upgrade|merge|unlock|unlocked|re-?sync|secure|reconnect)\b[\s\S]{0,60}\b(?:wa[lI]{2}ets?|metamask|ledger (?:live|device|nano|account)|seed phrase|recovery phrase)\b/i]],
		[[/\b(?:wa[lI]{2}ets?|metamask|ledger)\b[\s\S]{0,60}\b(?:(?:is |has |have |been |are |not |yet |still |be |to |must |needs? ){1,3}(?:verified|validated|verif\w+|kyc updated|updated|synchroni[sz]ed|pending verification)|verification)\b/i]],
		[[/\bWallet\b[\s\S]{0,60}\b(?:verifizier\w+|bestätig\w+|validier\w+|synchronisier\w+|überprüf\w+)|\b(?:verifizier\w+|bestätig\w+|validier\w+|synchronisier\w+) (?:Sie )?(?:Ihre?|Deine?) Wallet\b/i]],
		[[/\b(?:portefeuille|carteira|billetera|cartera)\b[\s\S]{0,40}\b(?:crypto|cripto)\b[\s\S]{0,60}\b(?:v[eé]rifi\w+|valid\w+)/i]]
	),
}
rule "CRYPTO_WALLET_SUSPENDED" {
	score = 2, doc = "A wallet is said to be suspended or restricted.",
	any = said(
		[[/\bwa[lI]{2}ets?(?: access)?\b[\s\S]{0,100}\b(?:suspended|suspension|restricted|blocked|disabled|deleted|unable to connect|locked|terminated)\b/i]],
		[[/\b(?:suspended|suspension|restricted|blocked|losing|avoid suspension|protect)\b[\s\S]{0,60}\b(?:your (?:\w{1,20} )?wa[lI]{2}et|metamask funds|your crypto\w* (?:funds|assets|account)|unverified wa[lI]{2}ets)\b/i]],
		[[/\bWallet\b[\s\S]{0,60}\b(?:gesperrt|eingeschränkt|ausgesetzt|deaktiviert)\b/i]]
	),
}
rule "CRYPTO_LEDGER_SCAN" {
	score = 2, doc = "A hardware wallet is to be scanned or updated by a web page after a breach.",
	any = said(
		[[/\b(?:[lI]edger|trezor|nano (?:s|x|device|models?)|hardware wallet|your device)\b[\s\S]{0,200}\b(?:scan (?:your|now|interface|it|the)|web-?scan|online scan|version checker|firmware (?:update|breach)|security (?:breach|update|issues?|scan)|mandatory|outdated)\b/i]],
		[[/\bscan your (?:device|[lI]edger|portfolio|wallet|nano)\b|\bsecure your portfolio\b/i]]
	),
	none = { { from = [[/@(?:[\w-]+\.)*(?:ledger|trezor)\.(?:com|io)$/i]] } },
}
rule "CRYPTO_SEED_PHRASE" {
	score = 2, doc = "The secret words of a wallet are wanted.",
	any = said([[/\b(?:enter|provide|submit|confirm|type|import|use|eingeben|bestätigen|geben) (?:\w{1,20} ){0,4}(?:seed|recovery|secret|backup|mnemonic|12[- ]word|24[- ]word|wiederherstellungs)[- ]?(?:recovery )?(?:phrase|words|phrases|schlüssel)\b/i]]),
}
rule "CRYPTO_AIRDROP" {
	score = 2, doc = "Tokens are given away to those who connect their wallet.",
	any = said(
		[[/\bair ?drops?\b/i]],
		[[/\btoken (?:allocation|distribution|giveaway|claim)\b|\b(?:community|tokens?) (?:distribution|allocation) (?:program|tool)\b|\bloot box\b|\bclaim window\b/i]],
		[[/\bconnect (?:your )?wa[lI]{2}et\b/i]]
	),
}
rule "CRYPTO_CLAIM_TOKENS" {
	score = 1.8, doc = "The reader is eligible for tokens and has to claim them.",
	any = said(
		[[/\bclaim (?:your |my |up to |their )?(?:\w+ |\$|\d[\d.,]{0,14} ){0,3}(?:tokens?|nfts?|coins?|crypto|mint|xrp|eth|btc|\$?[A-Z]{3,5} tokens?|pyth|share of)\b|\bfree (?:mint|btc|bitcoins?|nfts?|crypto|eth)\b/i]],
		[[/\b(?:eligible|eligibility|qualif\w+|reserved|entitled)\b[\s\S]{0,60}\b(?:tokens?|xrp|steth|\$?arb|crypto rewards?|airdrop)\b|\byour (?:\w{1,20} )?(?:tokens?|staking rewards?|steth rewards?) (?:are|is) (?:waiting|available|ready|reserved)\b|\btoken rewards?\b/i]],
		[[/\bmint your \w+\b|\bexclusive nfts?\b|\bmint (?:now|for free)\b/i]]
	),
}
rule "CRYPTO_STAKING" {
	score = 1.5, doc = "Staking or an accelerator of a currency pays per cents to all who take part.",
	any = {
		{ body = text("/\\b(?:staking|accelerator|yield|liquidity|loyalty|onboarding|allocation) (?:\\w+ ){0,2}(?:program\\w*|rewards?|campaign|event|promotion)\\b[\\s\\S]{0,300}\\b" .. coin .. "/i",
			"/\\b" .. coin .. "\\b[\\s\\S]{0,200}\\b(?:staking|stake) (?:\\w+ ){0,3}(?:rewards?|yields?|program\\w*|launched|activities|support|is live)/i",
			[[/\brewards? for (?:staking|holding)\b|\bstaking your \w+|\bpassive (?:revenue|income)\b[\s\S]{0,200}\b(?:crypto|xrp|wallet|btc|blockchain)\b/i]]) },
		{ subject = text([[/\b(?:staking|stake|hodl\w*|accelerator program|(?:xrp|eth|btc|xlm) (?:community|holders|staking|rewards?)|holding xrp)\b/i]]) },
	},
}
rule "CRYPTO_CASHBACK" {
	score = 1.8, doc = "Cashback, a bonus or a gift in a cryptocurrency is waiting.",
	any = said(
		"/\\b(?:cash ?back|bonus|gift|reward|offer|refund|donation|promo code|bonanza|loot box)\\b[\\s\\S]{0,60}\\b(?:\\d[\\d.,]* ?)?(?:eth|btc|bitcoin|usdt|xrp|tether|crypto\\w*|tokens?|nft|web3|\\$[A-Z]{3,5})\\b/i",
		"/\\b(?:\\d[\\d.,]* ?(?:eth|btc|usdt|xrp|sol|bnb)|crypto\\w*|bitcoin|tether|lido)\\b[\\s\\S]{0,50}\\b(?:cash ?back|giveaway|bonanza|donate|donation|airdrop)\\b/i",
		[[/\bfree web3 domain\b|\byou(?:'ve)? (?:received|have been drawn)\b[\s\S]{0,60}\b(?:nft|token|eth|btc)\b|\bnew offer of [\d.]+ eth\b|\b(?:free|win) (?:an? )?nfts?\b/i]]
	),
}
rule "CRYPTO_BALANCE_WAITING" {
	score = 3, doc = "A balance in bitcoin that the reader never had waits to be paid out.",
	any = said(
		[[/\b(?:your|account|current) balance\b[\s\S]{0,40}\b\d[\d.,]{0,14} ?(?:btc|bitcoins?|eth|usdt)\b|\byou (?:made|earned|have|mined|accumulated) (?:\w{1,20} ){0,3}\d[\d.,]{0,14} ?(?:btc|eth|bitcoins?)\b|\b(?:cloud|automatic|bitcoin) mining\b[\s\S]{0,300}\b(?:balance|withdraw|inactive|collected)\b/i]],
		[[/\bdeposited\b[\s\S]{0,30}\b\d{1,9} ?btc\b|\bbitcoin (?:portfolio|details)\b[\s\S]{0,200}\b(?:password|customer id|login)\b|\b(?:customer|user) id ?: ?\d{1,9} password ?: ?\w+/i]],
		[[/\byou have \d{1,9} hours to withdraw\b|\bwithdraw(?:al)? \+?\$? ?\d[\d.,]{3,} ?(?:\$|usd|btc)|\bautomatic withdrawal error\b|\+ ?\$ ?\d[\d.,]{3,}(?=[\s\S]{0,40}\b(?:ok\.me|withdraw|claim|http))/i]],
		[[/\bGuthaben\b[\s\S]{0,60}\b\d[\d.,]{0,14} ?BTC\b|\bBTC\b[\s\S]{0,60}\bauszahlen\b/i]]
	),
}
rule "CRYPTO_TRADER_RICH" {
	score = 2, doc = "A trading program makes everybody rich, as a celebrity confesses.",
	any = said(
		[[/\b(?:bitcoin|crypto|immediate|quantum|btc|xrp) ?(?:trader|code|revolution|era|profit|evolution|system|circuit|edge|prime|millionaire?s?|superstar|loophole|momentum|flex|alrex)\b/i]],
		[[/\b(?:millionär|reich (?:zu )?werden|millions? from bitcoin|become (?:a )?(?:bitcoin )?millionaire|diventa(?:re)? ricco|hacerse rico|devenir (?:riche|millionnaire)|commercio di bitcoin)\b[\s\S]{0,300}\b(?:bitcoin\w*|krypto\w*|crypto\w*|trader|monaten?|plattform)\b/i]],
		[[/\b(?:elon musk|günther jauch|dieter bohlen|frank thelen|carsten maschmeyer|martin lewis|richard branson|tagesschau|höhle der löwen|shark tank|dragons'? den)\b[\s\S]{0,300}\b(?:bitcoin\w*|krypto\w*|crypto\w*|reich(?:er)? (?:mann|werden)|trading (?:platform|app|software|plattform)|electric bill|power bill|airdrop|energy trick|savings hub|stromrechnung)\b/i]],
		[[/\b(?:invest\w*|investment fund|trading platform|trading-plattform)\b[\s\S]{0,80}\b(?:daily|täglich\w*|weekly|wöchentlich\w*) (?:payments?|profits?|returns?|gewinne?|payouts?|auszahlung\w*|from \$)|\bguaranteed (?:returns?|profits?) (?:of|daily|weekly)\b|\b(?:1000|500|1[.,]000)\$? promo code\b/i]]
	),
}
rule "CRYPTO_CONFIRM_TRANSACTION" {
	score = 1.5, doc = "A transaction in a cryptocurrency is to be confirmed.",
	any = {
		{ subject = text([[/\b(?:confirm|urgent\w*|pending|approve|verify)\b[\s\S]{0,30}\b(?:the |your )?(?:transaction|withdrawal|transfer)\b/i]]), header = { ["From:name"] = [[/\b(?:ether\w*|eth|btc|bitcoin|crypto|coin\w*|binance|blockchain|wallet)\b/i]] } },
		{ body = text([[/\b(?:eth|btc|usdt|bitcoin|ether|crypto\w*)\b[\s\S]{0,80}\b(?:transaction|transfer|withdrawal)\b[\s\S]{0,40}\b(?:pending|confirm|verify|approve)\b[\s\S]{0,80}\b(?:wallet|link|button|below|here)\b/i]]) },
	},
}
-- waIIet, Iedger: capital I for small l, so that filters do not know the word.
rule "CRYPTO_MISSPELT" {
	score = 2.5, doc = "A word of cryptocurrencies is written with a capital I instead of an l.",
	any = {
		{ subject = { [[/\bwa(?:II|Il|lI)ets?/i]], [[/\bIedger/]], [[/CeIsius|BIockchain|coIn base|TrustwaI/]] } },
		{ header = { ["From:name"] = { [[/[Ww]a(?:II|Il|lI)et/]], [[/\bIedger/]], [[/CeIsius|BIockchain/]] } } },
		{ body = { [[/\b[Ww]a(?:II|Il|lI)ets?\b/]], [[/\bIedger\b/]], [[/CeIsius|BIockchain/]] } },
	},
	none = { { subject = [[/WALLET/]] }, { body = [[/WAIIET/]] } },
}
-- A coin or a wallet service as sender; none of these writes from a domain without its name.
rule "CRYPTO_NAME_FOREIGN" {
	score = 2, doc = "The sender calls himself by a wallet, coin or exchange, and nothing of it is in his domain.",
	any = (function()
		local o = {}
		for _, n in ipairs {
			{ "(?:trust ?wa[lI]{2}et|trust$)", "trust" }, { "metamask", "metamask|consensys" }, { "\\b[lI]edger", "ledger" }, { "ripple|\\bxrp", "ripple|xrp" }, { "opensea", "opensea" },
			{ "binance", "binance" }, { "coinbase", "coinbase" }, { "pancake ?swap", "pancakeswap" }, { "uniswap", "uniswap" }, { "sushi ?swap", "sushi" }, { "kraken", "kraken" },
			{ "\\blido\\b", "lido" }, { "arbitrum", "arbitrum" }, { "zksync|zk sync", "zksync|matter-?labs" }, { "\\bether(?:eum)?\\b", "ether" }, { "\\btether\\b", "tether" },
			{ "\\bcelsius\\b", "celsius|stretto|kroll" }, { "airdrop|tokens?\\b|\\$token", "airdrop|token" }, { "blockchain", "blockchain" }, { "exodus", "exodus" }, { "phantom", "phantom" },
			{ "crypto\\.com", "crypto" }, { "bitpanda", "bitpanda" }, { "trezor", "trezor|satoshilabs" }, { "coindesk", "coindesk" }, { "\\bnfts?\\b", "nft" }, { "pyth network", "pyth" }, { "illuvium", "illuvium" }, { "\\bde\\.?fi\\b", "de\\.?fi" }, { "tipcoin", "tipcoin" }, { "solana", "solana" }, { "\\bscroll$", "scroll\\." },
		} do
			o[#o + 1] = { header = { ["From:name"] = "/" .. n[1] .. "/i" }, none = { { header = { ["From:domain"] = "/" .. n[2] .. "/i" } } } }
		end
		return o
	end)(),
}
rule "__CRYPTO" {
	doc = "Any sign of crypto fraud.",
	meta = [[CRYPTO_WALLET_VERIFY or CRYPTO_WALLET_SUSPENDED or CRYPTO_LEDGER_SCAN or CRYPTO_SEED_PHRASE or CRYPTO_AIRDROP or CRYPTO_CLAIM_TOKENS or CRYPTO_STAKING or CRYPTO_CASHBACK or
		CRYPTO_BALANCE_WAITING or CRYPTO_TRADER_RICH or CRYPTO_CONFIRM_TRANSACTION]],
}
rule "CRYPTO_ODD_SENDER" { score = 1.8, doc = "Tokens or wallets, and the sender's address is not who it says.", meta = "(__CRYPTO or CRYPTO_MISSPELT) and (__ODD_SENDER or CRYPTO_NAME_FOREIGN)" }
rule "CRYPTO_ODD_LINK" { score = 1.5, doc = "Tokens or wallets, and a link to a free host, a shortener or a deceiving name.", meta = "(__CRYPTO or CRYPTO_MISSPELT) and __ODD_LINK" }
rule "CRYPTO_FOREIGN_LINK" { score = 0.7, doc = "Tokens or wallets, and all links lead to a domain that is not the sender's.", meta = "not __ABOUT_FRAUD and (__CRYPTO and __FOREIGN_LINK and not __ODD_LINK)" }
rule "CRYPTO_PRESSURE" { score = 1.2, doc = "Tokens or wallets, and a deadline or a threat.", meta = "__MISFIT and (not __ABOUT_FRAUD and (__CRYPTO and (__DEADLINE or __THREAT or __NAMELESS_GREETING)))" }
rule "CRYPTO_TWO_SIGNS" {
	score = 1.2, doc = "Two or more signs of fraud with cryptocurrencies.",
	meta = [[__MISFIT and (not __ABOUT_FRAUD and ((CRYPTO_WALLET_VERIFY > 0) + (CRYPTO_WALLET_SUSPENDED > 0) + (CRYPTO_LEDGER_SCAN > 0) + (CRYPTO_SEED_PHRASE > 0) + (CRYPTO_AIRDROP > 0) + (CRYPTO_CLAIM_TOKENS > 0) + (CRYPTO_STAKING > 0) +
		(CRYPTO_CASHBACK > 0) + (CRYPTO_BALANCE_WAITING > 0) + (CRYPTO_TRADER_RICH > 0) + (CRYPTO_CONFIRM_TRANSACTION > 0) + (CRYPTO_MISSPELT > 0) >= 2))]],
}
