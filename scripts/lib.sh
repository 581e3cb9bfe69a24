# Shared by run.sh and test.sh. Sourced, not run. Needs nothing but bash.

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf '\033[31merror:\033[0m %s\n' "$*" >&2; exit 1; }

# install_missing "command-or-file=debian-package" …: installs with the system's package manager what is not there yet.
install_missing() {
  local missing=() pair probe package
  for pair in "$@"; do
    probe=${pair%%=*} package=${pair#*=}
    if [[ $probe == /* ]]; then compgen -G "$probe" >/dev/null || missing+=("$package")
    else command -v "$probe" >/dev/null || missing+=("$package"); fi
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || fail "please install these Debian packages' equivalents first: ${missing[*]}"
  local sudo=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "please run as root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  say "installing with apt-get: ${missing[*]}"
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

require_sdks() {
  command -v dotnet >/dev/null || fail "the .NET SDK 10 is missing (https://dot.net/download)"
  local sdk node
  sdk=$(dotnet --version)
  ((${sdk%%.*} >= 10)) || fail ".NET SDK 10 or newer is needed, this is $sdk"
  command -v npm >/dev/null || fail "Node.js 20 or newer with npm is missing (https://nodejs.org)"
  node=$(node --version)
  node=${node#v}
  ((${node%%.*} >= 20)) || fail "Node.js 20 or newer is needed, this is $node"
}

# npm ci in a folder, again only when its lock file has changed. Further arguments go to npm.
install_packages() {
  local folder=$1 stamp=$1/node_modules/.installed-from lock
  shift
  lock=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
  [[ -f $stamp && $(<"$stamp") == "$lock" ]] && return 0
  say "installing the packages of $folder (npm ci)"
  (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error "$@") || return
  printf %s "$lock" >"$stamp"
}

install_web_packages() { install_packages web-client; }

# Azurite and s3rver, which the storage tests run against.
install_test_stores() { install_packages tests/stores --ignore-scripts; }

# vite build, again only when a source is newer than the result.
build_web_client() {
  local built=web-client/dist/buyer-page/index.html
  if [[ -f $built && -z $(find web-client/src web-client/public web-client/vite.config.ts web-client/package-lock.json -newer "$built" -print -quit 2>/dev/null) ]]; then
    return 0
  fi
  say "building the web client"
  (cd web-client && npm run --silent build >/dev/null)
}
