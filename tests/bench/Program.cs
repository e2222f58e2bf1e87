using Metal3.Bench;
using Xunit.Sdk;

// One bench per class; `dotnet run -c Release --project tests/bench -- NAME [--option value]` runs one, no name lists them.
var benches = typeof(IBench).Assembly.GetTypes()
    .Where(type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(IBench)))
    .Select(type => (IBench)Activator.CreateInstance(type)!)
    .OrderBy(bench => bench.Name, StringComparer.Ordinal)
    .ToList();

if (args.Length == 0 || args[0] is "-h" or "--help")
{
    Console.WriteLine("Usage: bench NAME [--option value]...   (docs/benchmarks.md explains the figures)");
    foreach (var bench in benches)
    {
        Console.WriteLine($"  {bench.Name,-24} {bench.Summary}");
    }

    return 0;
}

var chosen = benches.Find(bench => bench.Name == args[0]);
if (chosen is null)
{
    await Console.Error.WriteLineAsync($"No bench is called '{args[0]}'; run without arguments for the list.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    await chosen.RunAsync(BenchOptions.Parse(args.AsSpan(1)), stop.Token);
    return 0;
}
catch (SkipException missing)
{
    Console.Error.WriteLine($"The benchmark {chosen.Name} {missing.Message.Replace("$XunitDynamicSkip$", "", StringComparison.Ordinal)}");
    return 1;
}
