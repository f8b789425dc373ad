-- wrk: sign-ins with right passwords, one user after another; from the device that each knows, where BENCH_DEVICES names a file of their tokens.
local count = tonumber(os.getenv("BENCH_USERS"))
local devices = {}
if os.getenv("BENCH_DEVICES") then
  for token in io.lines(os.getenv("BENCH_DEVICES")) do devices[#devices + 1] = string.format(',"device_token":"%s"', token) end
end
local thread_id = 0
local next_user = 0
function setup(thread)
  thread:set("offset", thread_id * 7)
  thread_id = thread_id + 1
end
function request()
  next_user = (next_user + 1) % count
  local body = string.format('{"email":"bench%d@example.com","password":"correct horse battery staple 9"%s}', next_user, devices[next_user + 1] or "")
  return wrk.format("POST", "/v1/sign-in", { ["Content-Type"] = "application/json" }, body)
end
function done(summary, latency, requests)
  io.write(string.format("non2xx %d\n", summary.errors.status))
end
