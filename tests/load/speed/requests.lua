-- For wrk: sends the requests of a file, one line each, after one another: token, tab, body. Begins behind the first
-- SKIP, and ends when there are no more if ONCE is set. Tells what came of it as JSON.
local requests, last = {}, 0
local once = os.getenv("ONCE")
local at = tonumber(os.getenv("SKIP") or "0")

function init()
    for line in io.lines(os.getenv("REQUESTS")) do
        local token, body = line:match("^(.-)\t(.*)$")
        local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token }
        last = last + 1
        requests[last] = wrk.format("POST", "/graphql", headers, body)
    end
end

function request()
    at = at + 1
    if at > last then
        if once then
            wrk.thread:stop()
            return requests[last]
        end
        at = 1
    end
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    print(string.format('RESULT {"requests": %d, "seconds": %f, "failed": %d, "bytes": %d, "p50": %f, "p99": %f}', summary.requests,
        summary.duration / 1e6, failed, summary.bytes, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
