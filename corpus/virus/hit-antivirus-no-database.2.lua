antivirus { databases = {} }
