.PHONY: contracts
contracts: ## write the TypeScript contracts from the C# ones
	UPDATE_CONTRACTS=1 dotnet test tests/AfterSales.Video.Contracts.Tests --nologo
