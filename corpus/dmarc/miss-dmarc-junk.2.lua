dmarc { quarantine = "junk", reject = "junk" }
