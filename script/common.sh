# What every script shares: where the repository is, how a long step is announced, and ccache's settings. Sourced, not run.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '==> %s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}
usage_error() {
  printf '%s: %s (see script/%s --help)\n' "$(basename "$0")" "$*" "$(basename "$0")" >&2
  exit 2
}
# Prints the comment that heads a script, which is its help.
print_help() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }

# A precompiled header's own time would make every object a miss.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_NOHASHDIR=1
export CCACHE_BASEDIR="$root"

# build_preset PRESET [TARGET…]: configures once, then builds quietly; a failure shows the compiler's words.
build_preset() {
  local preset="$1"
  shift
  if [[ ! -f "$root/build/$preset/build.ninja" ]]; then
    say "configuring build/$preset"
    local log
    log="$(mktemp)"
    (cd "$root" && cmake --preset "$preset" -Wno-dev >"$log" 2>&1) || {
      cat "$log"
      rm -f "$log"
      return 1
    }
    rm -f "$log"
  fi
  say "building ${*:-everything} (build/$preset)"
  ninja -C "$root/build/$preset" --quiet "$@"
}
