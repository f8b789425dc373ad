-- wrk: one GET after another, each with the next of many tokens.
local requests = {}
local at = 0
function init()
  for line in io.lines(os.getenv("BENCH_TOKENS")) do
    requests[#requests + 1] = wrk.format("GET", nil, { ["Host"] = wrk.headers["Host"], ["Authorization"] = "Bearer " .. line })
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
