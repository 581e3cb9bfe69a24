#!/usr/bin/env bash
# Builds and starts AfterSales.Video on this machine: ./run.sh [--sample] [--data FOLDER] [--Section:Key=value …]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/lib.sh

install_missing ffmpeg=ffmpeg ffprobe=ffmpeg '/usr/lib/*/libssl.so.3*=libssl3' '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core'
require_sdks
install_web_packages
build_web_client
say "building the server"
dotnet build src/AfterSales.Video.Server -c Release --nologo -v quiet -clp:ErrorsOnly
# The first generation is as large as the processor's cache unless told otherwise: 15 MiB more for an idle hub on a server's processor. No runtimeconfig setting exists for it.
export DOTNET_GCgen0size="${DOTNET_GCgen0size:-0x800000}"
exec dotnet src/AfterSales.Video.Server/bin/Release/net10.0/AfterSales.Video.Server.dll "$@"
