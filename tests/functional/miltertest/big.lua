-- Bodies in many chunks, and headers of odd forms. (miltertest itself takes no header above 1 KiB.)
local conn = mt.connect("inet:" .. port .. "@127.0.0.1")
assert(conn, "no connection")
mt.set_timeout(60)
assert(mt.negotiate(conn, nil, nil, nil) == nil, "negotiation")
assert(mt.conninfo(conn, nil, "2001:db8::1") == nil or mt.conninfo(conn, nil, "unspec") == nil)
assert(mt.helo(conn, "client.example.com") == nil)
for round = 1, 2 do
	assert(mt.mailfrom(conn, "<>") == nil)
	assert(mt.rcptto(conn, "<plain@test.local>") == nil)
	assert(mt.header(conn, "From", "John <john@example.com>") == nil)
	assert(mt.header(conn, "Subject", "Folded\n\tover\n lines") == nil)
	assert(mt.header(conn, "Message-ID", "<1@example.com>") == nil)
	assert(mt.header(conn, "X-Empty", "") == nil)
	assert(mt.header(conn, "X-Long", string.rep("x", 900)) == nil)
	assert(mt.eoh(conn) == nil)
	for chunk = 1, 40 do
		assert(mt.bodyrandom(conn, 60000) == nil, "chunk " .. chunk)
	end
	assert(mt.eom(conn) == nil)
	local reply = mt.getreply(conn)
	assert(reply == SMFIR_ACCEPT or reply == SMFIR_CONTINUE, "reply " .. reply)
end
mt.disconnect(conn)
