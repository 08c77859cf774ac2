-- What wrk sends: the navigation of a current browser, each from the next address of a
-- list, as a proxy in front would name it. Made beforehand, so that wrk stays cheap.

local requests, number = {}, 0

function init(args)
  for address in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", nil, {
      ["Host"] = "localhost",
      ["X-Forwarded-For"] = address,
      ["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8",
      ["Accept-Encoding"] = "gzip, deflate, br, zstd",
      ["Accept-Language"] = "de-DE,de;q=0.9",
      ["Cookie"] = "theme=dark; seen=1",
      ["Sec-Fetch-Dest"] = "document",
      ["Sec-Fetch-Mode"] = "navigate",
      ["Sec-Fetch-Site"] = "none",
      ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
    })
  end
end

function request()
  number = number % #requests + 1
  return requests[number]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    'WRK {"requests": %d, "us": %d, "bytes": %d, "p50": %d, "p99": %d, '
      .. '"refused": %d, "broken": %d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50),
    latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
