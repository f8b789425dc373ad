-- wrk: changes of name, one person after another; BENCH_TOKENS are their session tokens with commas between.
local tokens = {}
for token in os.getenv("BENCH_TOKENS"):gmatch("[^,]+") do tokens[#tokens + 1] = token end
local turn = 0
function request()
  turn = turn + 1
  local body = string.format('{"name":"Name %d"}', turn)
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. tokens[turn % #tokens + 1] }
  return wrk.format("PATCH", "/v1/me", headers, body)
end
