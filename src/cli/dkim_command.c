/* winnow dkim: keys for signing, and what to publish for them. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/dkim_signature.h"
#include "auth/dkim_signer.h"
#include "cli/cli.h"

#define STRING_MAX 255 /* of one character-string in a TXT record: RFC 1035, 3.3 */

static const char usage_text[] =
	"usage: winnow dkim keygen --domain DOMAIN --selector SELECTOR --file KEYFILE [--type rsa|ed25519] [--bits N]\n"
	"       winnow dkim record --domain DOMAIN --selector SELECTOR --file KEYFILE\n\n"
	"keygen  makes a private key in a new file that only its owner may read, and prints what belongs into the DNS and into the configuration\n"
	"record  prints that for a key that is there\n\n"
	"  --type   rsa (default; every receiver knows it) or ed25519 (RFC 8463; beside an RSA key)\n"
	"  --bits   of an RSA key, 2048 (default) to 4096\n";

struct dkim_options {
	const char *domain, *selector, *file, *type;
	unsigned bits;
};

static const struct option long_options[] = {
	{ "domain", required_argument, NULL, 'd' }, { "selector", required_argument, NULL, 's' }, { "file", required_argument, NULL, 'f' }, { "type", required_argument, NULL, 't' },
	{ "bits", required_argument, NULL, 'b' },   { "help", no_argument, NULL, 'h' },           { NULL, 0, NULL, 0 },
};

static int fail(const char *what)
{
	fprintf(stderr, "winnow dkim: %s\n", what);
	return 1;
}

/* As a line of a zone file. */
static void print_record(struct span name, struct span text)
{
	printf("%.*s. IN TXT (", SPAN_ARG(name));
	while (text.len != 0) {
		printf(" \"%.*s\"", SPAN_ARG(span_sub(text, 0, STRING_MAX)));
		text = span_from(text, STRING_MAX);
	}
	puts(" )");
}

static int print_key(const struct dkim_options *o)
{
	struct arena *arena = arena_new(0);
	struct dkim_signature names = { .domain = dkim_domain_ascii(arena, span_of(o->domain)), .selector = dkim_domain_ascii(arena, span_of(o->selector)) };
	struct sign_key key = { .pkey = NULL };
	struct span name = dkim_signature_key_name(arena, &names);
	struct err err;
	bool readable, ok = sign_key_load(&key, o->file, &readable, &err);

	if (ok) {
		puts("; for the zone:");
		print_record(name, sign_key_record(&key, arena));
		printf("\n-- for the configuration:\ndkim_key \"%s-%s\" { domains = { \"%s\" }, selector = \"%s\", file = \"%s\" }\n", o->domain, o->selector, o->domain, o->selector, o->file);
		if (readable)
			fprintf(stderr, "winnow dkim: everybody on this machine may read %s\n", o->file);
	} else {
		fail(err.text);
	}
	sign_key_clear(&key);
	arena_free(&arena);
	return ok ? 0 : 1;
}

static int keygen(const struct dkim_options *o)
{
	EVP_PKEY *pkey;
	FILE *out;
	bool ok;
	int fd;

	if (strcmp(o->type, "rsa") != 0 && strcmp(o->type, "ed25519") != 0)
		return fail("--type is rsa or ed25519");
	if (o->bits < 2048 || o->bits > 4096)
		return fail("--bits is 2048 to 4096: many receivers take no longer ones, and shorter ones are broken soon");
	fd = open(o->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* a key that is in use is never overwritten */
	if (fd < 0) {
		fprintf(stderr, "winnow dkim: %s: %s\n", o->file, strerror(errno));
		return 1;
	}
	pkey = strcmp(o->type, "rsa") == 0 ? EVP_RSA_gen(o->bits) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	out = fdopen(fd, "w");
	ok = pkey != NULL && out != NULL && PEM_write_PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL) == 1;
	ok = out != NULL && fclose(out) == 0 && ok;
	EVP_PKEY_free(pkey);
	if (!ok) {
		unlink(o->file);
		return fail("the key could not be made or written");
	}
	return print_key(o);
}

static bool set_option(struct dkim_options *o, int opt)
{
	uint64_t bits;

	switch (opt) {
	case 'd': o->domain = optarg; break;
	case 's': o->selector = optarg; break;
	case 'f': o->file = optarg; break;
	case 't': o->type = optarg; break;
	default:
		if (!span_uint(span_of(optarg), 100000, &bits))
			return false;
		o->bits = (unsigned)bits;
		break;
	}
	return true;
}

static bool are_names(const struct dkim_options *o)
{
	struct arena *arena = arena_new(0);
	bool ok = dkim_domain_ascii(arena, span_of(o->domain)).len != 0 && dkim_domain_ascii(arena, span_of(o->selector)).len != 0;

	arena_free(&arena);
	return ok;
}

int dkim_command(int argc, char **argv)
{
	struct dkim_options o = { .type = "rsa", .bits = 2048 };
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == 'h' || opt == '?' || !set_option(&o, opt)) {
			fputs(usage_text, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : EXIT_USAGE;
		}
	}
	if (argc - optind != 1 || o.domain == NULL || o.selector == NULL || o.file == NULL) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	if (!are_names(&o))
		return fail("--domain or --selector is no name");
	if (strcmp(argv[optind], "keygen") == 0)
		return keygen(&o);
	if (strcmp(argv[optind], "record") == 0)
		return print_key(&o);
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}
