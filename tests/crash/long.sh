# What the long crash runs share: the build that knows failpoints, and the packages of the tests. Sourced by tests/long/*.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../script/common.sh"

run_long() {
  case " $* " in *" --help "* | *" -h "*)
    sed -n '2s/^# //p' "$root/tests/long/$1"
    exit 0
    ;;
  esac
  build_preset dev gatehouse
  cd "$root/tests"
  [[ node_modules/.package-lock.json -nt package-lock.json ]] || npm ci --no-audit --no-fund --loglevel=error
  exec node crash/long.mjs "$@"
}
