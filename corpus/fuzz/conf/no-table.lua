named "x"
