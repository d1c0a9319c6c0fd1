authentication { authserv_id = "mx.example.org" }
