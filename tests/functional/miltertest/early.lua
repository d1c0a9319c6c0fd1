-- Unknown commands, and a server that goes away at every point.
local steps = {
	function(c) return mt.negotiate(c, nil, nil, nil) end,
	function(c) return mt.conninfo(c, "client.example.com", "192.0.2.10") end,
	function(c) return mt.helo(c, "client.example.com") end,
	function(c) return mt.mailfrom(c, "<sender@example.com>") end,
	function(c) return mt.rcptto(c, "<plain@test.local>") end,
	function(c) return mt.data(c) end,
	function(c) return mt.header(c, "Subject", "Going away") end,
	function(c) return mt.eoh(c) end,
	function(c) return mt.bodyrandom(c, 200000) end,
}
for _, polite in ipairs({ true, false }) do
	for last = 0, #steps do
		local conn = mt.connect("inet:" .. port .. "@127.0.0.1")
		assert(conn, "no connection")
		for at = 1, last do
			assert(steps[at](conn) == nil, "step " .. at)
		end
		mt.disconnect(conn, polite)
	end
end
-- A server that cannot leave unknown commands out (0x100) sends them.
local conn = mt.connect("inet:" .. port .. "@127.0.0.1")
assert(conn, "no connection")
assert(mt.negotiate(conn, nil, nil, 0x7F) == nil, "negotiation")
for at = 2, 3 do
	assert(steps[at](conn) == nil, "step " .. at)
end
assert(mt.unknown(conn, "XYZZY plugh") == nil, "unknown command")
assert(mt.getreply(conn) == SMFIR_CONTINUE, "reply to the unknown command")
for at = 4, #steps do
	assert(steps[at](conn) == nil, "step " .. at)
end
assert(mt.eom(conn) == nil, "eom")
mt.disconnect(conn)
