spf { enabled = false }
