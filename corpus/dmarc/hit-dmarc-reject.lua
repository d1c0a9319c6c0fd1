dmarc { reject = "reject" }
