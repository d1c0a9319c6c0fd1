/*
 * The forms of Received fields that SpamAssassin reads (Message/Metadata/Received.pm), in its order: the first one that matches counts.
 *
 * A form is a PCRE2 pattern for what stands behind "from ", with white space made single blanks, with these in it:
 *   %h %r %b %d  a word, captured: HELO, reverse name, receiving host, ident;   %i  an IP address, captured;   %I  an IP address
 *   %n           the identifier
 *   %h{X}        the same with a pattern of its own for what is captured; %s{X}: options as "helo=" in parentheses
 *   %%           a percent sign
 */
#include "spamassassin/view_relay.h"

#define HELO "(?:HELO|EHLO)"
#define SENDER "(?: \\(envelope-sender <\\S+>\\))?"

const struct relay_form relay_forms[] = {
	/* Web mail */
	{ FAMILY_ANY, 0, " (SquirrelMail authenticated user ", "%i\\b(?![.-]).{10,80}by %b with HTTP" },
	{ FAMILY_ANY, 0, " (NaSMail authenticated user ", "%i\\b(?![.-]).{10,80}by %b with HTTP" },
	{ FAMILY_ANY, 0, "with HTTP (WebMailUI)", "^(?=.*aol\\.com).*?%i by %b \\(%I\\) with HTTP \\(WebMailUI\\)" },

	{ FAMILY_SMTPSVC, 0, NULL, "^%h{\\S*} \\(\\[%i\\][^\\)]{0,40}\\) by %b with Microsoft SMTPSVC" },
	{ FAMILY_SMTPSVC, RELAY_SKIP, NULL, "^mail pickup service by \\S+ with Microsoft SMTPSVC$" },
	{ FAMILY_EXCHANGE, RELAY_NO_ID, NULL, "^%h \\(\\[?%i(?:%%[A-Z0-9._~-]*)?\\]?\\) by %b " },
	{ FAMILY_XMAIL, RELAY_XMAIL, NULL, "^%h \\(%i{\\[?%I\\]?}(?::\\d+)\\) by %b(?: \\(\\S+\\))? with \\[XMail" },
	{ FAMILY_ECELERITY, 0, NULL, "^\\(\\[%i:\\d+\\] helo=%h\\) by %b " },
	{ FAMILY_ECELERITY, 0, NULL, "^\\S+ \\(\\[%i:\\d+\\]\\) by %b " },

	{ FAMILY_EXIM, RELAY_SKIP, "with local", "\\bwith local(?:-\\S+)? " },
	{ FAMILY_EXIM, RELAY_SUB, NULL, "^\\[%i\\] \\(%s{.*?}\\) by %b " },
	{ FAMILY_EXIM, RELAY_HELO_IS_NAME | RELAY_SUB, NULL, "^%r \\(\\[%i\\]%s{.*?}\\) by %b " },
	{ FAMILY_EXIM, RELAY_HELO_IS_NAME, NULL, "^%r \\[%i\\](?::\\d+)? by %b " },
	{ FAMILY_EXIM, RELAY_PARTIAL, NULL, "^%r " },
	{ FAMILY_EXIM, RELAY_PARTIAL, NULL, " \\(%h\\) " },
	{ FAMILY_EXIM, RELAY_PARTIAL, NULL, " \\[%i(?:\\.\\d+)?\\] " },
	{ FAMILY_EXIM, RELAY_PARTIAL | RELAY_IF_IP, NULL, "by %b " },

	{ FAMILY_POSTFIX, RELAY_LOOKED_UP | RELAY_UNKNOWN_NAME, NULL, "^%h \\(%r \\[%i\\]\\) by %b " },
	{ FAMILY_POSTFIX, RELAY_LOOKED_UP | RELAY_UNKNOWN_NAME, NULL, "^%h \\(%r\\[%i\\]\\) by %b " },
	{ FAMILY_SCALIX, 0, NULL, "^%h \\( ?%i\\) by %b" },
	{ FAMILY_LOTUS, 0, NULL, "^%h \\(\\[%i\\]\\) by %b \\(Lotus" },

	{ FAMILY_ANY, 0, "with HTTP", "^(?=.*\\bwith HTTP\\b)%i \\(\\[%I\\]\\) by %b" },
	/* Sendmail, but not qmail-ldap, whose fields look the same */
	{ FAMILY_ANY, RELAY_LOOKED_UP | RELAY_IDENT_IN_NAME, NULL, "^(?!.* by \\S+ \\(qmail-\\S+\\) with )%h \\(%r \\[%i\\].*\\) by %b \\(" },
	{ FAMILY_ANY, RELAY_LOOKED_UP, NULL, "^%h \\(%r \\[%i\\]\\) by %b with \\S+ \\(" },
	{ FAMILY_ANY, 0, " helo=", "^%r \\(\\[%i\\] helo=%h\\) by %b with " },
	{ FAMILY_ANY, 0, "(<unknown", "^%h \\(<unknown\\S*>\\[%i\\]\\) by %b " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, NULL, "^%h \\(%r{\\S+\\.\\S+}\\[%i\\]\\) by %b " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, "@[", "^%h \\(%d{\\S*}\\@\\[%i\\].*\\) by %b \\(" },
	{ FAMILY_ANY, 0, ".hotmail.msn.com ", "^(?:%i )?.*?by %b{\\S+\\.hotmail\\.msn\\.com} " },
	{ FAMILY_ANY, 0, " (qpsmtpd/", "^%r \\(" HELO " %h{\\S*}\\) \\(%i\\) by %b \\(qpsmtpd\\/\\S+\\) with (?:ESMTP|SMTP)" },
	{ FAMILY_ANY, 0, " (LHLO ", "^%r \\(LHLO %h{\\S*}\\) \\(%i\\) by %b with LMTP" },
	{ FAMILY_ANY, 0, "HLO ", "^%r \\((?:EHLO) %h{\\S*}\\) \\[%i\\] by %b \\([^\\)]+\\) with (?:ESMTP|SMTP)" },
	{ FAMILY_ANY, 0, "HELO ", "^%r \\((?:HELO) %h{\\S*}\\) \\[%i\\] by %b \\([^\\)]+\\) with (?:ESMTP|SMTP)" },
	{ FAMILY_ANY, 0, " via smtpd (for ", "^%h \\(\\[%i\\]\\) by %b via smtpd \\(for \\S+\\) with SMTP\\(" },

	/* qmail: the address always in parentheses, HELO only when it is not the reverse name */
	{ FAMILY_ANY, RELAY_QMAIL_GATE, " with ",
	  "^\\S+(?: \\(" HELO " \\S*\\))? \\((?:\\S+\\@)?\\[?%I\\]?\\)" SENDER " by \\S+(?: \\(.+\\))? with (?:.* )?(?:SMTP|QMQP)(?! id )" },
	{ FAMILY_ANY, RELAY_QMAIL, NULL, "^%r \\(" HELO " %h{[^ \\(\\)]*}\\) \\(%d{\\S*}\\@\\[?%i\\]?\\)" SENDER " by %b" },
	{ FAMILY_ANY, RELAY_QMAIL, NULL, "^%r \\(" HELO " %h{[^ \\(\\)]*}\\) \\(\\[?%i\\]?\\)" SENDER " by %b" },
	{ FAMILY_ANY, RELAY_QMAIL | RELAY_HELO_IS_NAME, NULL, "^%r \\(%d{\\S*}\\@\\[?%i\\]?\\)" SENDER " by %b" },
	{ FAMILY_ANY, RELAY_QMAIL | RELAY_HELO_IS_NAME, NULL, "^%r \\(\\[?%i\\]?\\)" SENDER " by %b" },
	{ FAMILY_ANY, RELAY_QMAIL, NULL, "^" },

	{ FAMILY_ANY, 0, " via HTTP", "^\\[%i\\] by %b via HTTP$" },
	{ FAMILY_ANY, 0, " ( [", "^\\S+ \\( \\[%i\\]\\).*? by %b " },
	{ FAMILY_ANY, 0, NULL, "^\\(%h \\[%i\\]\\) by %b " },
	{ FAMILY_ANY, 0, NULL, "^\\[%i\\] by %b " },
	{ FAMILY_ANY, 0, NULL, "^\\(\\[?%i\\]?\\) by %b " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, NULL, "^%h \\[%i\\] by %b \\[%I\\] with " },
	{ FAMILY_ANY, 0, " [(", "^%h \\[\\(%i\\)\\] by %b \\(%I\\) " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, NULL, "^%h \\(\\[%i\\]\\) by %b \\(" },
	{ FAMILY_ANY, RELAY_COURIER, NULL, "^%h \\(%r \\[%i\\]\\).*? by %b\\b" },
	{ FAMILY_ANY, RELAY_LOOKED_UP, NULL, "^%h \\(\\[%i(?:[.:]\\d+)?\\]\\).*? by %b " },
	{ FAMILY_ANY, RELAY_SKIP | RELAY_POP, "with ", "with (?:POP3|IMAP)" },
	{ FAMILY_ANY, RELAY_LOOKED_UP, "HELO ", "^%r \\(HELO %h{[^\\)]*}\\) \\((?:%d{\\S*}@)?\\[?%i\\]?\\).* by %b " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, "EHLO ", "^%r \\(EHLO %h{[^\\)]*}\\) \\((?:%d{\\S*}@)?\\[?%i\\]?\\).* by %b " },
	{ FAMILY_ANY, RELAY_LOOKED_UP | RELAY_HELO_IS_NAME, NULL, "^%r \\((?:%d{\\S*}@)?\\[?%i\\]?\\).* by %b " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, " via smap ", "^%r\\(%i\\) by %b via smap " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, " via smap ", "^%r\\(%i, " HELO " %h{\\S*}\\) by %b via smap " },
	{ FAMILY_ANY, 0, " (SMTPL", "^%i by %b \\(SMTPL\\b" },
	{ FAMILY_ANY, 0, " (InterScan", "^%i by %b \\(InterScan\\b" },
	{ FAMILY_ANY, RELAY_SKIP, " with BSMTP", "^\\S+ by \\S+ with BSMTP" },
	{ FAMILY_ANY, RELAY_LOOKED_UP, "HELO ", "^%r \\(HELO %h{\\S*}\\) \\((?:%d\\@)?%i.*?\\) by %b with " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, "EHLO ", "^%r \\(EHLO %h{\\S*}\\) \\((?:%d\\@)?%i.*?\\) by %b with " },
	{ FAMILY_ANY, 0, "HELO ", "^\\[%i\\] \\((?:account \\S+ )?HELO %h{\\S*}\\) by %b \\(" },
	{ FAMILY_ANY, 0, "EHLO ", "^\\[%i\\] \\((?:account \\S+ )?EHLO %h{\\S*}\\) by %b \\(" },
	{ FAMILY_ANY, RELAY_LOOKED_UP | RELAY_HELO_IS_NAME, " (CommuniGate Pro", "^%r \\(\\[%i\\] verified\\) by %b \\(" },
	{ FAMILY_ANY, RELAY_SKIP, " (Content Technologies ", "^\\S+ \\(\\S+\\) by \\S+ \\(Content Technologies " },
	{ FAMILY_ANY, 0, "] [", "^%h \\(\\[%i\\] \\[\\S+\\]\\) by %b with " },
	{ FAMILY_ANY, 0, NULL, "^%i by %b with " },
	{ FAMILY_ANY, RELAY_LOOKED_UP, NULL, "^%h \\(%r\\[%i\\]\\) by %b " },
	{ FAMILY_ANY, 0, "HELO ", "^\\[%i\\]\\S+ \\(HELO %h{\\S*}\\) by %b " },
	{ FAMILY_ANY, 0, "EHLO ", "^\\[%i\\]\\S+ \\(EHLO %h{\\S*}\\) by %b " },
	{ FAMILY_ANY, 0, "HELO ", "^%i \\(HELO %h{\\S*}\\) by %b " },
	{ FAMILY_ANY, 0, "EHLO ", "^%i \\(EHLO %h{\\S*}\\) by %b " },
	{ FAMILY_ANY, 0, NULL, "^%h \\[%i\\] by %b " },
	{ FAMILY_ANY, 0, NULL, "^%r\\(%i\\) by %b " },
	{ FAMILY_ANY, 0, NULL, "^%i \\([A-Za-z][^\\)]+\\) by %b with " },
	{ FAMILY_ANY, RELAY_SUB, NULL, "^\\[%i\\] \\(%s{[^\\)]+}\\) by %b " },
	{ FAMILY_ANY, RELAY_OBTUSE, " via ", "^%r\\(%i\\)(?:, claiming to be \"%h\")? via \\S+ by %b," },
	{ FAMILY_ANY, 0, " with login) by ", "^%h \\(\\S+@%i with login\\) by %b{\\S+\\.yahoo\\.com} with SMTP" },
	{ FAMILY_ANY, 0, "X-Originating-IP: ", "^X-Originating-IP: %i$" },

	/* Handovers inside of one host, and of programs that write no address */
	{ FAMILY_ANY, RELAY_SKIP, "@", "^\\S+ \\([^\\s\\@]+\\@%L\\) by \\S+ \\(" },
	{ FAMILY_ANY, RELAY_SKIP, " with local-", "^\\S+ \\S+ by \\S+ with local-e?smtp " },
	{ FAMILY_ANY, RELAY_SKIP, " (AVG SMTP ", "^127\\.0\\.0\\.1 \\(AVG SMTP \\S+ \\[\\S+\\]\\)" },
	{ FAMILY_ANY, RELAY_SKIP, "@", "^\\S+\\@\\S+ by \\S+ " },
	{ FAMILY_ANY, RELAY_SKIP, "Unknown/Local (", "^Unknown\\/Local \\(" },
	{ FAMILY_ANY, RELAY_SKIP, NULL, "^%L \\((?:\\S+\\@)?%L[\\)\\[]" },
	{ FAMILY_ANY, RELAY_SKIP, NULL, "^\\S+ \\((?:\\S+\\@)?%L\\) " },
	{ FAMILY_ANY, RELAY_SKIP, "@", "^\\S+ \\(\\S+\\@\\S+ \\[%L\\]\\) " },
	{ FAMILY_ANY, RELAY_SKIP, "(AUTH: ", "^\\(AUTH: \\S+\\) by \\S+ with " },
	{ FAMILY_ANY, RELAY_SKIP, "[[UNIX: localhost]]", "^localhost \\(localhost \\[\\[UNIX: localhost\\]\\]\\) by " },
	{ FAMILY_ANY, RELAY_SKIP, "(peer crosscheck: ", "^\\S+\\.amazon\\.com by \\S+\\.amazon\\.com with ESMTP \\(peer crosscheck: " },
	{ FAMILY_ANY, RELAY_SKIP, " with Novell_GroupWise", "^[^\\.]+ by \\S+ with Novell_GroupWise" },
	{ FAMILY_ANY, RELAY_SKIP, "no.name.available by ", "^no\\.name\\.available by \\S+ via smtpd \\(for " },
	{ FAMILY_ANY, RELAY_SKIP | RELAY_SCANNER, ") with qmail-scanner", "^\\S+ by \\S+ \\(.{0,100}\\) with qmail-scanner" },
	{ FAMILY_ANY, RELAY_SKIP, "([unix socket])", "^\\S+ \\(\\[unix socket\\]\\) by \\S+ \\(Cyrus v[0-9]*?\\.[0-9]*?\\.[0-9]*?\\) with LMTPA" },
	{ FAMILY_ANY, RELAY_SKIP, " by ", "^\\S+ by \\S+ (?:with|via|for|\\()" },
	{ FAMILY_ANY, RELAY_SKIP, " by", "^\\S+ (?:(?:with|via|for) \\S+|\\(unverified\\)) by\\b" },
	{ FAMILY_ANY, RELAY_SKIP, " (SG) with ", "^\\S+ \\(unknown\\) by \\S+ \\(SG\\) with \\b" },
	{ FAMILY_ANY, RELAY_SKIP, " (OpenSMTPD) with ", "^\\S+ \\(\\S+ \\[local\\]\\) by \\S+ \\(OpenSMTPD\\) with \\b" },
	{ FAMILY_ANY, RELAY_SKIP, "(LSMTP for", "" },
	{ FAMILY_ANY, RELAY_SKIP, " with MailEnable ", "^\\(\\[%L\\]\\) with MailEnable " },
	{ FAMILY_ANY, RELAY_SKIP, " with Thrift id ", "^facebook\\.com \\([^\\)]+\\) by facebook\\.com with Thrift id \\S+$" },
	{ FAMILY_ANY, RELAY_SKIP, " by gmailapi.google.com with HTTPREST", "^\\S+ named \\S+ by gmailapi\\.google\\.com with HTTPREST$" },
	{ FAMILY_ANY, RELAY_SKIP, " id ", "^\\S+ id \\S+$" },
	{ FAMILY_ANY, RELAY_SKIP, " (Jetsend", "^\\[<.*? \\(Jetsend" },

	{ FAMILY_UPPER, RELAY_LOOKED_UP | RELAY_UNKNOWN_NAME, NULL,
	  "^%h \\(%r \\[%i\\]\\) BY %b (?:\\([^\\)]+\\) WITH SMTP )?ID <?%n{\\S+?}>?(?: FOR <[^>]+>)?$" },

	{ FAMILY_PAREN, 0, NULL, "^%h{\\S*} \\[%i\\]\\) by %b \\(NAVGW .*?\\) with " },
	{ FAMILY_PAREN, RELAY_SKIP, NULL, "^\\S+\\@localhost\\) by \\S+ " },
	{ FAMILY_PAREN, RELAY_SKIP, NULL, "^[^\\s\\@]+\\@[^)]+\\) by \\S+\\(jqueuemail\\) id [^\\s;]+" },
	{ FAMILY_ANY, 0, NULL, NULL },
};

/* How a relay tells that the client was authenticated; the first one that matches counts. For the whole field, "from" included. */
const struct relay_auth relay_auths[] = {
	{ " by ", "(?i) with ((?:ES|L|UTF8S|UTF8L)MTPS?A|ASMTP|HTTP[SU]?)(?: |;|$)", "%1" },
	{ " by mx.google.com with ESMTPS id ",
	  "^(?=.* by mx\\.google\\.com with ESMTPS id [a-z0-9]{1,4}sm[0-9]{2,9}[a-z]{3}\\.[0-9]{1,3}\\.[0-9]{4}\\.(?:[0-6][0-9]\\.){4}[0-6][0-9])"
	  ".*?\\(version=([^ ]+) cipher=([^\\)]+)\\)",
	  "GMail - transport=%1 cipher=%2" },
	{ " (AUTH: ", "^from .*?(?:\\]\\)|\\)\\]) \\(AUTH: (LOGIN|PLAIN|DIGEST-MD5|CRAM-MD5) \\S+(?:, .*?)?\\) by ", "%1" },
	{ "authenticated", "^from .*?(?:\\](?: \\([^)]*\\))?\\)|\\)\\]) .*?\\(.*?authenticated.*?\\).*? by", "Sendmail" },
	{ "by mail.gmx.", "from \\S* \\(" HELO " \\S*\\) \\[%I\\] by (mail\\.gmx\\.(?:net|com)) \\([^\\)]+\\) with (ESMTP|SMTP)", "GMX (%2 / %1)" },
	{ " (authenticated as ", "\\) by .+ \\(\\d{1,2}\\.\\d\\.\\d{3}(?:\\.\\d{1,3})?\\) \\(authenticated as .+\\) id ", "CriticalPath" },
	{ ") (Authenticated sender: ", "\\) \\(Authenticated sender: \\S+\\) by \\S+ \\(Postfix\\) with ", "Postfix" },
	{ ") (Authenticated sender: ", "\\) \\(Authenticated sender: \\S+\\) by \\S+ \\(([^\\)]+)\\) with ", "Postfix (%1)" },
	{ " (account ", "CommuniGate Pro (?:HTTP|SMTP|XIMSS|IMAP)", "Communigate" },
	{ " with Microsoft Exchange Server HTTP-DAV", " with Microsoft Exchange Server HTTP-DAV\\b", "HTTP-DAV" },
	{ " by ", "(?i) \\(via (HTTP.?)\\)(?: |;|$)", "%1" },
	{ NULL, NULL, NULL },
};
