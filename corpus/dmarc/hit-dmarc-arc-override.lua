dmarc { trusted_sealers = { "example.net" } }
