spoofing { domains = { "example.net" } }
