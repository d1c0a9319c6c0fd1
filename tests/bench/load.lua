-- wrk script: sends the ready-made requests of a pack file one after the other, checks every reply, and lets the last
-- ones finish before wrk stops, so that the CPU time of a round belongs to exactly the replies counted in it.
--
--   wrk -t 1 -c N -d (SECONDS + drain)s -s load.lua URL -- PACK START SECONDS
--
-- PACK: records "%010d\n" (length) + request. START: index of the first one (0-based). SECONDS: how long to send.
-- Prints one line "RESULT {json}".
local ffi = require("ffi")
ffi.cdef [[
struct winnow_timespec { long seconds; long nanoseconds; };
int clock_gettime(int clock, struct winnow_timespec *time);
]]

local MONOTONIC = 1
local IDLE_MS = 3600 * 1000
local HEADER_SIZE = 11
local PREFIX = '"action"' -- every scan reply has it; an error reply has none
local clock = ffi.new("struct winnow_timespec")
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function now()
  ffi.C.clock_gettime(MONOTONIC, clock)
  return tonumber(clock.seconds) + tonumber(clock.nanoseconds) / 1e9
end

local function read_pack(path)
  local requests = {}
  local file = assert(io.open(path, "rb"))
  while true do
    local header = file:read(HEADER_SIZE)
    if not header then break end
    local size = assert(tonumber(header), "bad pack file")
    local body = file:read(size)
    assert(body and #body == size, "short pack file")
    requests[#requests + 1] = body
  end
  file:close()
  assert(#requests > 0, "empty pack file")
  return requests
end

-- Globals: wrk reads them from each thread's state when it is done.
function init(args)
  requests = read_pack(args[1])
  position = tonumber(args[2]) % #requests
  seconds = tonumber(args[3])
  started, completed, bad, bytes_in = 0, 0, 0, 0
  first_at, last_at, first_bad = 0, 0, ""
end

function delay()
  if first_at > 0 and now() - first_at >= seconds then
    return IDLE_MS
  end
  return 0
end

function request()
  if first_at == 0 then
    -- wrk asks for one request before it connects, to count pipelined ones; that one is not sent.
    if not probed then
      probed = true
      return requests[1]
    end
    first_at = now()
  end
  local body = requests[position + 1]
  position = (position + 1) % #requests
  started = started + 1
  bytes_in = bytes_in + #body
  return body
end

function response(status, headers, body)
  completed = completed + 1
  last_at = now()
  if status ~= 200 or not body:find(PREFIX, 1, true) then
    bad = bad + 1
    if first_bad == "" then
      first_bad = status .. " " .. body:sub(1, 160):gsub('[%c"\\]', " ")
    end
  end
end

function done(summary, latency)
  local total = { started = 0, completed = 0, bad = 0, bytes_in = 0 }
  local from, to, what = math.huge, 0, ""
  for _, thread in ipairs(threads) do
    for name, value in pairs(total) do
      total[name] = value + thread:get(name)
    end
    from, to = math.min(from, thread:get("first_at")), math.max(to, thread:get("last_at"))
    if what == "" then what = thread:get("first_bad") end
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"started":%d,"completed":%d,"bad":%d,"bytes_in":%d,"elapsed":%.6f,"p50_us":%d,"p99_us":%d,"max_us":%d,'
      .. '"connect":%d,"read":%d,"write":%d,"timeout":%d,"first_bad":"%s"}\n',
    total.started, total.completed, total.bad, total.bytes_in, to - from, latency:percentile(50),
    latency:percentile(99), latency.max, errors.connect, errors.read, errors.write, errors.timeout, what))
end
