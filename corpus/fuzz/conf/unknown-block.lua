on { }
