networks { trusted_relays = { "192.0.2.25" } }
