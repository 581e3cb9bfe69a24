#!/usr/bin/env bash
# Runs every ```sh block of docs/api.md, in order and in one shell, against a fresh hub: the document is true or this fails.
# usage: tests/api-walkthrough.sh [path of AfterSales.Video.Server.dll]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dll=${1:-$root/src/AfterSales.Video.Server/bin/Debug/net10.0/AfterSales.Video.Server.dll}
work=$(mktemp -d)
cd "$work"
dotnet "$dll" --data "$work/data" --Http:Port=0 --Https:Port=-1 --Media:UdpPort=0 --Media:TcpPort=-1 >hub.log 2>&1 &
hub=$!
trap 'kill $hub 2>/dev/null; wait $hub 2>/dev/null || true; rm -rf "$work"' EXIT

for _ in $(seq 300); do
  grep -q 'Stop with Ctrl+C' hub.log && break
  kill -0 $hub 2>/dev/null || { cat hub.log; exit 1; }
  sleep 0.2
done
url=$(grep -oP 'On this computer:\s+\Khttp://[^/]+' hub.log)
ONE_TIME_PASSWORD=$(grep -oP 'one-time password:\s*\K\S+' hub.log)
PASSWORD=Blue-kettle-27-orchard

# -f makes curl fail on a refusal; HUB is where this hub really is.
awk '/^```sh$/ {on=1; next} /^```$/ {on=0} on' "$root/docs/api.md" \
  | sed -e "s#^HUB=.*#HUB=$url#" -e 's/curl -s/curl -sf/g' >walk.sh
# Cookies are Secure; curl sends them over HTTP to localhost only.
# Quiet when it goes well: the trace is only worth reading when a step fails.
exec 9>walk.trace
BASH_XTRACEFD=9
trap 'status=$?; ((status)) && tail -n 20 walk.trace | cut -c1-400; kill $hub 2>/dev/null; wait $hub 2>/dev/null || true; rm -rf "$work"; exit $status' EXIT
set -x
# shellcheck disable=SC1091
. ./walk.sh >walk.out
set +x
[ -n "$CALL" ] && [ -n "$TICKET" ] && grep -q '"state":"live"' walk.out && grep -q agent_hung_up walk.out
echo "docs/api.md is true"
