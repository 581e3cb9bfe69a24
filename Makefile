# The index of daily tasks. `make` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test check format contracts e2e screenshots pictures bench bench-mux bench-peers load fuzz kills impair bench-network

# The server gets the first core, whoever loads it the second. A machine with one core has to share it.
PIN = $(if $(filter 1,$(shell nproc)),,taskset -c 1)
SERVER_CORE = $(if $(filter 1,$(shell nproc)),,--server-core 0)

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

run: ## build and start everything
	./run.sh

test: ## install what tests need, run all of them
	./test.sh

check: ## formatting, linters, types, size budget; warnings are errors
	dotnet restore AfterSales.Video.sln --nologo -v quiet
	dotnet format AfterSales.Video.sln --verify-no-changes --no-restore
	cd web-client && npm run --silent lint && npm run --silent typecheck && npm run --silent build >/dev/null && npm run --silent size

format: ## put the formatting right
	dotnet format AfterSales.Video.sln
	cd web-client && npm run --silent lint -- --fix

contracts: ## write the TypeScript contracts and the OpenAPI document from the C# ones
	UPDATE_CONTRACTS=1 dotnet test tests/AfterSales.Video.Contracts.Tests --nologo
	UPDATE_CONTRACTS=1 dotnet test tests/AfterSales.Video.Server.IntegrationTests --nologo --filter FullyQualifiedName~ApiDocumentTests

e2e: ## end to end in real browsers; GREP=pattern picks tests
	./test.sh e2e

screenshots: ## every page and state, both languages, phone and desktop, into artifacts/screenshots
	cd web-client && npm run --silent screenshots

pictures: ## the README's two pictures, taken in a real call, into docs/images
	cd web-client && README_PICTURES=1 npx playwright test e2e/readme-pictures.spec.ts

bench: ## benchmarks: SRTP, forwarding, recording, the whole hub, first frame (Markdown tables)
	dotnet build src/AfterSales.Video.Server -c Release --nologo -v quiet
	dotnet build tests/AfterSales.Video.MediaProbe -c Release --nologo -v quiet
	dotnet run -c Release --project tests/AfterSales.Video.Benchmarks -- all
	cd web-client && npm run --silent build >/dev/null && FIRST_FRAME_CALLS=20 FIRST_FRAME_BOUND_MS=500 npx playwright test e2e/first-frame.spec.ts

bench-mux: ## from the end of a 10-minute call to what plays: time, processor, memory
	dotnet build tests/AfterSales.Video.MediaProbe -c Release --nologo -v quiet
	folder=$$(mktemp -d) && tests/AfterSales.Video.MediaProbe/bin/Release/net10.0/AfterSales.Video.MediaProbe mux-benchmark $$folder $(or $(SECONDS_OF_CALL),600) H264; rm -rf $$folder

bench-network: ## every bad-network level of MEDIA.md with Chromium at both ends, a minute each, into artifacts/network
	dotnet build src/AfterSales.Video.Server -c Release --nologo -v quiet
	dotnet build tests/AfterSales.Video.MediaProbe -c Release --nologo -v quiet
	cd web-client && npm run --silent build >/dev/null && NETWORK_SECONDS=$(or $(NETWORK_SECONDS),60) npx playwright test e2e/network.spec.ts

bench-peers: CALLS ?= 1,10,25,40
bench-peers: UP_TO ?= 50,75,100
bench-peers: ## ours and Janus under the same recorded calls, each on one core, then our knee: make bench-peers CALLS=1,10 UP_TO=25 STEP_SECONDS=5 SETTLE=5
	bash -c 'source scripts/lib.sh && install_missing janus=janus ffmpeg=ffmpeg taskset=util-linux'
	dotnet build src/AfterSales.Video.Server -c Release --nologo -v quiet
	dotnet build tests/AfterSales.Video.Load -c Release --nologo -v quiet
	$(PIN) dotnet tests/AfterSales.Video.Load/bin/Release/net10.0/AfterSales.Video.Load.dll peers $(SERVER_CORE) \
	  --calls $(CALLS) --up-to $(UP_TO) --seconds $(or $(STEP_SECONDS),20) --settle $(or $(SETTLE),45) --codec $(or $(CODEC),VP8)

load: ## calls on any server: make load ARGS='whip --whip http://…/{call}-{role}/whip --whep http://…/{call}-{other}/whep'; without ARGS it explains itself
	dotnet run -c Release --project tests/AfterSales.Video.Load -- $(ARGS)

fuzz: ## fuzz every parser, as long as you like: make fuzz FUZZ_SECONDS=3600
	dotnet run -c Release --project tests/AfterSales.Video.Fuzz -- --seconds $(or $(FUZZ_SECONDS),600) --seed $$RANDOM

impair: ## a bad network before a running hub's media port: make impair SCRIPT=file PORT=5090 HUB=5081 (script format: TestKit/Network/LinkScript.cs)
	dotnet build tests/AfterSales.Video.MediaProbe --nologo -v quiet
	tests/AfterSales.Video.MediaProbe/bin/Debug/net10.0/AfterSales.Video.MediaProbe impair $(or $(PORT),5090) $(or $(HUB),5081) $(or $(SCRIPT),/dev/null) $(or $(SEED),1)

kills: ## kill a recorder a hundred times at random moments and read what is left: make kills KILLS=100
	dotnet build tests/AfterSales.Video.Recording.Tests --nologo -v quiet
	RECORDER_KILLS=$(or $(KILLS),100) dotnet run --no-build --project tests/AfterSales.Video.Recording.Tests -- -class '*KilledRecorderTests' -diagnostics
