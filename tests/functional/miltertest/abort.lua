-- Aborts at every point of a transaction, several messages on one connection.
local steps = {
	function(c) return mt.mailfrom(c, "<sender@example.com>") end,
	function(c) return mt.rcptto(c, "<ext@test.local>") end,
	function(c) return mt.data(c) end,
	function(c) return mt.header(c, "Subject", "Abandoned") end,
	function(c) return mt.eoh(c) end,
	function(c) return mt.bodystring(c, "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n") end,
}

function begin()
	local conn = mt.connect("inet:" .. port .. "@127.0.0.1")
	assert(conn, "no connection")
	assert(mt.negotiate(conn, nil, nil, nil) == nil, "negotiation")
	assert(mt.conninfo(conn, "client.example.com", "192.0.2.10") == nil)
	assert(mt.helo(conn, "client.example.com") == nil)
	return conn
end

function whole(conn, body, want, name)
	assert(mt.mailfrom(conn, "<sender@example.com>") == nil, name .. ": mail")
	assert(mt.rcptto(conn, "<plain@test.local>") == nil, name .. ": rcpt")
	assert(mt.data(conn) == nil, name .. ": data")
	assert(mt.header(conn, "From", "John <john@example.com>") == nil, name .. ": header")
	assert(mt.header(conn, "Subject", "Hello") == nil, name .. ": header")
	assert(mt.header(conn, "Message-ID", "<1@example.com>") == nil, name .. ": header")
	assert(mt.eoh(conn) == nil, name .. ": eoh")
	assert(mt.bodystring(conn, body) == nil, name .. ": body")
	assert(mt.eom(conn) == nil, name .. ": eom")
	local reply = mt.getreply(conn)
	assert(reply == want or (want == SMFIR_ACCEPT and reply == SMFIR_CONTINUE), name .. ": reply " .. reply)
end

local conn = begin()
for last = 1, #steps do
	for at = 1, last do
		assert(steps[at](conn) == nil, "step " .. at)
	end
	assert(mt.abort(conn) == nil, "abort after step " .. last)
	whole(conn, "Good morning.\r\n", SMFIR_ACCEPT, "after abort at step " .. last)
	assert(not mt.eom_check(conn, MT_RCPTDELETE, "<ext@test.local>"), "recipients of the abandoned message remain")
end
assert(mt.abort(conn) == nil, "abort outside of a transaction")
assert(mt.abort(conn) == nil, "abort twice")
whole(conn, "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n", SMFIR_REPLYCODE, "refused")
whole(conn, "Good evening.\r\n", SMFIR_ACCEPT, "after the refusal")
mt.disconnect(conn)
