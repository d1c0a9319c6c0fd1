-- Mailboxes: quota, expired passwords, held messages, "new versions", voice mail, shared files, codes to scan; for the password of the mailbox.

rule "MAILBOX_QUOTA" {
	score = 1.5, doc = "The mailbox is said to be full or nearly so.",
	any = said(
		[[/\b(?:mail ?box|e-?mail|inbox|web ?mail|account)\b[\s\S]{0,60}\b(?:storage|quota|capacity|limit|space)\b[\s\S]{0,60}\b(?:full|exceed\w*|reached|almost|nearly|running out|over|\d\d(?:[.,]\d{1,9})? ?%|low|maximum)\b/i]],
		[[/\b(?:exceeded|reached|out of) (?:\w{1,20} ){0,4}(?:storage|mail ?box|e-?mail|inbox) ?(?:quota|limit|capacity|storage|space)\b|\b(?:mail ?box|inbox|e-?mail storage) (?:is |has |almost |nearly |quota |storage ){0,3}(?:full|exceeded)\b|\bincoming (?:mails?|messages) (?:\w{1,20} ){0,5}(?:reject\w*|suspend\w*|bounc\w*)\b/i]],
		[[/\b(?:Postfach|Mailbox|E-?Mail-?(?:Konto|Speicher)|Speicher(?:platz|limit|kapazität)?)\b[\s\S]{0,80}\b(?:voll|erreicht|überschritten|fast voll|erschöpft|\d\d ?%)\b/i]],
		[[/\b(?:caixa postal|caixa de (?:e-?mail|entrada)|buzón|bo[iî]te (?:mail|de réception|aux lettres)|casella|postbus|postvak)\b[\s\S]{0,80}\b(?:chei[ao]|llen[oa]|pleine|piena|vol|excedid\w+|dépassé\w*|superat\w+|limite|quota|expirou|expirad\w+)\b/i]],
		[[/\b(?:e-?mail|webmail|caixa (?:postal|de entrada)|correo|buzón|messagerie|boîte)\b[\s\S]{0,80}\b(?:armazenamento|espaço|almacenamiento|espacio|stockage|espace)\b[\s\S]{0,60}\b(?:chei[ao]|esgotad\w+|excedid\w+|llen[oa]|agotad\w+|plein\w*|saturé\w*|dépassé\w*|\d\d ?%)/i]]
	),
}
rule "MAILBOX_PASSWORD_EXPIRES" {
	score = 1.2, doc = "The password of the mailbox expires, and may be kept by a click.",
	any = said(
		[[/\b(?:password|passcode)\b[\s\S]{0,60}\b(?:expire[sd]?|expir(?:ing|ation|y)|will be (?:reset|changed|disabled)|is (?:about|due|set) to expire|about to expire|out ?dated)\b/i]],
		[[/\b(?:keep|retain|maintain|continue (?:using|with)|use (?:your|the|my)) (?:\w{1,20} ){0,3}(?:current|same|existing|old|my|your) (?:current |same )?password\b/i]],
		[[/\b(?:Passwort|Kennwort)\b[\s\S]{0,60}\b(?:läuft (?:\w{1,20} ){0,3}ab|abgelaufen|ablaufen|Ablauf|verfällt|beibehalten|behalten|weiter(?:hin)? (?:verwenden|nutzen))\b/i]],
		[[/\b(?:senha|contraseña|mot de passe|wachtwoord|password)\b[\s\S]{0,60}\b(?:expirou|expira|expirará|caduca\w*|expiré|verloopt|verlopen|scade|scaduta)\b/i]]
	),
}
rule "MAILBOX_HELD_MESSAGES" {
	score = 1.5, doc = "Messages are held back and may be released by a link.",
	any = said(
		[[/\b(?:\d{1,9}|several|some|new|pending|incoming|undelivered|unreceived|important|blocked|two|three|five|clustered)\W{1,3}(?:incoming |pending |undelivered |e-?mail |new ){0,3}(?:messages?|mails?|e-?mails?)\b[\s\S]{0,80}\b(?:held|on hold|quarantin\w*|blocked|pending|undelivered|failed to deliver|not (?:been )?delivered|stuck|rejected|placed on)\b/i]],
		[[/\b(?:release|retrieve|recover|deliver|review|view|allow) (?:\w{1,20} ){0,4}(?:pending|held|blocked|quarantined|undelivered|incoming|your) (?:\w{1,20} )?(?:messages?|mails?|e-?mails?)\b|\b(?:messages?|e-?mails?) (?:is |are |were |have been |been ){1,3}(?:held|quarantined|suspended|delayed|blocked) (?:by|due|on|in|from|because)\b/i]],
		[[/\b(?:Nachrichten?|E-?Mails?)\b[\s\S]{0,80}\b(?:zurückgehalten|in (?:der )?Quarantäne|blockiert|nicht zugestellt|ausstehend\w*|freigeben|freizugeben)\b/i]],
		[[/\bmensagens? (?:retidas?|pendentes?|bloqueadas?)\b|\bmensajes? (?:retenidos?|pendientes?)\b|\bmessages? (?:retenus?|en attente|bloqués?)\b/i]]
	),
}
rule "MAILBOX_UPGRADE" {
	score = 1.5, doc = "The mail system gets a new version, and every user has to sign in anew.",
	any = said(
		[[/\b(?:retiring|closing|shutting down|discontinu\w+|phasing out|upgrad\w+|updat\w+|migrat\w+)\b[\s\S]{0,80}\b(?:all |old |previous |older |inactive |non-active ){1,3}(?:versions?|accounts?|mail ?boxes|users|e-?mail)\b/i]],
		[[/\b(?:old|outdated|previous|latest|new) version\b[\s\S]{0,80}\b(?:mail ?box|e-?mail|web ?mail|account|outlook|server)\b|\b(?:due to|because of) (?:our |the |a |server |recent |latest |system |mail ){0,3}(?:server |system |mail |security )?(?:upgrade|maintenance|policy updates?|mail policy)\b[\s\S]{0,120}\b(?:confirm|verify|re-?login|sign in|update|close|validate|deactivat\w+)\b/i]],
		[[/\b(?:re-?login|re-?validate|re-?confirm|confirm ownership|verify ownership)\b[\s\S]{0,60}\b(?:mail ?box|e-?mail|account|web ?mail|cloud)\b|\bkeep your account from being\b|\baccount will be automatically deleted\b/i]],
		[[/\b(?:Webmail|Mailserver|E-?Mail-?System|Postfach|Roundcube|Zimbra|Outlook)\b[\s\S]{0,80}\b(?:Upgrade|Aktualisierung|Umstellung|Migration|neue Version|neuen Server|Wartung)\b[\s\S]{0,160}\b(?:anmelden|bestätigen|aktualisieren|klicken|validieren)\b/i]]
	),
}
rule "MAILBOX_DEACTIVATION" {
	score = 1.5, doc = "The mailbox or mail account will be closed unless it is confirmed.",
	any = said(
		[[/\byour (?:\w{1,20} )?(?:e-?mail|mail ?box|web ?mail|mail account|e-?mail account|email address)\b[\s\S]{0,80}\b(?:deactivat\w+|de-?activat\w+|suspended|suspension|terminat\w+|closed|shut ?down|blocked|deleted|disabled)\b[\s\S]{0,200}\b(?:confirm|verify|validate|click|log ?in|re-?activate|update|cancel (?:the )?request|ignore|avoid)\b/i]],
		[[/\b(?:request to (?:close|deactivate|delete|terminate|shut ?down|remove)|(?:termination|deactivation|closure|shutdown) (?:request|process)|cancel (?:this |the )?(?:request|deactivation))\b[\s\S]{0,120}\b(?:e-?mail|account|mail ?box)\b/i]],
		[[/\b(?:E-?Mail-?(?:Konto|Adresse|Account)|Postfach|Mailkonto)\b[\s\S]{0,100}\b(?:deaktiviert|gesperrt|gelöscht|geschlossen|gekündigt|eingestellt)\b[\s\S]{0,200}\b(?:bestätig\w+|klick\w+|verifizier\w+|anmeld\w+|aktualisier\w+|vermeiden)\b/i]]
	),
}
rule "MAILBOX_CLOUD_FULL" {
	score = 1.5, doc = "The cloud storage of a large provider is full and pictures will be deleted.",
	any = said(
		[[/\b(?:i-?cloud|cloud|google drive|google photos|onedrive|dropbox)\b[\s\S]{0,60}\b(?:storage|space|almacenamiento|speicher\w*|stockage|armazenamento|opslag)?\b[\s\S]{0,60}\b(?:full|is full|running out|exceeded|voll|lleno|plein|cheio|vol|quedando sin espacio|limit (?:erreicht|reached)|speicherlimit erreicht)\b/i]],
		[[/\b(?:photos?|videos?|pictures|files|fotos|bilder|dateien|archivos)\b[\s\S]{0,40}\b(?:will be (?:deleted|lost|removed)|gelöscht werden|serán eliminados|se eliminen|gelöscht)\b/i]]
	),
}
rule "MAILBOX_CLOUD_GIFT" {
	score = 1.2, doc = "Some more storage is given away or sold for a few coins.",
	any = said([[/\b(?:additional|extra|zusätzliche|adicional\w*) \d{1,9} ?(?:GB|TB)\b|\b\d{1,9} ?(?:GB|TB) (?:\w{1,20} ){0,4}(?:for free|kostenlos|gratis|adicional\w*|zusätzlich|por solo|gratuits?)\b|\b(?:free|kostenlose?|gratis) \d{1,9} ?(?:GB|TB)\b|\b\d{1,9} ?GB (?:for|für|por) (?:only |nur |just |solo )?(?:€|\$|£)? ?[0-4][.,]\d\d/i]]),
}
rule "MAILBOX_VOICEMAIL" {
	score = 1.5, doc = "A voice message or fax is to be fetched by a link or an attachment.",
	any = said(
		[[/\b(?:new|missed|received|you have|\(?1\)?|incoming) (?:a |an )?(?:new )?(?:voice ?(?:mail|message|note)|v-?mail|audio message|fax(?: message| document)?|e-?fax)\b[\s\S]{0,160}\b(?:listen|play|view|click|open|attach\w*|duration|caller|length|download|transcript|scan|pages?|received)\b/i]],
		[[/\b(?:neue|verpasste) (?:Sprachnachricht|Voicemail|Faxnachricht)\b[\s\S]{0,160}\b(?:anhören|abspielen|klicken|öffnen|Anhang|Dauer|Anrufer|abrufen)\b/i]]
	),
}
rule "MAILBOX_QR_CODE" {
	score = 1.8, doc = "A picture code is to be scanned with the telephone to sign in or confirm.",
	any = said(
		[[/\bscan(?:ning)? (?:the |this |below |following |attached |above ){0,3}(?:qr|barcode|bar code|q\.?r\.? ?code)\b[\s\S]{0,240}\b(?:verify|verification|authenticat\w+|mfa|2fa|password|account|access|sign|review|document|payroll|security|secure|update|login|log in|benefits?|confirm)\b/i]],
		[[/\b(?:verify|authenticat\w+|mfa|2fa|multi-?factor|password|access|review|document|sign|security|payroll|update)\b[\s\S]{0,200}\bscan(?:ning)? (?:the |this |below |following |attached |above ){0,3}(?:qr|barcode|bar code)\b/i]],
		[[/\b(?:QR-?Code)\b[\s\S]{0,120}\b(?:scannen|einscannen|abscannen)\b[\s\S]{0,240}\b(?:verifizier\w*|bestätig\w*|anmeld\w*|Konto|Passwort|Sicherheit\w*|aktualisier\w*|photoTAN|pushTAN|Zugang|freischalt\w*|legitimier\w*)\b|\b(?:scannen|scanne) (?:Sie )?(?:\w{1,20} ){0,4}QR-?Code\b[\s\S]{0,240}\b(?:verifizier\w*|bestätig\w*|Konto|Passwort|Sicherheit\w*|aktualisier\w*|photoTAN|pushTAN|Zugang|freischalt\w*)\b/i]]
	),
}
rule "MAILBOX_MFA" {
	score = 1, doc = "The second factor of a sign-in is to be set up anew or expires.",
	any = said(
		[[/\b(?:mfa|2fa|multi-?factor|two-?factor|authenticator)\b[\s\S]{0,100}\b(?:expire[sd]?|expir(?:ing|y|ation)|re-?(?:activate|enrol\w*|configure|set|validate|authenticate)|update|required|mandatory|setup|set up|renew\w*|upgrade)\b[\s\S]{0,240}\b(?:click|scan|link|below|within|today|hours|avoid|access|immediately)\b/i]],
		[[/\b(?:Zwei-?Faktor\w*|2FA|MFA|Multi-?Faktor\w*|Authentifizierung\w*|Authenticator)\b[\s\S]{0,120}\b(?:läuft (?:\w{1,20} ){0,3}ab|abgelaufen|erneuern|aktualisier\w*|neu einrichten|reaktivier\w*|verlängern)\b/i]]
	),
}
rule "MAILBOX_SHARED_FILE" {
	score = 1, doc = "A file was shared or is to be signed, and a link shows it.",
	any = said(
		[[/\b(?:shared|sent|invited you to (?:view|edit|review)|has shared) (?:a |an |you |with you |the |some |\d{1,9} ){0,3}(?:\w{1,20} ){0,3}(?:files?|documents?|folder|pdf|docs?|contract|proposal|invoice|statement)\b[\s\S]{0,200}\b(?:sharepoint|onedrive|one drive|dropbox|docusign|google drive|wetransfer|adobe|office ?365|secure(?:d|ly)?|view|open|review|access)\b/i]],
		[[/\b(?:docusign|adobe sign|hellosign|pandadoc|dropbox sign|e-?signature|sharepoint|onedrive)\b[\s\S]{0,200}\b(?:review (?:and sign|document|documents)|sign (?:the|this|your)? ?documents?|complete (?:with|document|the)|view (?:the )?(?:completed )?document|awaiting your signature|your signature|document (?:is )?ready|sent you a document)\b/i]],
		[[/\b(?:hat|haben) (?:\w{1,20} ){0,6}(?:Datei(?:en)?|Dokumente?|Ordner|Vertrag) (?:\w{1,20} ){0,3}(?:freigegeben|geteilt|gesendet)\b|\b(?:Dokument|Vertrag|Datei)\b[\s\S]{0,60}\b(?:zur Unterschrift|unterzeichnen|elektronisch signieren|wartet auf Ihre)\b/i]],
		[[/\bhas sent you a protected message\b|\bsecure (?:message|document) (?:from|portal|delivery)\b[\s\S]{0,120}\b(?:click|open|view|read)\b/i]]
	),
}
rule "MAILBOX_HR_PAYROLL" {
	score = 1.5, doc = "The staff department has news about pay, bonus, leave or the handbook, behind a link.",
	any = said(
		[[/\b(?:payroll|salary|wage|compensation|pay ?(?:stub|slip|check)|employee (?:benefits?|handbook|bonus|appraisal|evaluation)|annual leave|open enrol?lment|remuneration|hr (?:department|policy|team)|human resources?)\b[\s\S]{0,160}\b(?:adjust\w*|increase|review(?:ed)?|update[sd]?|approv\w*|amend\w*|schedule|acknowledge\w*|sign|revised|enrol?l\w*)\b[\s\S]{0,240}\b(?:click|link|scan|open|view|access|attach\w*|below|review|log ?in)\b/i]],
		[[/\b(?:Gehalts(?:erhöhung|anpassung|abrechnung|zettel)|Lohn(?:abrechnung|anpassung)|Personalabteilung|Bonuszahlung|Mitarbeiterhandbuch|Urlaubs(?:plan|liste))\b[\s\S]{0,240}\b(?:klicken|Link|öffnen|anmelden|bestätigen|einsehen|scannen|Anhang)\b/i]]
	),
}
rule "MAILBOX_WEBMAIL_NAMED" {
	score = 0.8, doc = "The sender calls himself after mail software, an administration or a provider's mail service.",
	header = { ["From:name"] = {
		[[/\b(?:web ?mail|mail ?(?:box|server|admin\w*|support|team|delivery|service|_?inc)|e-?mail (?:admin\w*|support|service|security|server)|cpanel|zimbra|roundcube|owa|outlook (?:support|team|web)|office ?365|microsoft ?365|it[- ](?:support|helpdesk|service|department)|help ?desk|postmaster|system admin\w*|domain admin\w*|quarantine|proton\.?me|protonmail\.com|proton\.me support)\b/i]],
		[[/\b(?:postfach|mailverwaltung|it-?abteilung|mail-?administration|e-?mail-?dienst|kundenservice (?:t-online|gmx|web\.de|ionos|strato))\b/i]],
	} },
}
rule "__MAILBOX" {
	doc = "Any sign of phishing for a mailbox.",
	meta = [[MAILBOX_QUOTA or MAILBOX_PASSWORD_EXPIRES or MAILBOX_HELD_MESSAGES or MAILBOX_UPGRADE or MAILBOX_DEACTIVATION or MAILBOX_CLOUD_FULL or MAILBOX_CLOUD_GIFT or MAILBOX_VOICEMAIL or
		MAILBOX_QR_CODE or MAILBOX_MFA or MAILBOX_SHARED_FILE or MAILBOX_HR_PAYROLL]],
}
rule "MAILBOX_ODD_SENDER" { score = 2.2, doc = "News of a mailbox, and the sender's address is not who it says.", meta = "__MAILBOX and (__ODD_SENDER or MAILBOX_WEBMAIL_NAMED and __FOREIGN_LINK or SUBJECT_HAS_RECIPIENT)" }
rule "MAILBOX_ODD_LINK" { score = 2.2, doc = "News of a mailbox, and a link to a free host, a shortener or a deceiving name.", meta = "__MAILBOX and __ODD_LINK" }
rule "MAILBOX_PRESSURE" { score = 1, doc = "News of a mailbox, a deadline or threat, and something to confirm by a foreign link.", meta = "not __ABOUT_FRAUD and (__MAILBOX and (__DEADLINE or __THREAT) and __ACT and (__FOREIGN_LINK or ATTACHMENT_HTML_FORM or ATTACHMENT_HTML_SCRIPT))" }
rule "MAILBOX_TWO_SIGNS" {
	score = 1, doc = "Two or more kinds of news of a mailbox at once.",
	meta = [[__MISFIT and (not __ABOUT_FRAUD and ((MAILBOX_QUOTA > 0) + (MAILBOX_PASSWORD_EXPIRES > 0) + (MAILBOX_HELD_MESSAGES > 0) + (MAILBOX_UPGRADE > 0) + (MAILBOX_DEACTIVATION > 0) + (MAILBOX_CLOUD_FULL > 0) + (MAILBOX_CLOUD_GIFT > 0) +
		(MAILBOX_VOICEMAIL > 0) + (MAILBOX_QR_CODE > 0) + (MAILBOX_MFA > 0) + (MAILBOX_SHARED_FILE > 0) + (MAILBOX_HR_PAYROLL > 0) + (MAILBOX_WEBMAIL_NAMED > 0) >= 2))]],
}
