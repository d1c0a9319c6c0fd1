-- Invoices: call-back fraud with a telephone number, changed bank accounts, "payment advices" that are programs.

local phone = [[(?:\+?1[\s.-]{0,2})?\(?8\d\d\)?[\s.*-]{1,3}\d{3}[\s.*-]{1,3}\d{4}|\+1[\s.(-]{0,3}\d{3}[\s.)-]{1,3}\d{3}[\s.-]{1,3}\d{4}|\b0800[\s-]\d{3}[\s-]\d{4}\b|\+44[\s-]?\(?\d{2,4}]]

rule "INVOICE_CALL_BACK" {
	score = 1.5, doc = "A purchase nobody made is charged, and only a telephone number can stop it.",
	any = said(
		"/\\b(?:charged|debited|deducted|renew(?:ed|al)|order|purchase|invoice|subscription|payment|transaction|compra)\\b[\\s\\S]{0,300}\\b(?:call|contact|dial|reach|ring|phone|toll[- ]?free|help ?(?:line|desk)|ligue)\\b[\\s\\S]{0,100}(?:" .. phone .. ")/i",
		[[/\b(?:if you (?:did not|didn't|have not|haven't) (?:make|made|authori[sz]e\w*|place\w*|recogni[sz]e)|to (?:cancel|dispute|stop|claim a refund|get a refund)|not authori[sz]ed by you|wish to cancel|unauthori[sz]ed)\b[\s\S]{0,120}\b(?:call|dial|phone|toll[- ]?free|helpline|contact our (?:\w{1,20} ){0,3}(?:team|desk|number|department) (?:at|on))\b[\s\S]{0,80}\d{3}/i]],
		[[/\b(?:abgebucht|belastet|Verlängerung|Bestellung|Abonnement)\b[\s\S]{0,300}\b(?:stornieren|widerrufen|kündigen)\b[\s\S]{0,120}\b(?:rufen Sie|anrufen|Hotline|unter der Nummer|telefonisch)\b[\s\S]{0,80}\d{4}/i]]
	),
	none = { { body = [[/\bContent-Type: text\b/]] } },
}
rule "INVOICE_SOFTWARE_BOUGHT" {
	score = 1.5, doc = "A subscription of Norton, McAfee, Geek Squad or the like, or a purchase in bitcoin, has just been paid for.",
	any = said(
		[[/\b(?:norton|mcafee|geek ?squad|total ?av|avast|windows defender|microsoft defender|best ?buy|lifelock|malwarebytes|kaspersky|pc ?(?:care|secure)|netflix|amazon prime|paypal|coinbase|zelle|venmo|cash ?app)\b[\s\S]{0,300}\b(?:invoice|order|subscription|renew\w*|auto-?(?:renew|debit)\w*|purchase|charged|debited|bitcoin|btc)\b[\s\S]{0,300}(?:(?:€|\$|£) ?\d{2,4}(?:[.,]\d\d)?|\b(?:USD|EUR|GBP) ?\d{2,4}|\d{3}[.,]\d\d ?(?:USD|EUR|€))/i]],
		[[/(?:(?:€|\$|£) ?\d{2,4}[.,]\d\d|\b(?:USD|EUR|GBP) ?\d{2,4}(?:[.,]\d\d)?)\b[\s\S]{0,80}\b(?:charged|debited|deducted|withdrawn|paid|purchase|order)\b[\s\S]{0,80}\b(?:norton|mcafee|geek ?squad|paypal|coinbase|bitcoin|btc|zelle|venmo|cash ?app|best ?buy)\b/i]],
		[[/\b(?:your|the) (?:\w{1,20} ){0,4}(?:subscription|membership|protection plan|order) (?:has been|was|is) (?:\w{1,20} )?(?:renewed|activated|charged|confirmed|placed|processed)\b[\s\S]{0,300}(?:(?:€|\$|£) ?\d{2,4}[.,]\d\d|\b(?:USD|EUR) ?\d{2,4})[\s\S]{0,300}\b(?:cancel|refund|call|toll)/i]]
	),
}
rule "INVOICE_BANK_CHANGED" {
	score = 2, doc = "The account that invoices are paid to is said to have changed.",
	any = said(
		[[/\b(?:our|the|new|updated|changed) (?:\w{1,20} ){0,2}(?:bank(?:ing)?|account|payment|remittance|ach|wire) (?:account )?(?:details?|information|instructions?|coordinates|account)\b[\s\S]{0,80}\b(?:ha(?:s|ve) (?:been )?chang\w+|changed|is now|no longer|under(?: going)? (?:audit|review)|attached|updated|new account|below)\b[\s\S]{0,300}\b(?:payments?|invoices?|remit\w*|transfer|pay)\b/i]],
		[[/\b(?:do not (?:pay|remit|make (?:any )?payments?|use)|stop (?:all )?payments?|hold (?:all )?payments?)\b[\s\S]{0,80}\b(?:old|previous|former|existing) (?:bank |)(?:account|details)\b/i]],
		[[/\b(?:neue|geänderte|aktualisierte)[nr]? (?:Bankverbindung|Kontoverbindung|Bankdaten|IBAN|Kontodaten)\b|\b(?:Bankverbindung|Kontoverbindung|Bankdaten|IBAN)\b[\s\S]{0,60}\b(?:hat sich geändert|haben sich geändert|geändert|gewechselt|ab sofort)\b/i]],
		[[/\b(?:nouvelles? coordonnées bancaires|changement de (?:rib|coordonnées bancaires)|nuevos datos bancarios|cambio de cuenta bancaria|novos dados bancários|nuove coordinate bancarie|nieuw(?:e)? (?:bankrekening|rekeningnummer))\b/i]]
	),
}
rule "INVOICE_PAYMENT_ADVICE" {
	score = 1, doc = "A payment advice, swift copy, purchase order or quotation is said to be attached.",
	any = said(
		[[/\b(?:payment (?:advice|slip|confirmation|copy|receipt)|swift (?:copy|message|advice)|remittance (?:advice|copy)|proof of payment|bank slip|tt copy|wire (?:transfer )?(?:confirmation|receipt)|purchase order|proforma invoice|rfq|request for quotation|new order|overdue (?:invoice|statement))\b[\s\S]{0,160}\b(?:attach\w*|see (?:the )?attached|find|enclosed|kindly|download|view|open)\b/i]],
		[[/\b(?:find|see|check|review|kindly) (?:the )?attach\w*\b[\s\S]{0,80}\b(?:payment (?:advice|slip|copy)|swift|remittance|purchase order|proforma|quotation|invoice)\b/i]],
		[[/\b(?:Zahlungsavis|Zahlungsbeleg|Überweisungsbeleg|Swift-?Kopie|Bestellanfrage|offene Rechnung|unbezahlte Rechnung|Rechnung (?:vom|Nr\.?))\b[\s\S]{0,160}\b(?:Anhang|anbei|angehängt|beigefügt|anliegend\w*|im Anhang)\b/i]],
		[[/\b(?:nota fiscal|boleto|fatura|comprovante|factura|facture|fattura)\b[\s\S]{0,100}\b(?:anexo|adjunt[oa]|pi[eè]ce jointe|ci-joint|allegat[oa]|vencid\w+|em aberto|pendente|segunda via)\b/i]]
	),
}
rule "INVOICE_DOCUMENT_BAIT" {
	score = 2, doc = "An invoice or order comes as an archive, a page, or a disk image.",
	meta = "(INVOICE_PAYMENT_ADVICE or INVOICE_SOFTWARE_BOUGHT) and (ATTACHMENT_HTML_FORM or ATTACHMENT_HTML_SCRIPT or ATTACHMENT_ARCHIVE_ODD or ATTACHMENT_DISK_IMAGE or ATTACHMENT_EXECUTABLE or ATTACHMENT_SCRIPT or ATTACHMENT_SHORTCUT or ATTACHMENT_MACRO_NAME or ATTACHMENT_ONENOTE or ATTACHMENT_ENCRYPTED_ZIP or LINK_TO_ARCHIVE or LINK_TO_EXECUTABLE)",
}
rule "INVOICE_FROM_FREEMAIL" {
	score = 2, doc = "A service is paid or called back, and its sender has a free mailbox or an address that is not the service's.",
	meta = "(INVOICE_CALL_BACK or INVOICE_SOFTWARE_BOUGHT) and (__FREEMAIL_SENDER or __ODD_SENDER)",
}
rule "INVOICE_CALL_AND_PURCHASE" { score = 1.5, doc = "A purchase of software nobody ordered, and a number to call.", meta = "INVOICE_CALL_BACK and INVOICE_SOFTWARE_BOUGHT" }
rule "INVOICE_FOREIGN_LINK" { score = 1, doc = "An invoice or payment advice nobody is named in, and all links lead to a domain that is not the sender's.", meta = "INVOICE_PAYMENT_ADVICE and __FOREIGN_LINK and (__NAMELESS_GREETING or __TO_NOBODY or __ODD_SENDER or __NUMBERED_ROLE)" }
rule "INVOICE_PRESSURE" { score = 1, doc = "An invoice nobody is named in, and a deadline or a threat.", meta = "INVOICE_PAYMENT_ADVICE and __NAMELESS_GREETING and (__DEADLINE or __THREAT) and not __ABOUT_FRAUD" }
rule "INVOICE_ODD_LINK" { score = 1.5, doc = "An invoice or payment advice, and a link to a free host, a shortener or a deceiving name.", meta = "(INVOICE_PAYMENT_ADVICE or INVOICE_BANK_CHANGED) and __ODD_LINK and (__ODD_SENDER or __TO_NOBODY or __ODD_FORM)" }
