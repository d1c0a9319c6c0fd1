local base = "a" .. 1
one { flag = false, number = "5", size = "64K", time = 1.5, score = 6.25, text = base, word = "two", list = { "x", base }, scores = { A = -1, ["b c"] = "0.5" } }
named "x" { list = { "y" } }
named { "p", "q" } { number = 3 }
profile { score = 5 }
domain "d" { score = "off", scores = { B = 2 } }
address "u@d" { text = "[SPAM]" }
for i = 1, 9 do address("u" .. i .. "@d") { score = i } end
