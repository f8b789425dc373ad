-- wrk: sign-ins with right passwords, one user after another.
local count = tonumber(os.getenv("BENCH_USERS"))
local thread_id = 0
local next_user = 0
function setup(thread)
  thread:set("offset", thread_id * 7)
  thread_id = thread_id + 1
end
function request()
  next_user = (next_user + 1) % count
  local body = string.format('{"email":"bench%d@example.com","password":"correct horse battery staple 9"}', next_user)
  return wrk.format("POST", "/v1/sign-in", { ["Content-Type"] = "application/json" }, body)
end
function done(summary, latency, requests)
  io.write(string.format("non2xx %d\n", summary.errors.status))
end
