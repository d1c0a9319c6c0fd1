networks { trusted_relays = { "192.0.2.25" } }
authentication { trusted_authserv_ids = { "mx2.example.org" } }
