using System.Globalization;
using System.Text.Json;

namespace Metal3.Bench;

/// <summary>One measurement that can be run by name.</summary>
public interface IBench
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    /// <summary>One line for the list.</summary>
    string Summary { get; }

    /// <summary>Measures, and writes every figure with <see cref="Figure.Write"/>.</summary>
    Task RunAsync(BenchOptions options, CancellationToken cancellationToken);
}

/// <summary>The <c>--option value</c> pairs behind the bench's name.</summary>
public sealed class BenchOptions
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads pairs; a flag without a value is <c>true</c>.</summary>
    public static BenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i].TrimStart('-');
            var hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            options._values[name] = hasValue ? arguments[++i] : "true";
        }

        return options;
    }

    /// <summary>The text given for <paramref name="name"/>, or <paramref name="otherwise"/>.</summary>
    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    /// <summary>The number given for <paramref name="name"/>, or <paramref name="otherwise"/>.</summary>
    public int Number(string name, int otherwise) =>
        _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

/// <summary>One line of a bench's output.</summary>
public static class Figure
{
    /// <summary>Prints <c>{"bench":…,"metric":…,"value":…,"unit":…,…parameters}</c>.</summary>
    public static void Write(
        string bench, string metric, double value, string unit, params (string Name, object Value)[] parameters)
    {
        var line = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["bench"] = bench,
            ["metric"] = metric,
            ["value"] = Math.Round(value, 3),
            ["unit"] = unit,
        };
        foreach (var (name, parameter) in parameters)
        {
            line[name] = parameter;
        }

        Console.WriteLine(JsonSerializer.Serialize(line));
    }
}
