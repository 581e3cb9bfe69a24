#!/usr/bin/env bash
# Installs what the tests need and runs all of them. Ends with "N passed, N failed, N skipped".
# ./test.sh            everything
# ./test.sh dotnet     only the .NET tests   (also: checks, web, e2e; several may be named)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/lib.sh

parts=("$@")
((${#parts[@]})) || parts=(dotnet checks web e2e)
wants() { local p; for p in "${parts[@]}"; do [[ $p == "$1" ]] && return 0; done; return 1; }

install_missing ffmpeg=ffmpeg ffprobe=ffmpeg '/usr/lib/*/libssl.so.3*=libssl3' openssl=openssl curl=curl jq=jq make=make git=git strace=strace \
  turnserver=coturn chromium=chromium firefox-esr=firefox-esr python3=python3 '/usr/lib/python3/dist-packages/aiortc=python3-aiortc' \
  '/usr/lib/python3/dist-packages/aiohttp=python3-aiohttp' '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk' \
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core' strace=strace || exit 1
require_sdks
install_web_packages || exit 1
if wants dotnet; then install_test_stores || exit 1; fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0
count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# A step that is no test run of its own counts as one test.
step() {
  local name=$1
  shift
  say "$name"
  if "$@"; then count 1 0 0; else printf '\033[31mFAILED:\033[0m %s\n' "$name"; count 0 1 0; fi
}

run_dotnet() {
  say "building everything (Release, warnings are errors)"
  dotnet restore AfterSales.Video.sln --nologo -v quiet || { count 0 1 0; return; }
  dotnet build AfterSales.Video.sln -c Release --no-restore --nologo -v quiet -clp:ErrorsOnly || { count 0 1 0; return; }
  local project log counts status
  for project in tests/*Tests/*.csproj; do
    local name
    name=$(basename "$project" .csproj)
    say "$name"
    log=$results/$name.log
    dotnet test "$project" -c Release --no-build --nologo --logger 'console;verbosity=normal' --blame-hang-timeout 10m --results-directory "$results/$name" >"$log" 2>&1
    status=$?
    grep -E '^\s+Skipped ' "$log"
    ((status)) && grep -vE '^\s+Passed ' "$log"
    read -r p f s < <(awk '/^ *Passed: /{p+=$2} /^ *Failed: /{f+=$2} /^ *Skipped: /{s+=$2} END{print p+0, f+0, s+0}' "$log")
    ((status && !f)) && f=1
    printf '%s: %d passed, %d failed, %d skipped\n' "$name" "$p" "$f" "$s"
    count "$p" "$f" "$s"
  done
}

run_web() {
  say "web client unit tests"
  (cd web-client && npx vitest run --reporter=default --reporter=json --outputFile.json="$results/vitest.json")
  if [[ -s $results/vitest.json ]]; then
    count "$(jq .numPassedTests "$results/vitest.json")" "$(jq .numFailedTests "$results/vitest.json")" "$(jq .numPendingTests "$results/vitest.json")"
    [[ $(jq .success "$results/vitest.json") == true || $(jq .numFailedTests "$results/vitest.json") != 0 ]] || count 0 1 0
  else
    count 0 1 0
  fi
}

run_e2e() {
  build_web_client || { count 0 1 0; return; }
  [[ -f src/AfterSales.Video.Server/bin/Release/net10.0/AfterSales.Video.Server.dll ]] || dotnet build AfterSales.Video.sln -c Release --nologo -v quiet -clp:ErrorsOnly || { count 0 1 0; return; }
  step "docs/api.md, walked through with curl" bash tests/api-walkthrough.sh "$PWD/src/AfterSales.Video.Server/bin/Release/net10.0/AfterSales.Video.Server.dll"
  say "end to end in real browsers"
  (cd web-client && PLAYWRIGHT_JSON_OUTPUT_NAME="$results/e2e.json" npx playwright test --reporter=list,json)
  if [[ -s $results/e2e.json ]]; then
    count "$(jq '.stats.expected + .stats.flaky' "$results/e2e.json")" "$(jq .stats.unexpected "$results/e2e.json")" "$(jq .stats.skipped "$results/e2e.json")"
    [[ $(jq '.errors | length' "$results/e2e.json") == 0 ]] || count 0 1 0
  else
    count 0 1 0
  fi
}

wants dotnet && run_dotnet
wants checks && step "formatting, linters, types, size budget (make check)" make --no-print-directory check
wants web && run_web
wants e2e && run_e2e

printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0 && passed > 0))
