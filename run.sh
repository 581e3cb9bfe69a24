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
exec dotnet src/AfterSales.Video.Server/bin/Release/net10.0/AfterSales.Video.Server.dll "$@"
