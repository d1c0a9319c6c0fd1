/* The options of "winnow rules", and its parts; each gets the arguments behind its own name and returns the exit status. */
#ifndef WINNOW_CLI_RULES_OPTIONS_H
#define WINNOW_CLI_RULES_OPTIONS_H

#include "cli/local.h"

struct rules_options {
	const char *config;
	bool markdown, unsupported, json, dns;
	const char *from, *rcpt, *ip, *helo, *user; /* NULL: not given */
};

/* rules_list.c */
int rules_list(const struct rules_options *, int argc, char **argv);
int rules_show(const struct rules_options *, int argc, char **argv);
/* rules_test.c */
int rules_test(const struct rules_options *, int argc, char **argv);
int rules_try(const struct rules_options *, int argc, char **argv);
int rules_profile(const struct rules_options *, int argc, char **argv);

#endif
