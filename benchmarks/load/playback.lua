-- Plays requests back out of a file, each once: eight digits of length, then the request as it travels.
-- Arguments: the file, and "endless" where it is to begin anew when it is used up.

local played, position, is_endless = {}, 0, false

function init(args)
  local file = assert(io.open(args[1], "rb"))
  is_endless = args[2] == "endless"
  while true do
    local length = file:read(8)
    if not length then break end
    played[#played + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  position = position + 1
  if position > #played then
    if is_endless then position = 1 else wrk.thread:stop() position = #played end
  end
  return played[position]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answered": %d, "refused": %d, "broken": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests - errors.status, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
