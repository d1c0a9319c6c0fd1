#ifndef WINNOW_SPAMASSASSIN_HTML_ENTITY_TABLE_H
#define WINNOW_SPAMASSASSIN_HTML_ENTITY_TABLE_H

/* The character references that Perl's HTML::Entities knows (HTML 4.01, section 24, and "apos"), sorted by name: NAME, code point, whether the semicolon belongs to the name. */
#define SA_HTML_ENTITIES(X) \
	X(AElig, 198, 0) X(Aacute, 193, 0) X(Acirc, 194, 0) X(Agrave, 192, 0) X(Alpha, 913, 1) X(Aring, 197, 0) X(Atilde, 195, 0) X(Auml, 196, 0) \
	X(Beta, 914, 1) X(Ccedil, 199, 0) X(Chi, 935, 1) X(Dagger, 8225, 1) X(Delta, 916, 1) X(ETH, 208, 0) X(Eacute, 201, 0) X(Ecirc, 202, 0) \
	X(Egrave, 200, 0) X(Epsilon, 917, 1) X(Eta, 919, 1) X(Euml, 203, 0) X(Gamma, 915, 1) X(Iacute, 205, 0) X(Icirc, 206, 0) X(Igrave, 204, 0) \
	X(Iota, 921, 1) X(Iuml, 207, 0) X(Kappa, 922, 1) X(Lambda, 923, 1) X(Mu, 924, 1) X(Ntilde, 209, 0) X(Nu, 925, 1) X(OElig, 338, 1) X(Oacute, 211, 0) \
	X(Ocirc, 212, 0) X(Ograve, 210, 0) X(Omega, 937, 1) X(Omicron, 927, 1) X(Oslash, 216, 0) X(Otilde, 213, 0) X(Ouml, 214, 0) X(Phi, 934, 1) \
	X(Pi, 928, 1) X(Prime, 8243, 1) X(Psi, 936, 1) X(Rho, 929, 1) X(Scaron, 352, 1) X(Sigma, 931, 1) X(THORN, 222, 0) X(Tau, 932, 1) X(Theta, 920, 1) \
	X(Uacute, 218, 0) X(Ucirc, 219, 0) X(Ugrave, 217, 0) X(Upsilon, 933, 1) X(Uuml, 220, 0) X(Xi, 926, 1) X(Yacute, 221, 0) X(Yuml, 376, 1) \
	X(Zeta, 918, 1) X(aacute, 225, 0) X(acirc, 226, 0) X(acute, 180, 0) X(aelig, 230, 0) X(agrave, 224, 0) X(alefsym, 8501, 1) X(alpha, 945, 1) \
	X(amp, 38, 0) X(and, 8743, 1) X(ang, 8736, 1) X(apos, 39, 0) X(aring, 229, 0) X(asymp, 8776, 1) X(atilde, 227, 0) X(auml, 228, 0) X(bdquo, 8222, 1) \
	X(beta, 946, 1) X(brvbar, 166, 0) X(bull, 8226, 1) X(cap, 8745, 1) X(ccedil, 231, 0) X(cedil, 184, 0) X(cent, 162, 0) X(chi, 967, 1) X(circ, 710, 1) \
	X(clubs, 9827, 1) X(cong, 8773, 1) X(copy, 169, 0) X(crarr, 8629, 1) X(cup, 8746, 1) X(curren, 164, 0) X(dArr, 8659, 1) X(dagger, 8224, 1) \
	X(darr, 8595, 1) X(deg, 176, 0) X(delta, 948, 1) X(diams, 9830, 1) X(divide, 247, 0) X(eacute, 233, 0) X(ecirc, 234, 0) X(egrave, 232, 0) \
	X(empty, 8709, 1) X(emsp, 8195, 1) X(ensp, 8194, 1) X(epsilon, 949, 1) X(equiv, 8801, 1) X(eta, 951, 1) X(eth, 240, 0) X(euml, 235, 0) \
	X(euro, 8364, 1) X(exist, 8707, 1) X(fnof, 402, 1) X(forall, 8704, 1) X(frac12, 189, 0) X(frac14, 188, 0) X(frac34, 190, 0) X(frasl, 8260, 1) \
	X(gamma, 947, 1) X(ge, 8805, 1) X(gt, 62, 0) X(hArr, 8660, 1) X(harr, 8596, 1) X(hearts, 9829, 1) X(hellip, 8230, 1) X(iacute, 237, 0) \
	X(icirc, 238, 0) X(iexcl, 161, 0) X(igrave, 236, 0) X(image, 8465, 1) X(infin, 8734, 1) X(int, 8747, 1) X(iota, 953, 1) X(iquest, 191, 0) \
	X(isin, 8712, 1) X(iuml, 239, 0) X(kappa, 954, 1) X(lArr, 8656, 1) X(lambda, 955, 1) X(lang, 9001, 1) X(laquo, 171, 0) X(larr, 8592, 1) \
	X(lceil, 8968, 1) X(ldquo, 8220, 1) X(le, 8804, 1) X(lfloor, 8970, 1) X(lowast, 8727, 1) X(loz, 9674, 1) X(lrm, 8206, 1) X(lsaquo, 8249, 1) \
	X(lsquo, 8216, 1) X(lt, 60, 0) X(macr, 175, 0) X(mdash, 8212, 1) X(micro, 181, 0) X(middot, 183, 0) X(minus, 8722, 1) X(mu, 956, 1) \
	X(nabla, 8711, 1) X(nbsp, 160, 0) X(ndash, 8211, 1) X(ne, 8800, 1) X(ni, 8715, 1) X(not, 172, 0) X(notin, 8713, 1) X(nsub, 8836, 1) \
	X(ntilde, 241, 0) X(nu, 957, 1) X(oacute, 243, 0) X(ocirc, 244, 0) X(oelig, 339, 1) X(ograve, 242, 0) X(oline, 8254, 1) X(omega, 969, 1) \
	X(omicron, 959, 1) X(oplus, 8853, 1) X(or, 8744, 1) X(ordf, 170, 0) X(ordm, 186, 0) X(oslash, 248, 0) X(otilde, 245, 0) X(otimes, 8855, 1) \
	X(ouml, 246, 0) X(para, 182, 0) X(part, 8706, 1) X(permil, 8240, 1) X(perp, 8869, 1) X(phi, 966, 1) X(pi, 960, 1) X(piv, 982, 1) X(plusmn, 177, 0) \
	X(pound, 163, 0) X(prime, 8242, 1) X(prod, 8719, 1) X(prop, 8733, 1) X(psi, 968, 1) X(quot, 34, 0) X(rArr, 8658, 1) X(radic, 8730, 1) \
	X(rang, 9002, 1) X(raquo, 187, 0) X(rarr, 8594, 1) X(rceil, 8969, 1) X(rdquo, 8221, 1) X(real, 8476, 1) X(reg, 174, 0) X(rfloor, 8971, 1) \
	X(rho, 961, 1) X(rlm, 8207, 1) X(rsaquo, 8250, 1) X(rsquo, 8217, 1) X(sbquo, 8218, 1) X(scaron, 353, 1) X(sdot, 8901, 1) X(sect, 167, 0) \
	X(shy, 173, 0) X(sigma, 963, 1) X(sigmaf, 962, 1) X(sim, 8764, 1) X(spades, 9824, 1) X(sub, 8834, 1) X(sube, 8838, 1) X(sum, 8721, 1) \
	X(sup, 8835, 1) X(sup1, 185, 0) X(sup2, 178, 0) X(sup3, 179, 0) X(supe, 8839, 1) X(szlig, 223, 0) X(tau, 964, 1) X(there4, 8756, 1) X(theta, 952, 1) \
	X(thetasym, 977, 1) X(thinsp, 8201, 1) X(thorn, 254, 0) X(tilde, 732, 1) X(times, 215, 0) X(trade, 8482, 1) X(uArr, 8657, 1) X(uacute, 250, 0) \
	X(uarr, 8593, 1) X(ucirc, 251, 0) X(ugrave, 249, 0) X(uml, 168, 0) X(upsih, 978, 1) X(upsilon, 965, 1) X(uuml, 252, 0) X(weierp, 8472, 1) \
	X(xi, 958, 1) X(yacute, 253, 0) X(yen, 165, 0) X(yuml, 255, 0) X(zeta, 950, 1) X(zwj, 8205, 1) X(zwnj, 8204, 1)

#endif
