-- Authorities: tax refunds and arrears, fines and tolls, summons, health insurance, customs, social benefits.

rule "TAX_REFUND" {
	score = 1.5, doc = "A tax, energy or social authority wants to pay money back.",
	any = said(
		[[/\b(?:tax|hmrc|irs|revenue|council tax|vat|stimulus|government|energy|electricity)\b[\s\S]{0,60}\b(?:refund|rebate|repayment|reimbursement|credit|relief payment)\b[\s\S]{0,240}\b(?:claim|click|submit|complete|form|eligible|link|pending|access|bank)\b/i]],
		[[/\b(?:Steuer(?:rück)?erstattung|Steuerrückzahlung|Steuergutschrift|Rückerstattung|Energie(?:pauschale|kosten-?zuschuss|bonus)|Strompreisbremse|Klimabonus|Erstattung(?:sbetrag|santrag)?|Kindergeld\w*|Inflationsausgleich\w*|Kirchensteuer)\b[\s\S]{0,240}\b(?:beantragen|bestätig\w*|klick\w*|Formular|Antrag|anforder\w*|Konto|Kreditkarte|ausfüllen|Link|einreichen)\b/i]],
		[[/\b(?:restituição|reembolso|devolución|remboursement|rimborso|teruggaaf|belastingteruggave)\b[\s\S]{0,160}\b(?:imposto|receita|hacienda|agencia tributaria|impôts?|ameli|agenzia|belasting\w*|fiscal)\b|\b(?:impôts|ameli|hacienda|receita federal|belastingdienst|agenzia (?:delle )?entrate|caf)\b[\s\S]{0,160}\b(?:remboursement|reembolso|devolución|restituição|rimborso|teruggaaf)\b/i]]
	),
}
rule "TAX_ARREARS" {
	score = 1.2, doc = "Taxes or dues are in arrears, and an authority threatens.",
	any = said(
		[[/\b(?:unpaid|outstanding|overdue|underpaid) (?:\w{1,20} )?(?:tax(?:es)?|duties|toll|fine|penalty|contribution)\b[\s\S]{0,240}\b(?:pay|settle|legal action|click|penalt\w+|warrant|link|immediately)\b/i]],
		[[/\b(?:Steuerschuld\w*|Steuernachzahlung|Steuerrückst\w+|Finanzamt|Bundeszentralamt für Steuern|ELSTER|Zollverwaltung|Hauptzollamt|Vollstreckung\w*|Gerichtsvollzieher)\b[\s\S]{0,240}\b(?:überweis\w*|zahl\w+|bezahl\w*|Frist|Pfändung\w*|Vollstreckung\w*|Säumnis\w*|Klicken|Link|Strafe|bestätig\w*|aktualisier\w*)\b/i]],
		[[/\b(?:atraso no pagamento|pendências?|débitos?|dívida|MEI|simples nacional|receita federal|CPF)\b[\s\S]{0,160}\b(?:taxas|tributos|irregular\w*|regulariz\w+|suspens\w*|cancelament\w*|protesto|quitação|dívida ativa|bloquead\w+)\b/i]],
		[[/\b(?:inss|prova de vida|benefício|cadastro único|bolsa família|gov\.br|malha fina|imposto de renda|título de eleitor)\b[\s\S]{0,160}\b(?:suspens\w+|bloque\w+|cancelad\w+|regulariz\w+|pendên\w+|irregular\w*|atualiz\w+|cort\w+)\b/i]]
	),
}
rule "TAX_FINE_OR_TOLL" {
	score = 1.2, doc = "A traffic fine or a toll has to be paid by a link.",
	any = said(
		[[/\b(?:toll|e-?zpass|fastrak|sunpass|parking (?:fine|charge|ticket|penalty)|traffic (?:fine|ticket|violation)|penalty charge|speeding)\b[\s\S]{0,200}\b(?:unpaid|outstanding|overdue|pay|settle|late fee|licen[sc]e|registration|avoid|link)\b/i]],
		[[/\b(?:Bußgeld\w*|Verwarnungsgeld|Knöllchen|Strafzettel|Verkehrsverstoß|Ordnungswidrigkeit|Geschwindigkeitsüberschreitung|Maut\w*|Vignette)\b[\s\S]{0,240}\b(?:zahl\w*|begleich\w*|überweis\w*|Frist|Link|klick\w*|QR|offen\w*)\b/i]],
		[[/\b(?:multa|infração|detran|CNH|carteira nacional de habilitação|carteira digital de trânsito|infracción|amende|antai|contravention|boete|cjib|multa stradale)\b[\s\S]{0,240}\b(?:pag\w+|regulariz\w+|pendente|suspens\w+|abonar|régl\w+|pay\w+|betal\w+|vencid\w+|notific\w+|infração|veículo)\b/i]],
		[[/\b(?:ipva|licenciamento|dpvat|pontuação na cnh|suspensão da cnh|auto de infração)\b[\s\S]{0,200}\b(?:pag\w+|regulariz\w+|pendente|vencid\w+|desconto|atras\w+|bloque\w+)\b/i]]
	),
}
rule "TAX_SUMMONS" {
	score = 1.5, doc = "A court or authority has proceedings against the reader, whose papers are behind a link.",
	any = said(
		[[/\b(?:intimaç(?:ão|ões)|processo (?:trabalhista|judicial|em andamento|em seu nome|n(?:º|o|°)|\d)|número do processo|vara (?:trabalho|do trabalho|cível)|ação trabalhista|tribunal regional|mandado|boletim informativo)\b[\s\S]{0,240}\b(?:visualizar|acess\w+|clique|protocolo|anexo|download|referência|processo|notific\w+|tribunal|vara|autuação)\b/i]],
		[[/\b(?:summons|subpoena|court (?:notice|hearing|order|case)|legal (?:notice|action|proceedings)|lawsuit)\b[\s\S]{0,200}\b(?:against you|view (?:the )?(?:document|case|file)|download|attached|click|failure to)\b/i]],
		[[/\b(?:Vorladung|Gerichtsverfahren|Klage(?:schrift)?|Mahnbescheid|Strafanzeige|Ermittlungsverfahren|Abmahnung|Europol|Interpol|Bundespolizei)\b[\s\S]{0,240}\b(?:gegen Sie|Anhang|angehängt|Link|herunterlad\w*|öffnen|Anlage|kinderporno\w*|antworten Sie)\b/i]],
		[[/\b(?:convocation|citación judicial|plainte contre vous|brigade (?:de )?protection des mineurs|europol)\b[\s\S]{0,300}\b(?:pédo\w*|mineurs?|justification|répon\w+|adjunto|demanda|procédure)\b/i]]
	),
}
rule "TAX_HEALTH_INSURANCE" {
	score = 1, doc = "A health insurance or a card of it has to be renewed or repaid by a link.",
	any = said(
		[[/\b(?:Krankenkasse|Gesundheitskarte|AOK|Barmer|TK|Techniker Krankenkasse|DAK|IKK|Krankenversicher\w*|Rentenversicherung|Arbeitsagentur|Bundesagentur für Arbeit)\b[\s\S]{0,160}\b(?:erstatt\w*|Karte (?:\w{1,20} )?(?:läuft|abgelaufen|erneuern)|Beitragsrückerstattung|aktualisier\w*|verifizier\w*|läuft (?:\w{1,20} ){0,3}ab|bestätig\w* Sie)\b/i]],
		[[/\b(?:medicare|medicaid|social security|nhs)\b[\s\S]{0,120}\b(?:card|number|benefits?|kit|statement)\b[\s\S]{0,160}\b(?:suspend\w*|expir\w*|verify|replac\w*|claim|update|download|eligible)\b/i]],
		[[/\b(?:carte vitale|assurance maladie|ameli|tarjeta sanitaria|tessera sanitaria)\b[\s\S]{0,160}\b(?:renouvel\w+|expir\w+|mise à jour|nouvelle|renovar|rinnov\w+|scad\w+)\b/i]]
	),
}
rule "__TAX" { doc = "Any sign of a false authority.", meta = "TAX_REFUND or TAX_ARREARS or TAX_FINE_OR_TOLL or TAX_SUMMONS or TAX_HEALTH_INSURANCE" }
rule "TAX_AUTHORITY_FOREIGN" {
	score = 1.5, doc = "The sender calls himself by an authority, and his domain is no authority's.",
	header = { ["From:name"] = [[/\b(?:finanzamt|elster|bußgeldstelle|ordnungsamt|bundespolizei|bundeszentralamt|bzst|zoll(?:amt)?|bundesfinanzministerium|bundesregierung|ministerium|hmrc|internal revenue|irs|gov\.uk|dvla|receita federal|minist[eé]rio d[ae] \w+|detran|carteira digital|agencia tributaria|imp[oô]ts|ameli|antai|belastingdienst|digid|agenzia (?:delle )?entrate|social security|medicare|e-?zpass|tribunal|poder judici[aá]rio|intima[cç][aã]o|federal bureau|krankenkasse)\b/i]] },
	none = { { header = { ["From:domain"] = [[/(?:^|\.)(?:[\w-]*\.)?(?:gov|gov\.[a-z]{2}|bund\.de|elster\.de|bzst\.de|zoll\.de|finanzamt\.de|gouv\.fr|bayern\.de|nrw\.de|jus\.br|gob\.es|belastingdienst\.nl|nhs\.uk|bund\.[a-z]+|admin\.ch|gv\.at|gkv\.de|tk\.de|aok\.de|barmer\.de|dak\.de)$|(?:finanz|steuer|ministerium|landes|bundes|krankenkasse|bkk|ikk)/i]] } } },
}
rule "TAX_ODD_SENDER" { score = 2.2, doc = "News of an authority, and the sender's address is not who it says.", meta = "__TAX and (__ODD_SENDER or __NUMBERED_ROLE or TAX_AUTHORITY_FOREIGN)" }
rule "TAX_ODD_LINK" { score = 2.2, doc = "News of an authority, and a link to a free host, a shortener or a deceiving name.", meta = "__TAX and __ODD_LINK" }
rule "TAX_FOREIGN_LINK" { score = 1, doc = "News of an authority, and all links lead to a domain that is not the sender's.", meta = "not __ABOUT_FRAUD and (__TAX and __FOREIGN_LINK and not __ODD_LINK)" }
rule "TAX_PRESSURE" { score = 1, doc = "News of an authority, and a deadline or a threat.", meta = "not __ABOUT_FRAUD and (__TAX and (__DEADLINE or __THREAT) and (__FOREIGN_LINK or __ODD_SENDER))" }
