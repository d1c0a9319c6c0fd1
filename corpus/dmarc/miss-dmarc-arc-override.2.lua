dmarc { trusted_sealers = { "other.example", "s.example.net" } }
