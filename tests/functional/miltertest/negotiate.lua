-- Negotiation with the oldest and the newest protocol version, and with few rights.
function negotiate(version, actions, steps)
	local conn = mt.connect("inet:" .. port .. "@127.0.0.1")
	assert(conn, "no connection")
	local err = mt.negotiate(conn, version, actions, steps)
	assert(err == nil, "version " .. version .. ": " .. tostring(err))
	return conn
end

function converse(conn, name)
	assert(mt.conninfo(conn, "client.example.com", "192.0.2.10") == nil, name .. ": conninfo")
	assert(mt.getreply(conn) == SMFIR_CONTINUE, name .. ": connect reply")
	assert(mt.helo(conn, "client.example.com") == nil, name .. ": helo")
	assert(mt.mailfrom(conn, "<sender@example.com>") == nil, name .. ": mail")
	assert(mt.getreply(conn) == SMFIR_CONTINUE, name .. ": mail reply")
	assert(mt.rcptto(conn, "<plain@test.local>") == nil, name .. ": rcpt")
	assert(mt.getreply(conn) == SMFIR_CONTINUE, name .. ": rcpt reply")
	assert(mt.header(conn, "From", "john@example.com") == nil, name .. ": header")
	assert(mt.header(conn, "Subject", "Hello") == nil, name .. ": header")
	assert(mt.header(conn, "Message-ID", "<1@example.com>") == nil, name .. ": header")
	assert(mt.eoh(conn) == nil, name .. ": eoh")
	assert(mt.bodystring(conn, "Good morning.\r\n") == nil, name .. ": body")
	assert(mt.eom(conn) == nil, name .. ": eom")
	local reply = mt.getreply(conn)
	assert(reply == SMFIR_ACCEPT or reply == SMFIR_CONTINUE, name .. ": reply " .. reply)
	mt.disconnect(conn)
end

converse(negotiate(2, 0x3f, 0x7f), "version 2")
converse(negotiate(6, 0x1ff, 0x1fffff), "version 6")
converse(negotiate(6, 0x1ff, 0), "version 6 without options")
converse(negotiate(2, 0, 0), "version 2 without rights")
converse(negotiate(6, nil, nil), "the current defaults")
