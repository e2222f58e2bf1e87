namespace Metal3.Contracts.Admission;

/// <summary>A reason to refuse a write.</summary>
/// <param name="Rule">Name of the rule, stable, such as <c>B16</c>; listed in <c>docs/admission.md</c>.</param>
/// <param name="Field">Path of the member at fault, such as <c>spec.bootMode</c>.</param>
/// <param name="Message">What is wrong and what helps, as a sentence; without the path and without secrets.</param>
public sealed record Violation(string Rule, string Field, string Message)
{
    /// <summary>The message of a refusal.</summary>
    /// <param name="violations">At least one.</param>
    /// <returns>One violation as it is; several in brackets, separated by commas, each once.</returns>
    public static string Text(IEnumerable<Violation> violations)
    {
        ArgumentNullException.ThrowIfNull(violations);
        var all = violations.Select(v => v.ToString()).Distinct(StringComparer.Ordinal).ToList();
        return all.Count == 1 ? all[0] : $"[{string.Join(", ", all)}]";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Message}";
}
