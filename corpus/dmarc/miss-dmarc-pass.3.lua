authentication { trusted_authserv_ids = { "mx2.example.org" } }
