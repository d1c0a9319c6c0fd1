dmarc { quarantine = "junk", reject = "reject" }
