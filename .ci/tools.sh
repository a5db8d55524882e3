# Sourced by checks whose programs are installed where the machine lets us. PRUNE_LAB_REQUIRE_CLUSTERS=1, which .ci/run sets
# on such a machine, makes it a failure that one is missing.

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# Packages of Debian's, without services of their own.
install_packages() {
  can_install || return 1
  [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; }
  { apt-get install -y -qq --no-install-recommends "$@" ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; }; } >&2
}

# What is not checked, and why.
left_out() {
  if [ "${PRUNE_LAB_REQUIRE_CLUSTERS:-}" = 1 ]; then echo "FAILED: $1"; exit 1; fi
  echo "LEFT OUT: $1"
}
