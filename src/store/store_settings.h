/* Settings rows of block "store", and opening what they say. */
#ifndef WINNOW_STORE_STORE_SETTINGS_H
#define WINNOW_STORE_STORE_SETTINGS_H

#include "base/setting.h"
#include "io/loop.h"
#include "store/store.h"

#define STORE_SERVERS_MAX 16

enum store_type { STORE_EMBEDDED, STORE_REDIS };

struct store_settings {
	int type;                           /* enum store_type */
	struct span path;
	int64_t size, spool_size;           /* bytes */
	struct span_list servers, sentinels;
	struct span master, user, password, sentinel_user, sentinel_password, prefix;
	int64_t database, timeout_us;
	bool tls;
	struct span tls_ca, tls_certificate, tls_key, tls_name;
};

extern const struct setting_set store_setting_set;

/*
 * For the controller: opens what is configured, with the spool in front of it where it is another machine's. state: the folder of the daemon's state, in which "store" and "store.spool" lie unless the settings say otherwise. The
 * settings must outlive the store. A Redis that cannot be reached is no error: it is tried again for ever. NULL: the file cannot be opened or what is configured cannot be done.
 */
struct store *store_open(struct loop *, const struct store_settings *, const char *state, struct err *err_r) MUST_USE;

#endif
