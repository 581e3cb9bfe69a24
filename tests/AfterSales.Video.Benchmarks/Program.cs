using AfterSales.Video.Benchmarks;

// Usage: all | list | <name> [<name> ...]. Prints Markdown.
var all = typeof(IBenchmark).Assembly.GetTypes()
    .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IBenchmark)))
    .Select(type => (IBenchmark)Activator.CreateInstance(type)!)
    .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal)
    .ToArray();
var chosen = args is ["all"] ? all : [.. all.Where(benchmark => args.Contains(benchmark.Name, StringComparer.Ordinal))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine("Name one of: all, " + string.Join(", ", all.Select(benchmark => benchmark.Name)));
    return 2;
}

foreach (var benchmark in chosen)
{
    Console.WriteLine($"## {benchmark.Title}\n");
    benchmark.Run(Console.Out);
    Console.WriteLine();
}

return 0;
