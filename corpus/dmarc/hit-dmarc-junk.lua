dmarc { reject = "junk" }
