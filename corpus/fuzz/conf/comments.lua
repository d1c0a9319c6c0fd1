one {
 -- word
 --[==[ number = 
]==] text = [[
]], ["word"] = "twoo" }